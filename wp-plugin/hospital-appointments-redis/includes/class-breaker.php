<?php
/**
 * What all PHP processes of this host know about the sidecar.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Closed: calls go through. Open: they do not, and one process each second looks whether the sidecar is back.
 *
 * The state is one number, when the next probe is due (hrtime), in APCu or else in a file. Its name holds a secret, so
 * that nobody else on the host can put something else there.
 */
final class Breaker {

	/** Nanoseconds between probes. */
	public const PAUSE = 1000000000;

	/** Whether the sidecar is known to be gone. */
	public static function is_open(): bool {
		return 0 !== self::due();
	}

	/** Whether the caller is the one that looks now. */
	public static function may_probe(): bool {
		$now = (int) hrtime( true );
		$due = self::due();
		if ( 0 === $due || ( $due > $now && $due - $now <= self::PAUSE ) ) {
			return 0 === $due;
		}
		if ( self::has_apcu() ) {
			return apcu_cas( self::name(), $due, $now + self::PAUSE );
		}
		$file = @fopen( self::file(), 'c+' ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
		if ( false === $file ) {
			return true; // Better several probes than none for ever.
		}
		// Whoever has the lock, and finds the same number still there, looks.
		$mine = flock( $file, LOCK_EX | LOCK_NB ) && (int) stream_get_contents( $file ) === $due
			&& rewind( $file ) && false !== fwrite( $file, (string) ( $now + self::PAUSE ) ) && fflush( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		fclose( $file ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		return $mine;
	}

	/** A call failed. */
	public static function open(): void {
		$due = (int) hrtime( true ) + self::PAUSE;
		if ( self::has_apcu() ) {
			apcu_store( self::name(), $due );
			return;
		}
		@file_put_contents( self::file(), (string) $due, LOCK_EX ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	}

	/** A call succeeded. */
	public static function close(): void {
		if ( ! self::is_open() ) {
			return;
		}
		if ( self::has_apcu() ) {
			apcu_delete( self::name() );
			return;
		}
		@unlink( self::file() ); // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	}

	/** When the next probe is due; 0: closed. */
	private static function due(): int {
		if ( self::has_apcu() ) {
			return (int) apcu_fetch( self::name() );
		}
		clearstatcache( true, self::file() );
		return is_file( self::file() ) ? (int) @file_get_contents( self::file() ) : 0; // phpcs:ignore WordPress.PHP.NoSilencedErrors, WordPress.WP.AlternativeFunctions
	}

	/** Whether memory is shared between processes. */
	private static function has_apcu(): bool {
		return function_exists( 'apcu_enabled' ) && apcu_enabled();
	}

	/** One name per site, sidecar and user: a file that root made in a shared directory is nobody else's to remove. */
	private static function name(): string {
		static $name = '';
		if ( '' === $name ) {
			$user = function_exists( 'posix_geteuid' ) ? posix_geteuid() : get_current_user();
			$name = 'hospital-breaker-' . substr( hash_hmac( 'sha256', Settings::address() . ' ' . $user, Settings::token() . DB_NAME . DB_PASSWORD ), 0, 32 );
		}
		return $name;
	}

	/** The file, where there is no APCu. */
	private static function file(): string {
		return get_temp_dir() . self::name();
	}
}
