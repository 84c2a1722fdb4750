<?php
/**
 * A second connection to the database.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * For the site row, while the caller's transaction has the first one. It reports failure instead of ending the request,
 * and waits for no lock that the first connection may hold; only as long as a sidecar that was stopped in the middle of a
 * sync can keep one, which is the two seconds of its wait_timeout.
 */
final class Second_Connection extends \wpdb {

	/** @var int */
	protected $reconnect_retries = 1;

	/**
	 * Connects, or does not.
	 *
	 * @param bool $allow_bail Not heeded.
	 * @return bool
	 */
	public function db_connect( $allow_bail = true ) {
		$connected = Quietly::run( $this, fn() => (bool) parent::db_connect( false ) ); // wpdb turns mysqli's exceptions off, for all.
		if ( $connected ) {
			$this->query( 'SET SESSION innodb_lock_wait_timeout = 3' );
		}
		return $connected;
	}

	/**
	 * Reconnects, or does not.
	 *
	 * @param bool $allow_bail Not heeded.
	 * @return bool
	 */
	public function check_connection( $allow_bail = true ) {
		return (bool) parent::check_connection( false );
	}

	/**
	 * A statement, which is in no transaction of the caller's: the filter that watches those hears of it too.
	 *
	 * @param string $query SQL.
	 * @return int|bool
	 */
	public function query( $query ) {
		return Transaction::aside(
			function () use ( $query ) {
				return parent::query( $query );
			}
		);
	}
}
