<?php
/**
 * Writing without a sidecar (protocol R3).
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Takes the site over if need be, waits once per outage, and runs the write.
 */
final class Take_Over {

	/** Rounds: a change of the site row in between, or a deadlock, costs one each. */
	private const ROUNDS = 6;

	/** Deadlocks in a row that are put up with. */
	private const RETRIES = 3;

	/**
	 * Runs one write of core's, in whichever mode the site is.
	 *
	 * Where the table of the site rows was lost it is made anew, so that what core writes now is known to be newer than what
	 * Redis may still hold.
	 *
	 * Where the row says offload, the sidecar is asked once more: by a barrier, after which core may write as it is. If it
	 * does not answer that either, the site is taken over. A site that has returned meanwhile is another epoch's: its sidecar
	 * is well, and is asked again. It is not asked while a write of this process is in doubt, which may still run in this
	 * epoch, over what core would write now and over what comes after.
	 *
	 * @return int|false Rows; false when it failed, or changed nothing. 0: the rows were there and had the value already,
	 *                   though this process may have seen another one over them.
	 */
	public static function write( Meta_Write $write ) {
		Rows::from_master();
		$joined  = Transaction::is_open_unseen();
		$asked   = 0; // In which epoch.
		$stuck   = false;
		$retries = 0;
		for ( $round = 0; $round < self::ROUNDS && $retries < self::RETRIES; $round++ ) {
			$site = Site::read( $joined );
			if ( null === $site ) {
				if ( ! Site::is_absent() ) {
					return false;
				}
				if ( false === get_option( Lifecycle::INSTALLED ) ) {
					return self::plain( $write ); // There was no table ever, so no sidecar that could have taken anything.
				}
				Site::make_tables( true );
				continue;
			}
			if ( $site->offload ) {
				if ( $asked !== $site->epoch && ! Sidecar::is_in_doubt() && Barrier::before_write( $write->post_id, $write->keys ) ) {
					return self::plain( $write );
				}
				$asked = $site->epoch;
				if ( $stuck || ! $site->take_over( $joined ) ) {
					return false;
				}
				continue;
			}
			Sidecar::is_in_doubt( true );
			$site->wait( $joined );
			if ( $joined && ! $site->is_still() ) {
				continue;
			}
			$transaction = new Native_Transaction( $site->epoch, $joined );
			$rows        = $transaction->run( $write );
			if ( ! $transaction->again ) {
				return $rows;
			}
			// The caller's transaction has the row locked now as it is: nobody can change it before that ends.
			$stuck = $joined;
			++$retries;
		}
		return false;
	}

	/**
	 * Core's write by itself.
	 *
	 * @return int|false Rows, or false, as it is for core, when there were none.
	 */
	private static function plain( Meta_Write $write ) {
		$rows = $write->run();
		return is_int( $rows ) && $rows > 0 ? $rows : false;
	}
}
