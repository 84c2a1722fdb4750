<?php
/**
 * Removing the plugin's tables and options.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Called by uninstall.php, where nothing else of the plugin is loaded.
 */
final class Removal {

	/** The plugin's tables. The site row goes last: as long as it is there, it says who may write. */
	public const TABLES = array( 'sync_notice', 'native_write', 'sync_fence', 'sync_state' );

	/** Removes everything, if nothing of any blog may wait in Redis. */
	public static function run(): void {
		global $wpdb;
		$blogs = Handover::blogs();
		if ( ! Handover::each( $blogs, array( self::class, 'is_empty' ) ) ) {
			return;
		}
		foreach ( self::TABLES as $table ) {
			$wpdb->query( 'DROP TABLE IF EXISTS ' . Site::table( $table ) ); // phpcs:ignore WordPress.DB
		}
		$blogs[] = is_multisite() ? 1 : get_current_blog_id();
		Handover::each( array_unique( $blogs ), array( self::class, 'delete_options' ) );
	}

	/** Whether nothing of the current blog waits: no sidecar ever owned it, or one says so, dead letters included. */
	public static function is_empty(): bool {
		$site = Site::read();
		if ( null === $site || $site->offload ) {
			return false;
		}
		if ( 0 === $site->returned ) {
			return true;
		}
		$synced  = Sidecar::wait_for( 'POST', '/v1/sync', array() );
		$letters = Sidecar::wait_for( 'GET', '/v1/dead-letters?limit=1' );
		return $synced->ok() && 0 === (int) ( $synced->data['left'] ?? 1 ) && $letters->ok() && 0 === (int) ( $letters->data['count'] ?? 1 );
	}

	/** The options of the current blog. */
	public static function delete_options(): bool {
		foreach ( array( Settings::TOKEN, Lifecycle::INSTALLED, Health::OPTION, Settings::HOME, Synced::OPTION, Synced::OPTION_MYSQL ) as $option ) {
			delete_option( $option );
		}
		Notices::forget();
		return true;
	}
}
