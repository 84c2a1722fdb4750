<?php
/**
 * A new version of the plugin.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * While WordPress replaces the plugin's folder, requests run without its hooks. So every site is handed back before, and
 * taken up again after.
 */
final class Upgrade {

	/** When an upgrade began, and which sites it holds; of the network. */
	private const OPTION = 'hospital_appointments_redis_upgrade';

	/** Seconds after which an upgrade that did not end is taken for dead. */
	private const DEAD = 600;

	/** @var bool Whether it is this process that holds them. Others may be upgrading something else. */
	private static $holds = false;

	/**
	 * Hooked to upgrader_pre_install, before WordPress deactivates the plugin silently.
	 *
	 * @param mixed $response True, or an error.
	 * @param mixed $extra    What is upgraded.
	 * @return mixed
	 */
	public static function before( $response, $extra = array() ) {
		return is_wp_error( $response ) || ! self::is_ours( $extra ) ? $response : self::hand_over( $response );
	}

	/**
	 * Hooked to upgrader_source_selection: an uploaded package that replaces the plugin is an installation to WordPress, which
	 * says nowhere of what; its folder does. It has been unpacked, and nothing was removed yet.
	 *
	 * @param mixed $source   Folder of the new files, or an error.
	 * @param mixed $remote   Folder around it.
	 * @param mixed $upgrader Upgrader.
	 * @param mixed $extra    What is installed.
	 * @return mixed
	 */
	public static function replaced( $source, $remote = '', $upgrader = null, $extra = array() ) {
		if ( ! is_string( $source ) || ! is_array( $extra ) || 'install' !== ( $extra['action'] ?? '' ) || basename( $source ) !== dirname( plugin_basename( FILE ) ) ) {
			return $source;
		}
		return self::hand_over( $source );
	}

	/**
	 * Hooked to upgrader_process_complete.
	 */
	public static function after(): void {
		if ( self::$holds ) {
			self::resume();
		}
	}

	/** Called by the watchdog: takes the sites up again after an upgrade that died. */
	public static function recover(): void {
		$began = (int) ( ( (array) get_site_option( self::OPTION, array() ) )['began'] ?? 0 );
		if ( $began > 0 && time() - $began > self::DEAD ) {
			self::resume();
		}
	}

	/**
	 * Hands every site back to WordPress.
	 *
	 * @param mixed $answer What a filter answers if that is done.
	 * @return mixed That, or an error.
	 */
	private static function hand_over( $answer ) {
		// Not those that a deactivation holds; but those of an upgrade that died.
		$blogs = array_unique( array_merge( self::blogs(), Handover::blogs( false ) ) );
		update_site_option(
			self::OPTION,
			array(
				'began' => time(),
				'blogs' => $blogs,
			)
		);
		self::$holds = true;
		$drained     = Handover::each(
			$blogs,
			static function (): bool {
				return Handover::run( false );
			}
		);
		if ( $drained ) {
			return $answer;
		}
		self::resume();
		return new \WP_Error( 'hospital_not_drained', __( 'Hospital Appointments Redis was not upgraded: the sidecar cannot confirm that every appointment update has reached MySQL. Start the sidecar and Redis, then upgrade again.', 'hospital-appointments-redis' ) );
	}

	/** Sidecars may return. */
	private static function resume(): void {
		Handover::each( self::blogs(), array( Lifecycle::class, 'resume' ) );
		delete_site_option( self::OPTION );
		self::$holds = false;
	}

	/** Whether an upgrade holds the current blog. */
	public static function is_under_way(): bool {
		return in_array( get_current_blog_id(), self::blogs(), true );
	}

	/**
	 * The sites that an upgrade holds.
	 *
	 * @return int[]
	 */
	private static function blogs(): array {
		return array_map( 'intval', (array) ( ( (array) get_site_option( self::OPTION, array() ) )['blogs'] ?? array() ) );
	}

	/**
	 * Whether it is this plugin that is upgraded.
	 *
	 * @param mixed $extra What is upgraded.
	 */
	private static function is_ours( $extra ): bool {
		return is_array( $extra ) && plugin_basename( FILE ) === ( $extra['plugin'] ?? '' );
	}
}
