<?php
/**
 * Transactions that meet another process, or a statement that fails.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;

/**
 * Promise P3 in the caller's transaction (protocol R9) and in our own (R3).
 */
final class TransactionRacesTest extends ClinicTestCase {

	public function test_what_another_sends_meanwhile_does_not_come_over_a_later_write_inside(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending', 'room' => '1' ) );
		$wpdb->query( 'START TRANSACTION' );
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		$answer = Sidecar::wait_for( 'PATCH', "/v1/appointments/$post/fields/room", array( 'value' => 'older' ) );
		$this->assertTrue( $answer->ok(), $answer->message );
		// MariaDB 11.6.2 and later refuse to write over what changed since the snapshot, here as in plain WordPress.
		$written = update_post_meta( $post, 'room', 'newer' );
		$wpdb->query( 'COMMIT' );
		$this->wait_for_offload();
		$this->bring_home( $post );
		$this->assertSame( $written ? 'newer' : 'older', $this->row( $post, 'room' ) );
		$this->assertTrue( update_post_meta( $post, 'status', 'completed' ), 'the process can write on' );
		$this->bring_home( $post );
		$this->assertSame( 'completed', $this->row( $post, 'status' ) );
	}

	public function test_a_commit_that_fails_leaves_no_transaction_open(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$told = Process::run(
			'
			$post = $arguments["post"];
			$told = array( update_post_meta( $post, "status", "one" ) );
			$fail = static function ( $sql ) use ( &$fail ) {
				if ( "COMMIT" !== $sql ) {
					return $sql;
				}
				remove_filter( "query", $fail );
				return "";
			};
			add_filter( "query", $fail );
			$told[] = update_post_meta( $post, "status", "two" );
			$told[] = update_post_meta( $post, "status", "three" );
			$other  = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
			$told[] = $other->get_var( "SELECT meta_value FROM {$GLOBALS["wpdb"]->postmeta} WHERE post_id = $post AND meta_key = \'status\'" );
			return $told;',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' ),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( array( true, false, true, 'three' ), $told );
		$this->wait_for_offload();
	}

	public function test_an_outage_inside_a_transaction_with_a_snapshot_costs_nothing_of_it(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$told = Process::run(
			'
			global $wpdb;
			$post = $arguments["post"];
			$wpdb->query( "START TRANSACTION" );
			$wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts" );
			add_option( "hospital_test_marker", "there" );
			$told = array( update_post_meta( $post, "status", "inside" ), update_post_meta( $post, "status", "again" ) );
			$wpdb->query( "COMMIT" );
			$other  = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
			$told[] = $other->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = \'hospital_test_marker\'" );
			$told[] = $other->get_var( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = $post AND meta_key = \'status\'" );
			delete_option( "hospital_test_marker" );
			return $told;',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' ),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->wait_for_offload();
		$this->assertSame( array( true, true, 'there', 'again' ), $told );
	}
}
