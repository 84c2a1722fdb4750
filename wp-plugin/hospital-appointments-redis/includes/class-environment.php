<?php
/**
 * The environment file of the sidecar, ready to be copied.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One line suffices where wp-config.php holds literals. For the others the lines are there, commented out; no secret is.
 */
final class Environment {

	/** Constants that plugin and sidecar share. */
	private const SHARED = array(
		'HOSPITAL_SIDECAR_ADDRESS',
		'HOSPITAL_SIDECAR_TIMEOUT_MS',
		'HOSPITAL_LEASE_MS',
		'HOSPITAL_APPOINTMENT_POST_TYPES',
		'HOSPITAL_REDIS_HOST',
		'HOSPITAL_REDIS_PORT',
	);

	/** The file. */
	public static function text(): string {
		global $wpdb;
		$lines = array(
			'# Environment of hospital-sidecar. It reads everything else from wp-config.php,',
			'# and the token from the option ' . Settings::TOKEN . '.',
			self::line( 'HOSPITAL_WP_CONFIG', self::wp_config() ),
			'',
			'# Only if wp-config.php computes these (the sidecar says so when it starts); add the secrets by hand.',
			'# ' . self::line( 'HOSPITAL_DB_HOST', DB_HOST ),
			'# ' . self::line( 'HOSPITAL_DB_NAME', DB_NAME ),
			'# ' . self::line( 'HOSPITAL_DB_USER', DB_USER ),
			'# HOSPITAL_DB_PASSWORD=',
			'# ' . self::line( 'HOSPITAL_TABLE_PREFIX', $wpdb->base_prefix ),
		);
		foreach ( self::SHARED as $name ) {
			if ( defined( $name ) && is_scalar( constant( $name ) ) ) {
				$lines[] = '# ' . self::line( $name, (string) constant( $name ) );
			}
		}
		$lines[] = '# HOSPITAL_REDIS_PASSWORD=';
		return implode( "\n", $lines ) . "\n";
	}

	/** Where WordPress found its wp-config.php. */
	public static function wp_config(): string {
		$path = file_exists( ABSPATH . 'wp-config.php' ) ? ABSPATH . 'wp-config.php' : dirname( ABSPATH ) . '/wp-config.php';
		$real = realpath( $path );
		return false === $real ? $path : $real;
	}

	/** One line, quoted as systemd, Docker's compose and shells agree on where it needs to be. */
	private static function line( string $name, string $value ): string {
		$plain = 1 === preg_match( '~^[A-Za-z0-9_./:@%+,=-]*$~', $value );
		return $name . '=' . ( $plain ? $value : "'" . str_replace( "'", "'\\''", $value ) . "'" );
	}
}
