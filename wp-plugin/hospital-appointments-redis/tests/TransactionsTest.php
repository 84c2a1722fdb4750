<?php
/**
 * Transactions that the caller opened.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Barrier;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Transaction;

/**
 * Protocol R9.
 */
final class TransactionsTest extends ClinicTestCase {

	public function test_nothing_is_offloaded_inside_and_a_rollback_undoes_it(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		update_post_meta( $post, 'status', 'waiting' );
		$wpdb->query( 'START TRANSACTION' );
		$this->assertTrue( update_post_meta( $post, 'status', 'inside' ) );
		$this->assertTrue( update_post_meta( $post, 'status', 'inside again' ) );
		$this->assertGreaterThan( 0, add_post_meta( $post, 'room', '4' ) );
		$this->assertSame( 'inside again', get_post_meta( $post, 'status', true ) );
		$this->assertSame( array(), $this->dirty( $post ) );
		$wpdb->query( 'ROLLBACK' );
		$this->new_request();
		$this->assertSame( 'waiting', get_post_meta( $post, 'status', true ) );
		$this->assertSame( array( 'status' => array( 'waiting' ) ), get_post_meta( $post ) );
		$this->assertSame( 'waiting', $this->row( $post, 'status' ) );
	}

	public function test_a_commit_keeps_it_and_offloading_goes_on(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'begin' );
		update_post_meta( $post, 'status', 'inside' );
		delete_post_meta( $post, 'room' );
		$wpdb->query( 'commit' );
		$this->assertSame( 'inside', $this->row( $post, 'status' ) );
		$this->assertTrue( update_post_meta( $post, 'status', 'after' ) );
		$this->assertArrayHasKey( 'status', $this->dirty( $post ) );
	}

	public function test_the_statements_that_begin_and_end_one_are_known(): void {
		global $wpdb;
		$story = array(
			'START TRANSACTION'                           => true,
			'SAVEPOINT a'                                 => true,
			'ROLLBACK TO SAVEPOINT a'                     => true,
			'RELEASE SAVEPOINT a'                         => true,
			'COMMIT AND CHAIN'                            => true,
			'ROLLBACK'                                    => false,
			'  /* a comment */ begin work ;'              => true,
			'commit'                                      => false,
			'SET autocommit = 0'                          => true,
			'COMMIT '                                     => true,
			'SET @@session.autocommit=ON'                 => false,
			"-- a comment\nSTART TRANSACTION READ WRITE"  => true,
			"SET SESSION sql_mode = @@session.sql_mode"   => true,
			'CREATE TEMPORARY TABLE hospital_t (a int)'   => true,
			'DROP TEMPORARY TABLE hospital_t'             => true,
			'CREATE TABLE IF NOT EXISTS hospital_t (a int)' => false,
			'DROP TABLE hospital_t'                       => false,
		);
		$this->assertFalse( Transaction::is_open() );
		foreach ( $story as $sql => $open ) {
			$this->assertNotFalse( $wpdb->query( $sql ), $sql ); // phpcs:ignore WordPress.DB
			$this->assertSame( $open, Transaction::is_open(), $sql );
		}
	}

	public function test_without_autocommit_core_writes(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'SET autocommit = 0' );
		update_post_meta( $post, 'status', 'inside' );
		$this->assertSame( array(), $this->dirty( $post ) );
		$wpdb->query( 'ROLLBACK' );
		$wpdb->query( 'SET autocommit = 1' );
		$this->assertSame( 'pending', $this->row( $post, 'status' ) );
	}

	public function test_one_barrier_for_each_post_suffices(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'START TRANSACTION' );
		update_post_meta( $post, 'status', 'one' );
		$calls = \Hospital\Appointments_Redis\Sidecar::$calls;
		update_post_meta( $post, 'status', 'two' );
		delete_post_meta( $post, 'status', 'two' );
		$this->assertTrue( Barrier::before_write( $post, array( 'status' ) ) );
		// Each further write, and a read between, asks what is dirty; no barrier waits for rows that this transaction has locked.
		$this->assertLessThanOrEqual( $calls + 6, \Hospital\Appointments_Redis\Sidecar::$calls );
		$wpdb->query( 'COMMIT' );
		$this->assertNull( $this->row( $post, 'status' ) );
	}

	public function test_deleting_two_keys_of_all_posts_leaves_the_site_to_its_sidecar(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending', 'hospital_old_a' => '1', 'hospital_old_b' => '2' ) ); // phpcs:ignore WordPress.Arrays
		$site = self::site();
		$wpdb->query( 'START TRANSACTION' );
		$this->assertTrue( delete_post_meta_by_key( 'hospital_old_a' ) );
		$this->assertTrue( delete_post_meta_by_key( 'hospital_old_b' ) );
		$wpdb->query( 'COMMIT' );
		$this->assertEquals( $site, self::site(), 'nobody took the site over' );
		$this->assertSame( array( null, null ), array( $this->row( $post, 'hospital_old_a' ), $this->row( $post, 'hospital_old_b' ) ) );
	}

	public function test_a_post_born_inside_is_gone_with_the_rollback(): void {
		global $wpdb;
		$wpdb->query( 'START TRANSACTION' );
		$post = wp_insert_post(
			array(
				'post_type'  => 'hospital_appointment',
				'post_title' => 'Never',
				'meta_input' => array( 'status' => 'pending' ),
			)
		);
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		$wpdb->query( 'ROLLBACK' );
		$this->new_request();
		$this->assertNull( get_post( $post ) );
		$this->assertNull( $this->row( $post, 'status' ) );
		\Hospital\Appointments_Redis\Births::end( $post );
	}

	public function test_in_native_mode_marks_and_locks_join_the_transaction(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		Site::hold()->wait(); // While the last lease lasts, a barrier is still answered, and nothing needs a mark.
		try {
			foreach ( array( 'ROLLBACK', 'COMMIT' ) as $end ) {
				$wpdb->query( 'START TRANSACTION' );
				$this->assertTrue( update_post_meta( $post, 'status', $end ) );
				$this->assertTrue( update_post_meta( $post, 'status', "$end again" ) );
				$wpdb->query( $end ); // phpcs:ignore WordPress.DB
				$this->new_request();
				$this->assertSame( 'COMMIT' === $end ? 'COMMIT again' : 'pending', get_post_meta( $post, 'status', true ) );
				$marks = $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Site::table( 'native_write' ) . " WHERE post_id = $post" ); // phpcs:ignore WordPress.DB
				$this->assertSame( 'COMMIT' === $end ? '1' : '0', $marks );
			}
		} finally {
			Site::release();
		}
	}

	public function test_a_transaction_opened_past_wpdb_is_found_out_in_native_mode(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		Site::hold()->wait();
		try {
			mysqli_query( $wpdb->dbh, 'START TRANSACTION' );
			$this->assertTrue( Transaction::is_open_unseen() );
			update_post_meta( $post, 'status', 'inside' );
			mysqli_query( $wpdb->dbh, 'ROLLBACK' );
			$this->assertFalse( Transaction::is_open_unseen() );
			$this->assertSame( 'pending', $this->row( $post, 'status' ) );
		} finally {
			Site::release();
		}
	}

	public function test_one_of_another_database_object_is_none(): void {
		global $wpdb;
		$post  = $this->post( array( 'status' => 'pending', 'room' => '1' ) ); // phpcs:ignore WordPress.Arrays
		$other = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
		$wpdb->query( 'START TRANSACTION' );
		update_post_meta( $post, 'room', '2' );
		$other->query( 'COMMIT' );
		update_post_meta( $post, 'status', 'confirmed' );
		$wpdb->query( 'ROLLBACK' );
		$this->bring_home( $post );
		$this->assertSame( array( 'pending', '1' ), array( $this->row( $post, 'status' ), $this->row( $post, 'room' ) ) );

		$other->query( 'START TRANSACTION' );
		$this->assertFalse( Transaction::is_open() );
		$this->kiosk( $post, array( 'status' => 'theirs' ) );
		$this->new_request();
		$this->assertSame( 'theirs', get_post_meta( $post, 'status', true ) );
	}

	public function test_one_that_begins_while_another_is_open_has_a_snapshot_of_its_own(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'START TRANSACTION' );
		$this->assertTrue( Transaction::is_home() );
		$this->kiosk( $post, array( 'status' => 'theirs' ) );
		$wpdb->query( 'START TRANSACTION' );
		$this->new_request();
		$this->assertSame( 'theirs', get_post_meta( $post, 'status', true ) );
		$wpdb->query( 'COMMIT' );
	}

	public function test_a_temporary_table_commits_nothing(): void {
		global $wpdb;
		$create = false === strpos( $wpdb->db_server_info(), 'MariaDB' ) ? 'CREATE' : 'CREATE OR REPLACE'; // Which MySQL does not know.
		$post   = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'START TRANSACTION' );
		$this->assertNotFalse( $wpdb->query( "$create TEMPORARY TABLE hospital_t (a int)" ) );
		$this->assertTrue( update_post_meta( $post, 'status', 'inside' ) );
		$wpdb->query( 'ROLLBACK' );
		$wpdb->query( 'DROP TEMPORARY TABLE hospital_t' );
		$this->bring_home( $post );
		$this->assertSame( 'pending', $this->row( $post, 'status' ) );
	}

	public function test_a_distributed_one_is_one(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$ends = array( "XA ROLLBACK 'hospital'" => 'pending', "XA COMMIT 'hospital' ONE PHASE" => 'inside' );
		foreach ( $ends as $end => $status ) {
			foreach ( array( false, true ) as $native ) {
				$native && Site::hold()->wait();
				try {
					$this->assertNotFalse( $wpdb->query( "XA START 'hospital'" ) );
					$this->assertTrue( update_post_meta( $post, 'status', 'inside' ) );
					$this->assertNotFalse( $wpdb->query( "XA END 'hospital'" ) );
					$this->assertNotFalse( $wpdb->query( $end ) ); // phpcs:ignore WordPress.DB
					$this->assertFalse( Transaction::is_open() );
				} finally {
					Site::release();
				}
				self::wait_for_offload();
				$this->bring_home( $post );
				$this->assertSame( $status, $this->row( $post, 'status' ), $end );
				$wpdb->update( $wpdb->postmeta, array( 'meta_value' => 'pending' ), array( 'post_id' => $post ) ); // phpcs:ignore WordPress.DB
				$this->new_request();
			}
		}
	}
}
