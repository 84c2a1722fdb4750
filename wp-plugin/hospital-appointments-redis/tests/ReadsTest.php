<?php
/**
 * What WordPress sees of writes that did not come through it, or have not reached MySQL.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Answer;
use Hospital\Appointments_Redis\Breaker;
use Hospital\Appointments_Redis\Sidecar;

/**
 * Promises P2 and P4.
 */
final class ReadsTest extends ClinicTestCase {

	public function test_a_lock_that_is_set_and_read_does_not_uncover_the_rows_from_before_an_update(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		update_post_meta( $post, '_edit_lock', '1:1' ); // Core's, which cleans the cache.
		$this->assertSame( '1:1', get_post_meta( $post, '_edit_lock', true ) );
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
	}

	public function test_what_a_kiosk_wrote_is_there_at_once(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->kiosk( $post, array( 'status' => 'checked_in', 'kiosk' => 'b:0;', 'number' => 5, 'yes' => true, 'no' => false ) ); // phpcs:ignore WordPress.Arrays
		$this->new_request();
		$this->assertSame( 'checked_in', get_post_meta( $post, 'status', true ) );
		$this->assertSame( 'b:0;', get_post_meta( $post, 'kiosk', true ), 'a text stays a text' );
		$this->assertSame( array( '5', '1', '' ), array( get_post_meta( $post, 'number', true ), get_post_meta( $post, 'yes', true ), get_post_meta( $post, 'no', true ) ) );
		$this->assertTrue( metadata_exists( 'post', $post, 'no' ) );
		$this->bring_home( $post );
		$this->new_request();
		$this->assertSame( 'b:0;', get_post_meta( $post, 'kiosk', true ) );
	}

	public function test_a_row_named_by_its_id_shows_what_waits(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$mid  = array_keys( ( new Side( $post ) )->rows() )[0];
		$this->kiosk( $post, array( 'status' => 'checked_in' ) );
		$this->assertSame( 'checked_in', get_metadata_by_mid( 'post', $mid )->meta_value );
	}

	public function test_an_update_of_what_a_kiosk_wrote_first(): void {
		$post = $this->post();
		$this->kiosk( $post, array( 'status' => 'checked_in' ) );
		$this->new_request();
		$this->assertFalse( update_post_meta( $post, 'status', 'checked_in' ), 'it is equal' );
		$this->assertTrue( update_post_meta( $post, 'status', 'in_progress' ), 'it is an update, no second row' );
		$this->bring_home( $post );
		$this->assertSame( array( array( 'status', 'in_progress' ) ), array_values( ( new Side( $post ) )->rows() ) );
	}

	public function test_a_unique_key_that_waits_is_not_added_twice(): void {
		$post = $this->post();
		$this->kiosk( $post, array( 'ticket' => 'A1' ) );
		$this->new_request();
		$this->assertFalse( add_post_meta( $post, 'ticket', 'A2', true ) );
		$this->assertSame( array( 'A1' ), get_post_meta( $post, 'ticket' ) );
	}

	public function test_meta_queries_see_no_stale_value(): void {
		$post  = $this->post( array( 'status' => 'pending' ) );
		$query = array(
			'post_type'  => 'hospital_appointment',
			'fields'     => 'ids',
			'meta_query' => array( // phpcs:ignore WordPress.DB.SlowDBQuery
				array(
					'key'   => 'status',
					'value' => "seen-$post",
				),
			),
		);
		$this->assertSame( array(), get_posts( $query ) );
		update_post_meta( $post, 'status', "seen-$post" );
		$this->assertSame( array( $post ), get_posts( $query ), 'after an update of our own' );
		$this->kiosk( $post, array( 'status' => 'gone' ) );
		$this->new_request();
		$this->assertSame( array(), get_posts( $query ), 'after an update by another' );
	}

	public function test_other_post_types_cost_no_call(): void {
		$other = $this->post( array( 'vital' => 'a' ), array( 'post_type' => Side::NATIVE ) );
		$this->new_request();
		$calls = Sidecar::$calls;
		update_post_meta( $other, 'vital', 'b' );
		add_post_meta( $other, 'more', 'c' );
		delete_post_meta( $other, 'more' );
		get_post_meta( $other );
		get_posts( array( 'post_type' => Side::NATIVE, 'meta_key' => 'vital' ) ); // phpcs:ignore
		wp_delete_post( $other, true );
		$this->assertSame( $calls, Sidecar::$calls );
	}

