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
 * One process at a time asks it. A sidecar that is well answers within a millisecond, and so the process waits twenty; an
 * answer that takes longer is looked at whenever it asks again, and at its end. So one that hangs holds up one
 * process a second, for that long.
 */
final class Probe {

	/** Milliseconds that are waited for the answer. */
	private const WAIT = 20;

	/** What is asked: whether anything is dirty in no posts. One look at Redis, as a read needs, and nothing of MySQL. */
	private const QUESTION = '{"posts":{}}';

	/** Milliseconds after which it comes too late. */
	private const LATE = 1000;

	/** @var Connection|null Of the question under way. */
	private static $connection = null;

	/** @var Reply|null As far as it has come. */
	private static $reply = null;

	/** @var int When it comes too late (hrtime). */
	private static $late = 0;

	/** @var string */
	private static $request_id = '';

	/** @var bool Whether its end is awaited. */
	private static $finishes = false;

	/** Whether the sidecar is back, as far as this process can tell now. */
	public static function is_back(): bool {
		if ( null !== self::$reply ) {
			return self::is_answered( 0 );
		}
		if ( ! Breaker::may_probe() ) {
			return false;
		}
		$now              = (int) hrtime( true );
		self::$late       = $now + self::LATE * 1000000;
		self::$request_id = bin2hex( random_bytes( 12 ) );
		self::$connection = new Connection();
		self::$reply      = self::$connection->start( Settings::address(), Wire::request( 'POST', '/v1/dirty', self::QUESTION, 0, self::$request_id ), self::WAIT, $now + self::WAIT * 1000000 );
		if ( ! self::$finishes ) {
			register_shutdown_function( array( self::class, 'finish' ) );
			self::$finishes = true;
		}
		return self::is_answered( self::WAIT );
	}

	/** The last look at the answer. */
	public static function finish(): void {
		if ( null !== self::$reply ) {
			self::is_answered( 0 );
		}
	}

	/**
	 * Whether it was answered well, after waiting at most so many milliseconds.
	 *
	 * @param int $wait Milliseconds.
	 */
	private static function is_answered( int $wait ): bool {
		$now   = (int) hrtime( true );
		$reply = self::$reply;
		self::$connection->listen( $reply, $now + $wait * 1000000 + 50000 );
		if ( $reply->is_expected() && self::$connection->is_open() && $now < self::$late ) {
			return false; // It may still come.
		}
		$answer = $reply->complete ? Answer::read( $reply->status, $reply->body, self::$request_id ) : Answer::none( 'no_answer', 'no' );
		self::$connection->close();
		self::$reply = null;
		if ( $answer->ok() ) {
			Breaker::close();
		}
		return $answer->ok();
	}
}
