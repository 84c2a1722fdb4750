<?php
/**
 * The way to the sidecar.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One kept-alive connection per request. Not the WP HTTP API, which rounds timeouts up to a second.
 *
 * `ask()` for what changes nothing, `tell()` for what writes or must not come late. Neither throws.
 */
final class Sidecar {

	/** Milliseconds for the question whether it is there at all. */
	private const PROBE = 50;

	/** @var int Calls made by this request, for tests and the curious. */
	public static $calls = 0;

	/** @var Connection|null */
	private static $connection = null;

	/** @var array<int, true> Blogs of which a write of this process may have happened, or may still, in the epoch that it was sent in. */
	private static $in_doubt = array();

	/** @var int When a call of this process failed (hrtime); 0: none did. */
	private static $failed = 0;

	/**
	 * Asks. While the sidecar is known to be gone this costs nothing, but for one probe of all processes each second.
	 *
	 * @param string            $method HTTP method.
	 * @param string            $path   Path under the sidecar's root.
	 * @param array<mixed>|null $body   Body.
	 */
	public static function ask( string $method, string $path, ?array $body = null ): Answer {
		if ( self::has_just_failed() || ( Breaker::is_open() && ! Probe::is_back() ) ) {
			return Answer::none( 'paused', 'no' );
		}
		return self::send( $method, $path, $body, Settings::timeout() );
	}

	/**
	 * Writes. Who gets "unknown" may act at once: the deadline is over then (protocol R3).
	 *
	 * A site in native mode is not asked while its sidecar is known to be gone; one in offload mode is, as another process
	 * may be mistaken.
	 *
	 * @param string       $method HTTP method.
	 * @param string       $path   Path under the sidecar's root.
	 * @param array<mixed> $body   Body.
	 */
	public static function tell( string $method, string $path, array $body ): Answer {
		if ( self::has_just_failed() || ( Breaker::is_open() && ! Site::is_offload() ) ) {
			return Answer::none( 'paused', 'no' );
		}
		$timeout  = Settings::timeout();
		$deadline = hrtime( true ) + $timeout * 1000000;
		$answer   = self::send( $method, $path, $body, $timeout, $deadline );

		if ( 'unknown' === $answer->done && '/v1/barrier' !== $path ) {
			self::$in_doubt[ get_current_blog_id() ] = true;
		}
		while ( 'unknown' === $answer->done && hrtime( true ) <= $deadline ) {
			usleep( (int) max( 1, ( $deadline - hrtime( true ) ) / 1000 + 1 ) );
		}
		return $answer;
	}

	/**
	 * For administrators, who may wait: asks whatever is known, for as long as given.
	 *
	 * @param string            $method  HTTP method.
	 * @param string            $path    Path under the sidecar's root.
	 * @param array<mixed>|null $body    Body.
	 * @param int               $timeout Milliseconds.
	 */
	public static function wait_for( string $method, string $path, ?array $body = null, int $timeout = 5000 ): Answer {
		return self::send( $method, $path, $body, $timeout );
	}

	/**
	 * Whether a write of this process to the current blog may still run. Until a new epoch shuts it out, core may not write beside it.
	 *
	 * @param bool $shut_out Whether a new epoch has begun.
	 */
	public static function is_in_doubt( bool $shut_out = false ): bool {
		if ( $shut_out ) {
			unset( self::$in_doubt[ get_current_blog_id() ] );
		}
		return isset( self::$in_doubt[ get_current_blog_id() ] );
	}

	/** Whether a call of this very process failed so lately that a second timeout would be one too many. */
	private static function has_just_failed(): bool {
		return 0 !== self::$failed && hrtime( true ) - self::$failed < Breaker::PAUSE;
	}

	/**
	 * One exchange.
	 *
	 * @param string            $method   HTTP method.
	 * @param string            $path     Path.
	 * @param array<mixed>|null $body     Body.
	 * @param int               $timeout  Milliseconds.
	 * @param int               $deadline CLOCK_MONOTONIC, in ns; 0: none.
	 */
	private static function send( string $method, string $path, ?array $body, int $timeout, int $deadline = 0 ): Answer {
		$json = null === $body ? '' : json_encode( $body ? $body : new \stdClass(), JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		if ( false === $json ) {
			return Answer::none( 'bad_request', 'no', 'the request is not UTF-8' );
		}
		++self::$calls;
		$request_id = bin2hex( random_bytes( 12 ) );
		$request    = Wire::request( $method, $path, $json, $deadline, $request_id );
		$reply      = self::connection()->exchange( Settings::address(), $request, Settings::connect_timeout(), $timeout );
		if ( $reply->complete ) {
			$answer = Answer::read( $reply->status, $reply->body, $request_id );
		} else {
			// The sidecar may have read any part of a request that has begun to leave.
			$answer = Answer::none( $reply->sent > 0 ? 'no_answer' : 'unreachable', $reply->sent > 0 ? 'unknown' : 'no', $reply->error );
		}
		self::note( $answer, '/v1/barrier' === $path );
		return $answer;
	}

	/**
	 * What this call says about the sidecar, for the next one.
	 *
	 * @param Answer $answer  Answer.
	 * @param bool   $may_lag Whether it may be late though all is well: a barrier has rows to write, and to wait for.
	 */
	private static function note( Answer $answer, bool $may_lag ): void {
		if ( ! $answer->is_failure() ) {
			self::$failed = 0;
			Breaker::close();
			return;
		}
		self::connection()->close(); // Whatever may still come must not be read as an answer to something else.
		if ( $may_lag && 'unreachable' !== $answer->code && self::send( 'GET', '/readyz', null, self::PROBE )->ok() ) {
			return;
		}
		self::$failed = (int) hrtime( true );
		Breaker::open();
	}

	/** The connection of this process. */
	private static function connection(): Connection {
		self::$connection = self::$connection ?? new Connection();
		return self::$connection;
	}
}
