<?php
/**
 * Activation and deactivation.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Creates tables, token and site row; hands everything back before the plugin goes.
 */
final class Lifecycle {

	/** The version that installed a blog; autoloaded. */
	public const INSTALLED = 'hospital_appointments_redis_version';

	/**
	 * The activation hook.
	 *
	 * @param mixed $network_wide Whether for all blogs of the network.
	 */
	public static function activate( $network_wide = false ): void {
		Handover::each(
			self::blogs( (bool) $network_wide ),
			static function (): bool {
				self::install();
				Site::release();
				return true;
			}
		);
	}

	/** A new site of the network. */
	public static function join(): bool {
		self::install();
		return true;
	}

	/** Hooked to init: a new version of the plugin, or a site that this version has not met. */
	public static function ensure(): void {
		if ( VERSION !== get_option( self::INSTALLED ) ) {
			self::install();
		}
	}

	/**
	 * The deactivation hook. It runs before the plugin is taken out of the list, so that it can refuse.
	 *
	 * @param mixed $network_wide Whether for all blogs of the network.
	 */
	public static function deactivate( $network_wide = false ): void {
		$force = defined( 'HOSPITAL_FORCE_DEACTIVATE' ) && HOSPITAL_FORCE_DEACTIVATE;
		$here  = get_current_blog_id();
		if ( $network_wide ) {
			// Here it may be active by itself too, and nobody knows yet whether it stays so.
			add_action( 'update_site_option_active_sitewide_plugins', array( self::class, 'stay' ), 10, 0 );
		}
		$blogs = self::blogs( (bool) $network_wide );
		$done  = Handover::each(
			$blogs,
			static function () use ( $force, $network_wide, $here ): bool {
				if ( $network_wide && get_current_blog_id() !== $here && in_array( plugin_basename( FILE ), (array) get_option( 'active_plugins', array() ), true ) ) {
					return true; // Activated there by itself too: it stays.
				}
				if ( ! Handover::run( true ) ) {
					if ( ! $force ) {
						return false;
					}
					Handover::force();
				}
				wp_clear_scheduled_hook( Health::CRON );
				return true;
			}
		);
		if ( ! $done ) {
			Handover::each( $blogs, array( self::class, 'resume' ) );
			self::stop( __( 'Hospital Appointments Redis was not deactivated: the sidecar cannot confirm that every appointment update has reached MySQL. Start the sidecar and Redis and deactivate again. If they are gone for good, and with them what they may still hold, put define( \'HOSPITAL_FORCE_DEACTIVATE\', true ); into wp-config.php first.', 'hospital-appointments-redis' ) );
		}
	}

	/** Hooked to what fires once it is deactivated in the network. */
	public static function stay(): void {
		if ( in_array( plugin_basename( FILE ), (array) get_option( 'active_plugins', array() ), true ) ) {
			self::resume();
		}
	}

	/** The plugin stays: sidecars may return. */
	public static function resume(): bool {
		Site::release();
		self::schedule();
		return true;
	}

	/** Creates what is missing for the current blog. What is there stays as it is. */
	private static function install(): void {
		Site::make_tables( false );
		if ( '' === Settings::token() ) {
			Settings::make_token();
		}
		if ( null !== Site::read() ) {
			update_option( self::INSTALLED, VERSION );
			Settings::note_home();
		}
		self::schedule();
	}

	/** The watchdog. */
	private static function schedule(): void {
		if ( ! wp_next_scheduled( Health::CRON ) ) {
			wp_schedule_event( time(), 'five_minutes', Health::CRON );
		}
	}

	/**
	 * The blogs that are concerned.
	 *
	 * @return int[]
	 */
	private static function blogs( bool $network_wide ): array {
		if ( ! $network_wide || ! is_multisite() ) {
			return array( get_current_blog_id() );
		}
		return array_map(
			'intval',
			get_sites(
				array(
					'fields'     => 'ids',
					'number'     => 0,
					'network_id' => get_current_network_id(),
				)
			)
		);
	}

	/** Ends the request with a message. */
	private static function stop( string $message ): void {
		wp_die( esc_html( $message ), esc_html__( 'Hospital Appointments Redis', 'hospital-appointments-redis' ), array( 'back_link' => true ) );
	}
}
