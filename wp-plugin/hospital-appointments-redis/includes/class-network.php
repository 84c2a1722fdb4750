<?php
/**
 * Sites that come and go in a network.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * A new site of a network where the plugin is active is served at once; of a deleted one nothing stays.
 */
final class Network {

	/**
	 * Hooked to wp_initialize_site, after core has made the tables.
	 *
	 * @param mixed $site The new \WP_Site.
	 */
	public static function join( $site ): void {
		if ( ! $site instanceof \WP_Site ) {
			return;
		}
		$active = (array) get_network_option( (int) $site->network_id, 'active_sitewide_plugins', array() );
		if ( isset( $active[ plugin_basename( FILE ) ] ) ) {
			Handover::each( array( (int) $site->id ), array( Lifecycle::class, 'join' ) );
		}
	}

	/**
	 * Hooked to wp_uninitialize_site, before core drops the tables: from now on no sidecar writes to them.
	 *
	 * @param mixed $site The \WP_Site that is deleted.
	 */
	public static function leave( $site ): void {
		if ( $site instanceof \WP_Site && in_array( (int) $site->id, Handover::blogs(), true ) ) {
			Handover::each( array( (int) $site->id ), array( Handover::class, 'discard' ) );
		}
	}

	/**
	 * Hooked to wp_delete_site: the site is gone, and with it what the plugin knew of it.
	 *
	 * @param mixed $site The \WP_Site that was deleted.
	 */
	public static function forget( $site ): void {
		if ( $site instanceof \WP_Site ) {
			self::remove( (int) $site->id );
		}
	}

	/** Called by the watchdog: lets go of sites that were deleted while the plugin was not there to see it. */
	public static function tidy(): void {
		global $wpdb;
		if ( ! is_multisite() ) {
			return;
		}
		$gone = $wpdb->get_col( 'SELECT s.blog_id FROM ' . Site::table( 'sync_state' ) . " s LEFT JOIN $wpdb->blogs b ON b.blog_id = s.blog_id WHERE b.blog_id IS NULL" ); // phpcs:ignore WordPress.DB
		foreach ( array_map( 'intval', $gone ) as $blog ) {
			Handover::each( array( $blog ), array( Handover::class, 'discard' ) );
			self::remove( $blog );
		}
	}

	/** The rows of one site. */
	private static function remove( int $blog ): void {
		global $wpdb;
		foreach ( Removal::TABLES as $table ) {
			$wpdb->delete( Site::table( $table ), array( 'blog_id' => $blog ), array( '%d' ) ); // phpcs:ignore WordPress.DB
		}
	}
}
