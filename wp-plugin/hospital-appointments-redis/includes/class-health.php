<?php
/**
 * How it goes.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The watchdog of WP-Cron, and what it and the take-overs leave for administrators to read.
 */
final class Health {

	/** The cron hook, as in the guide. */
	public const CRON = 'hospital_redis_sync_cron';

	/** What was noted last; not autoloaded. */
	public const OPTION = 'hospital_appointments_redis_health';

	/** Milliseconds for an answer. */
	private const PATIENCE = 10000;

	/**
	 * Hooked to cron_schedules.
	 *
	 * @param mixed $schedules Schedules.
	 * @return array<string, mixed>
	 */
	public static function schedules( $schedules ): array {
		return (array) $schedules + array(
			'five_minutes' => array(
				'interval' => 5 * MINUTE_IN_SECONDS,
				'display'  => __( 'Every five minutes', 'hospital-appointments-redis' ),
			),
		);
	}

	/** Hooked to hospital_redis_sync_cron: asks the sidecar to sync, and notes how that went. */
	public static function sync(): bool {
		Upgrade::recover();
		Network::tidy();
		Settings::note_home();
		$answer = Sidecar::wait_for( 'POST', '/v1/sync', array(), self::PATIENCE );
		if ( ! $answer->ok() ) {
			self::note( self::explain( $answer ) );
			return false;
		}
		self::note( '', (int) ( $answer->data['left'] ?? 0 ) );
		return true;
	}

	/** Takes note that core writes from now on, as no sidecar answered. */
	public static function note_take_over( int $epoch, bool $joined ): void {
		if ( $joined ) {
			return; // The note would be rolled back with the caller's transaction, or lock its rows.
		}
		/* translators: %d: number of the ownership. */
		self::note( sprintf( __( 'The sidecar did not answer, so WordPress wrote to MySQL itself for a while (epoch %d).', 'hospital-appointments-redis' ), $epoch ) );
	}

	/**
	 * What is known, without asking anybody but the database.
	 *
	 * @return array{mode: string, held: bool, epoch: int, last_ok: int, last_error: string, last_error_at: int, left: int}
	 */
	public static function noted(): array {
		$site = Site::read( Transaction::is_open() );
		$note = (array) get_option( self::OPTION, array() );
		return array(
			'mode'          => null === $site ? 'unknown' : ( $site->offload ? 'offload' : 'native' ),
			'held'          => null !== $site && $site->held,
			'epoch'         => null === $site ? 0 : $site->epoch,
			'last_ok'       => (int) ( $note['last_ok'] ?? 0 ),
			'last_error'    => (string) ( $note['last_error'] ?? '' ),
			'last_error_at' => (int) ( $note['last_error_at'] ?? 0 ),
			'left'          => (int) ( $note['left'] ?? 0 ),
		);
	}

	/**
	 * The same, and what the sidecar says now. Takes a second at most; for screens, not for every page.
	 *
	 * @return array<string, mixed> Besides noted(): reachable (bool), ready (bool), missing (string[]), error (string),
	 *                              version (string), dirty_posts (int|null), dead_letters (int|null), stats (array).
	 */
	public static function report(): array {
		$ready   = Sidecar::wait_for( 'GET', '/readyz', null, 500 );
		$reached = 0 !== $ready->status;
		$stats   = $reached ? Sidecar::wait_for( 'GET', '/v1/stats', null, 1000 ) : $ready;
		$letters = $stats->ok() ? Sidecar::wait_for( 'GET', '/v1/dead-letters?limit=1', null, 1000 ) : $stats;
		$counted = $stats->ok() ? (array) ( $stats->data['stats'] ?? array() ) : array();
		return self::noted() + array(
			'reachable'    => $reached,
			'ready'        => $ready->ok(),
			'missing'      => array_map( 'strval', (array) ( $ready->data['missing'] ?? array() ) ),
			'error'        => $stats->ok() ? '' : self::explain( $stats ),
			'version'      => (string) ( $stats->data['version'] ?? '' ),
			'dirty_posts'  => isset( $counted['dirty_posts'] ) ? (int) $counted['dirty_posts'] : null,
			'dead_letters' => $letters->ok() ? (int) ( $letters->data['count'] ?? 0 ) : null,
			'stats'        => $counted,
		);
	}

	/** An answer that was none, in words. */
	public static function explain( Answer $answer ): string {
		switch ( $answer->code ) {
			case 'unreachable':
				/* translators: %s: address. */
				return sprintf( __( 'No sidecar listens at %s.', 'hospital-appointments-redis' ), Settings::address() );
			case 'no_answer':
				/* translators: %s: address. */
				return sprintf( __( 'The sidecar at %s did not answer in time.', 'hospital-appointments-redis' ), Settings::address() );
			case 'paused':
				return __( 'The sidecar did not answer a moment ago; WordPress asks it again every second.', 'hospital-appointments-redis' );
			case 'unauthorized':
				return __( 'The sidecar has another token: it reads another database, or has not read the token since it was made.', 'hospital-appointments-redis' );
			default:
				/* translators: 1: what the sidecar said, 2: its error code. */
				return sprintf( __( 'The sidecar says: %1$s (%2$s)', 'hospital-appointments-redis' ), $answer->message, $answer->code );
		}
	}

	/** Writes the option. */
	private static function note( string $error, int $left = 0 ): void {
		$note = (array) get_option( self::OPTION, array() );
		if ( '' === $error ) {
			$note['last_ok'] = time();
			$note['left']    = $left;
		} else {
			$note['last_error']    = $error;
			$note['last_error_at'] = time();
		}
		update_option( self::OPTION, $note, false );
	}
}
