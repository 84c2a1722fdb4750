<?php
/**
 * The question whether a sidecar that was gone is back.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One process at a time asks it. A sidecar that is well answers within a millisecond, and so the process waits a few; an
 * answer that takes longer is looked at whenever it asks again, and at its end. So one that hangs holds up nobody.
 */
final class Probe {

	/** Milliseconds that are waited for the answer. */
	private const WAIT = 5;

	/** Milliseconds after which it comes too late. */
	private const LATE = 1000;

	/** @var resource|\CurlMultiHandle|null The question under way. */
	private static $multi = null;

	/** @var resource|\CurlHandle|null */
	private static $handle = null;

	/** @var string */
	private static $request_id = '';

	/** Whether the sidecar is back, as far as this process can tell now. */
	public static function is_back(): bool {
		if ( null !== self::$multi ) {
			return self::is_answered( 0 );
		}
		if ( ! Breaker::may_probe() || ! function_exists( 'curl_multi_init' ) ) {
			return false;
		}
		self::$request_id = bin2hex( random_bytes( 12 ) );
		self::$handle     = curl_init();
		self::$multi      = curl_multi_init();
		curl_setopt_array( self::$handle, Wire::options( 'GET', '/readyz', '', self::LATE, 0, self::$request_id ) );
		curl_multi_add_handle( self::$multi, self::$handle );
		register_shutdown_function( array( self::class, 'finish' ) );
		return self::is_answered( self::WAIT );
	}

	/** The last look at the answer. */
	public static function finish(): void {
		if ( null !== self::$multi ) {
			self::is_answered( 0 );
		}
	}

	/**
	 * Whether it was answered well, after waiting at most so many milliseconds.
	 *
	 * @param int $wait Milliseconds.
	 */
	private static function is_answered( int $wait ): bool {
		$until = hrtime( true ) + $wait * 1000000;
		do {
			curl_multi_exec( self::$multi, $running );
			$left = ( $until - hrtime( true ) ) / 1e9;
		} while ( $running && $left > 0 && -1 !== curl_multi_select( self::$multi, $left ) );
		if ( $running ) {
			return false;
		}
		$answer       = Answer::read( (int) curl_getinfo( self::$handle, CURLINFO_RESPONSE_CODE ), (string) curl_multi_getcontent( self::$handle ), self::$request_id );
		self::$multi  = null;
		self::$handle = null;
		if ( $answer->ok() ) {
			Breaker::close();
		}
		return $answer->ok();
	}
}
