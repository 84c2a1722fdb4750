<?php
/**
 * Plugins that want exceptions, and throw them.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Transaction;

/**
 * What another plugin asks of mysqli it asks for every connection of the process.
 */
final class StrictNeighboursTest extends ClinicTestCase {

	public function test_mysqli_s_exceptions_are_neither_met_nor_switched_off(): void {
		$post = $this->post( array( 'status' => 'pending', 'room' => '1' ) ); // phpcs:ignore WordPress.Arrays
		$told = Process::run(
			'global $wpdb; $post = $arguments["post"];
			mysqli_report( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT );
			$done = array( update_post_meta( $post, "status", "one" ), update_post_meta( $post, "status", "two" ) );
			$wpdb->query( "START TRANSACTION" );
			$done[] = update_post_meta( $post, "room", "2" );
			$wpdb->query( "COMMIT" );
			return array( $done, ( new \mysqli_driver() )->report_mode === ( MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT ), $wpdb->suppress_errors );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' ), // Nothing listens there.
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( array( array( true, true, true ), true, false ), $told );
		$this->assertSame( array( 'two', '2' ), array( $this->row( $post, 'status' ), $this->row( $post, 'room' ) ) );
	}

	public function test_an_exception_in_the_middle_of_a_write_undoes_it_and_no_more(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		foreach ( array( 'START TRANSACTION', 'INSERT INTO ' . Site::table( 'native_write' ), "UPDATE $wpdb->postmeta", 'COMMIT' ) as $where ) {
			$throws = static function ( $sql ) use ( $where, &$throws ) {
				if ( 0 === strpos( $sql, $where ) ) {
					remove_filter( 'query', $throws );
					throw new \RuntimeException( $where );
				}
				return $sql;
			};
			Site::hold()->wait();
			add_filter( 'query', $throws );
			try {
				update_post_meta( $post, 'status', $where );
				$this->fail( "nothing was thrown at $where" );
			} catch ( \RuntimeException $thrown ) {
				$this->assertSame( $where, $thrown->getMessage() );
			} finally {
				Site::release();
			}
			$this->assertFalse( $wpdb->suppress_errors, $where );
			$this->assertFalse( Transaction::is_open_unseen(), $where );
			$this->assertSame( 'pending', $this->row( $post, 'status' ), $where );
		}
		self::wait_for_offload();
		$this->new_request();
		$wpdb->query( 'START TRANSACTION' );
		$this->assertTrue( Transaction::is_open(), 'the callers transactions are seen as before' );
		$wpdb->query( 'ROLLBACK' );
	}
}