	public function test_a_post_being_made_costs_one_call(): void {
		$calls = Sidecar::$calls;
		$post  = wp_insert_post(
			array(
				'post_type'  => 'hospital_appointment',
				'post_title' => 'New',
				'meta_input' => array(
					'status' => 'pending',
					'room'   => '4',
				),
			)
		);
		$this->assertSame( ++$calls, Sidecar::$calls, 'what waits under a slug that nobody could look up' );
		add_post_meta( $post, 'notes', 'x' ); // Others may know it by now: a barrier,
		get_post_meta( $post ); // and a first touch.
		$this->assertSame( $calls + 2, Sidecar::$calls );
		update_post_meta( $post, 'status', 'confirmed' );
		$this->assertSame( $calls + 3, Sidecar::$calls );
		wp_delete_post( $post, true );
	}

	public function test_wordpress_s_own_keys_are_never_offloaded(): void {
		$post = $this->post( array( '_edit_lock' => '1:1', '_thumbnail_id' => '1' ) ); // phpcs:ignore WordPress.Arrays
		update_post_meta( $post, '_edit_lock', '2:1' );
		update_post_meta( $post, '_thumbnail_id', '2' );
		$this->assertSame( array(), $this->dirty( $post ) );
		$this->assertSame( '2:1', $this->row( $post, '_edit_lock' ) );
	}

	public function test_while_the_sidecar_is_known_to_be_gone_nobody_asks(): void {
		$post  = $this->post( array( 'status' => 'pending' ) );
		$calls = Sidecar::$calls;
		Breaker::open();
		$this->assertTrue( Breaker::is_open() );
		$this->assertSame( 'paused', Sidecar::ask( 'GET', '/readyz' )->code );
		$this->new_request();
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
		$this->assertSame( $calls, Sidecar::$calls );
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ), 'a site in offload is asked all the same' );
		$this->assertSame( 'confirmed', $this->dirty( $post )['status']['value'] ?? null );
		$this->assertFalse( Breaker::is_open(), 'it answered' );
	}

	public function test_without_apcu_the_breaker_is_a_file_that_processes_share(): void {
		$settings = array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' );
		$options  = array( 'ini' => array( 'apc.enable_cli=0' ) );
		$run      = static function ( string $code ) use ( $settings, $options ) {
			return Process::run( $code, $settings, $options );
		};
		$this->assertSame( array( 'unreachable', true ), $run( 'return array( Sidecar::ask( "GET", "/readyz" )->code, Breaker::is_open() );' ) );
		$this->assertSame( array( true, 'paused', 0 ), $run( 'return array( Breaker::is_open(), Sidecar::ask( "GET", "/readyz" )->code, Sidecar::$calls );' ) );
		$this->assertSame( array( 1, array( true, false, false ) ), $run( 'file_put_contents( get_temp_dir() . ( static function () { return self::name(); } )->bindTo( null, Breaker::class )(), "1" ); return array( 1, array( Breaker::may_probe(), Breaker::may_probe(), Breaker::may_probe() ) );' ), 'one process of all looks' );
		$this->assertSame( array( false ), $run( 'Breaker::close(); return array( Breaker::is_open() );' ) );
	}

	public function test_an_answer_never_throws(): void {
		$this->assertSame( 'bad_request', Sidecar::tell( 'POST', '/v1/write', array( 'ops' => "\xFF" ) )->code );
		$this->assertSame( 'no', Answer::none( 'paused', 'no' )->done );
		$this->assertSame( 'not_found', Sidecar::ask( 'GET', '/v1/nothing' )->code );
	}

	public function test_an_update_is_not_held_against_what_was_read_without_the_sidecar(): void {
		$post = $this->post( array( 'status' => 'cancelled' ) );
		$lock = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
		$lock->query( 'START TRANSACTION' );
		$lock->query( "SELECT * FROM {$GLOBALS['wpdb']->postmeta} WHERE post_id = $post FOR UPDATE" ); // Until then it stays in Redis.
		$this->kiosk( $post, array( 'status' => 'confirmed' ) );
		Breaker::open();
		$this->new_request();
		$this->assertSame( 'cancelled', get_post_meta( $post, 'status', true ) );
		$lock->query( 'COMMIT' );
		$this->bring_home( $post );
		$this->assertTrue( update_post_meta( $post, 'status', 'cancelled' ) );
		$this->bring_home( $post );
		$this->assertSame( 'cancelled', $this->row( $post, 'status' ) );
	}
}
