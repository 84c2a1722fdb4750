<?php
/**
 * The settings in effect: constants of wp-config.php and their defaults.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * What is offloaded, and where the sidecar is. Read once per request.
 */
final class Settings {

	/** The shared secret, in the options of the network's first site. */
	public const TOKEN = 'hospital_appointments_redis_token';

	/** The address of a blog as it knows itself, for the sidecar: wp-config.php may say another than the option `home`. */
	public const HOME = 'hospital_appointments_redis_home';

	private const POST_TYPES = 'hospital_appointment=appointment:{id},hospital_doctor=doctor:{id}:availability';

	/** WordPress's own, which change with every heartbeat and edit; `last_updated_redis` is no meta key in Redis. */
	private const EXCLUDED = array( '_edit_lock', '_edit_last', '_wp_old_slug', '_wp_old_date', '_wp_trash_meta_*', '_wp_desired_post_slug', '_thumbnail_id', 'enclosure', '_encloseme', '_pingme', 'last_updated_redis' );

	/** @var array<string, string>|null */
	private static $post_types = null;

	/** @var string[]|null */
	private static $excluded = null;

	/** @var array<string, int>|null Those that stand for themselves alone. */
	private static $excluded_as_named = null;

	/** @var string[] What those begin with that stand for more. */
	private static $excluded_beginnings = array();

	/** @var array<string, string> Constants as text. */
	private static $texts = array();

	/** @var string|null */
	private static $token = null;

	/** @var array<int, bool> */
	private static $serves = array();

	/**
	 * The offloaded post types and the pattern of their Redis key.
	 *
	 * @return array<string, string>
	 */
	public static function post_types(): array {
		if ( null === self::$post_types ) {
			self::$post_types = array();
			foreach ( self::words( self::text( 'HOSPITAL_APPOINTMENT_POST_TYPES', self::POST_TYPES ) ) as $word ) {
				$pair = array_map( 'trim', explode( '=', $word, 2 ) );

				self::$post_types[ $pair[0] ] = $pair[1] ?? 'appointment:{id}';
			}
		}
		return self::$post_types;
	}

	/** Whether this meta key is never offloaded. */
	public static function is_excluded( string $key ): bool {
		if ( null === self::$excluded_as_named ) {
			self::$excluded_as_named = array_flip( self::excluded_keys() );
			foreach ( self::excluded_keys() as $excluded ) {
				if ( '*' === substr( $excluded, -1 ) ) {
					self::$excluded_beginnings[] = substr( $excluded, 0, -1 );
				}
			}
		}
		foreach ( self::$excluded_beginnings as $beginning ) {
			if ( 0 === strncmp( $key, $beginning, strlen( $beginning ) ) ) {
				return true;
			}
		}
		return isset( self::$excluded_as_named[ $key ] );
	}

	/**
	 * The meta keys that WordPress keeps to itself; one that ends in * stands for all that begin so.
	 *
	 * @return string[]
	 */
	public static function excluded_keys(): array {
		if ( null === self::$excluded ) {
			$keys = array_merge( self::EXCLUDED, self::words( self::text( 'HOSPITAL_EXCLUDED_META_KEYS', '' ) ) );
			/**
			 * Filters the meta keys that are never offloaded.
			 *
			 * A key must be excluded on every request or on none.
			 *
			 * @since 1.0.0
			 *
			 * @param string[] $keys Meta keys; one that ends in * stands for all that begin so.
			 */
			self::$excluded = array_map( 'strval', array_filter( (array) apply_filters( 'hospital_appointments_redis_excluded_keys', $keys ), 'is_scalar' ) );
		}
		return self::$excluded;
	}

	/** Where the sidecar listens: "host:port" or "unix:/path". */
	public static function address(): string {
		return self::text( 'HOSPITAL_SIDECAR_ADDRESS', '127.0.0.1:8787' );
	}

	/** Milliseconds for the connection. */
	public static function connect_timeout(): int {
		return self::number( 'HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS', 50 );
	}

	/** Milliseconds for a call. */
	public static function timeout(): int {
		return self::number( 'HOSPITAL_SIDECAR_TIMEOUT_MS', 250 );
	}

	/** Milliseconds of a lease (protocol R1): never less than a call may take. */
	public static function lease(): int {
		return max( self::number( 'HOSPITAL_LEASE_MS', 300 ), self::timeout() );
	}

	/** The token, or '' before activation. */
	public static function token(): string {
		if ( null === self::$token || '' === self::$token ) {
			$token       = is_multisite() ? get_blog_option( 1, self::TOKEN ) : get_option( self::TOKEN );
			self::$token = is_string( $token ) ? $token : '';
		}
		return self::$token;
	}

	/** Makes a token; activation does. */
	public static function make_token(): void {
		$token = bin2hex( random_bytes( 32 ) );
		is_multisite() ? update_blog_option( 1, self::TOKEN, $token ) : update_option( self::TOKEN, $token, true );
	}

	/** Notes the address of the current blog. */
	public static function note_home(): void {
		update_option( self::HOME, (string) get_option( 'home' ), false );
	}

	/** Whether the plugin works for the current blog: code that switches to a blog without it must not meet it there. */
	public static function serves(): bool {
		$blog = get_current_blog_id();
		if ( ! isset( self::$serves[ $blog ] ) ) {
			$plugin = plugin_basename( FILE );

			self::$serves[ $blog ] = ! is_multisite() || ! ms_is_switched()
				|| isset( ( (array) get_site_option( 'active_sitewide_plugins', array() ) )[ $plugin ] )
				|| in_array( $plugin, (array) get_option( 'active_plugins', array() ), true );
		}
		return self::$serves[ $blog ];
	}

	/** A constant as text. */
	private static function text( string $constant, string $otherwise ): string {
		if ( ! isset( self::$texts[ $constant ] ) ) {
			$value = defined( $constant ) ? constant( $constant ) : '';

			self::$texts[ $constant ] = is_scalar( $value ) && '' !== trim( (string) $value ) ? trim( (string) $value ) : $otherwise;
		}
		return self::$texts[ $constant ];
	}

	/** A constant as a number above zero. */
	private static function number( string $constant, int $otherwise ): int {
		$value = defined( $constant ) ? constant( $constant ) : 0;
		return is_numeric( $value ) && (int) $value > 0 ? (int) $value : $otherwise;
	}

	/**
	 * The parts of a comma list.
	 *
	 * @return string[]
	 */
	private static function words( string $text ): array {
		return array_values( array_filter( array_map( 'trim', explode( ',', $text ) ), 'strlen' ) );
	}
}
