<?php
/**
 * The table of the site rows is lost.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Health;
use Hospital\Appointments_Redis\Lifecycle;
use Hospital\Appointments_Redis\Site;

/**
 * WordPress goes on, and knows afterwards what it wrote: nothing that Redis held before comes over it (promise P3).
 */
final class LostTableTest extends ClinicTestCase {

	/** As a process whose sidecar is gone writes. */
	private const WRITE = 'return update_post_meta( $arguments["post"], "status", "since" );';

	public function test_what_core_writes_meanwhile_is_newer_than_what_waits_in_redis(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending', 'room' => '1', 'notes' => 'none' ) );
		update_post_meta( $post, 'notes', 'synced in this epoch' );
		$this->bring_home( $post );
		$before = (int) self::site()->epoch;
		update_post_meta( $post, 'status', 'waiting' );
		update_post_meta( $post, 'room', 'waiting' );
		$wpdb->query( 'DROP TABLE ' . Site::table( 'sync_state' ) );

		$this->assertTrue( Process::run( self::WRITE, array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' ), array( 'arguments' => array( 'post' => $post ) ) ) );
		$this->assertSame( 'since', $this->row( $post, 'status' ) );
		$this->assertGreaterThan( $before, (int) self::site()->epoch, 'the fence rows say how far it had come' );

		$this->wait_for_offload();
		$this->new_request();
		$this->bring_home( $post );
		$this->assertSame( 'since', $this->row( $post, 'status' ) );
		$this->assertSame( 'waiting', $this->row( $post, 'room' ), 'what core did not write comes home' );
	}

	public function test_inside_a_transaction_of_the_callers(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'DROP TABLE ' . Site::table( 'sync_state' ) );
		// It may be refused: the transaction's snapshot is older than the table. WordPress hears so.
		$undone = 'global $wpdb; $wpdb->query( "START TRANSACTION" ); update_post_meta( $arguments["post"], "status", "undone" ); $wpdb->query( "ROLLBACK" );';
		Process::run( $undone, array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' ), array( 'arguments' => array( 'post' => $post ) ) );
		$this->assertSame( 'native', self::site()->mode );
		$this->assertSame( 'pending', $this->row( $post, 'status' ), 'making the table has not committed it' );
	}

	/** The administrator has read: "The plugin's tables are missing; deactivate and activate it." */
	public function test_who_deactivates_because_it_is_lost_is_not_refused(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		update_post_meta( $post, 'status', 'waiting' );
		$wpdb->query( 'DROP TABLE ' . Site::table( 'sync_state' ) );
		$this->assertSame( 'unknown', Health::noted()['mode'] );
		add_filter(
			'wp_die_handler',
			static function (): callable {
				return static function ( $message ): void {
					throw new \RuntimeException( $message );
				};
			}
		);
		try {
			Lifecycle::deactivate();
			$this->assertSame( array( 'native', '1' ), array( self::site()->mode, self::site()->held ) );
			$this->assertSame( 'waiting', $this->row( $post, 'status' ) );
		} finally {
			Lifecycle::activate();
		}
	}

	public function test_a_row_that_was_lost_does_not_say_that_no_sidecar_ever_owned_the_site(): void {
		global $wpdb;
		$here = $GLOBALS['blog_id'];

		$GLOBALS['blog_id'] = 900077; // A blog of which neither this table nor another has anything.
		try {
			$this->assertSame( 1, Site::read()->returned ?? null, 'the plugin was installed here' );
			$wpdb->delete( Site::table( 'sync_state' ), array( 'blog_id' => 900077 ) );
			add_filter( 'option_' . Lifecycle::INSTALLED, '__return_false' );
			$this->assertSame( 0, Site::read()->returned ?? null, 'it is being installed' );
		} finally {
			$GLOBALS['blog_id'] = $here;
			remove_filter( 'option_' . Lifecycle::INSTALLED, '__return_false' );
			$wpdb->delete( Site::table( 'sync_state' ), array( 'blog_id' => 900077 ) );
		}
	}
}
