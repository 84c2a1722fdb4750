<?php
/**
 * Statements whose failure is an answer.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Some of the plugin's own statements are expected to fail, as that which asks whether a transaction is open.
 */
final class Quietly {

	/**
	 * Runs them without a word of $wpdb, and without an exception of mysqli's: another plugin may have asked for those, of all
	 * connections, for the sake of its own. Both are as they were afterwards, whatever comes of it.
	 *
	 * @param \wpdb    $db  The connection.
	 * @param callable $run Runs them.
	 * @return mixed What that returns.
	 */
	public static function run( \wpdb $db, callable $run ) {
		$hidden = $db->suppress_errors();
		$report = ( new \mysqli_driver() )->report_mode;
		mysqli_report( MYSQLI_REPORT_OFF );
		try {
			return $run();
		} finally {
			mysqli_report( $report );
			$db->suppress_errors( $hidden );
		}
	}
}
