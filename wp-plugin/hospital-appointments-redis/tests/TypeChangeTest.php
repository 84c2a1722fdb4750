<?php
/**
 * Posts that become something else.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Type_Change;

/**
 * What was written to a post as an appointment is there when it is one no more, and does not come over what it gets then.
 */
final class TypeChangeTest extends ClinicTestCase {

	/**
	 * The ways to change a type.
	 *
	 * @return array<string, callable>
	 */
	private static function ways(): array {
		return array(
			'set_post_type()'        => static fn( int $post, string $type ) => set_post_type( $post, $type ),
			'wp_update_post()'       => static fn( int $post, string $type ) => wp_update_post( array( 'ID' => $post, 'post_type' => $type ) ), // phpcs:ignore WordPress.Arrays
			'wp_update_post(), meta' => static fn( int $post, string $type ) => wp_update_post( array( 'ID' => $post, 'post_type' => $type, 'meta_input' => array( 'status' => 'last' ) ) ), // phpcs:ignore WordPress.Arrays
		);
	}

	public function test_what_was_written_before_is_read_and_stays_behind(): void {
		foreach ( self::ways() as $way => $change ) {
			foreach ( array( Side::NATIVE, Post_Types::DOCTOR ) as $type ) {
				$post = $this->post( array( 'status' => 'pending', 'room' => '1' ) ); // phpcs:ignore WordPress.Arrays
				$this->assertTrue( update_post_meta( $post, 'status', 'last' ) );
				$this->assertTrue( update_post_meta( $post, 'room', '2' ) );
				$change( $post, $type );
				$this->assertSame( array( 'last', '2' ), array( get_post_meta( $post, 'status', true ), get_post_meta( $post, 'room', true ) ), "$way $type" );
				$this->assertTrue( update_post_meta( $post, 'status', 'since' ) );
				$this->assertTrue( Sidecar::wait_for( 'POST', '/v1/sync', array() )->ok() );
				$this->assertSame( array( 'since', '2' ), array( $this->row( $post, 'status' ), $this->row( $post, 'room' ) ), "$way $type" );
			}
		}
	}

	public function test_its_rows_are_not_taken_for_another_s(): void {
		$post = $this->post( array( 'status' => 'draft' ), array( 'post_type' => Side::NATIVE ) );
		$row  = (int) $GLOBALS['wpdb']->get_var( "SELECT meta_id FROM {$GLOBALS['wpdb']->postmeta} WHERE post_id = $post" ); // phpcs:ignore WordPress.DB
		$this->assertTrue( update_metadata_by_mid( 'post', $row, 'pending' ) );
		set_post_type( $post, Post_Types::APPOINTMENT );
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		$this->assertSame( 'confirmed', get_metadata_by_mid( 'post', $row )->meta_value );
		$this->assertTrue( update_metadata_by_mid( 'post', $row, 'cancelled' ) );
		$this->bring_home( $post );
		$this->assertSame( 'cancelled', $this->row( $post, 'status' ) );
	}

	public function test_a_process_that_never_touched_it_brings_home_what_another_wrote(): void {
		foreach ( self::ways() as $way => $change ) {
			$post = $this->post( array( 'status' => 'pending' ) );
			$this->kiosk( $post, array( 'status' => 'last' ) );
			$this->new_request();
			$change( $post, Side::NATIVE );
			$this->assertSame( 'last', $this->row( $post, 'status' ), $way );
		}
	}

	public function test_in_a_transaction_it_waits_for_no_row_of_it(): void {
		global $wpdb;
		foreach ( self::ways() as $way => $change ) {
			$post = $this->post( array( 'status' => 'pending' ) );
			$site = self::site();
			update_post_meta( $post, 'status', 'before' );
			$wpdb->query( 'START TRANSACTION' );
			$this->assertTrue( update_post_meta( $post, 'status', 'last' ) );
			$change( $post, Side::NATIVE );
			$this->assertSame( 'last', get_post_meta( $post, 'status', true ), $way );
			$wpdb->query( 'COMMIT' );
			$this->assertSame( 'last', $this->row( $post, 'status' ), $way );
			$this->assertEquals( $site, self::site(), "$way: nobody took the site over" );
		}
	}

	public function test_one_that_stays_what_it_is_raises_none(): void {
		$post  = $this->post( array( 'status' => 'pending' ) );
		$calls = function () use ( $post ): int {
			$this->new_request();
			$before = Sidecar::$calls;
			wp_update_post( array( 'ID' => $post, 'post_title' => 'Another' ) ); // phpcs:ignore WordPress.Arrays
			set_post_type( $post, Post_Types::APPOINTMENT );
			return Sidecar::$calls - $before;
		};
		$with = $calls();
		remove_action( 'pre_post_update', array( Type_Change::class, 'before' ), PHP_INT_MAX );
		remove_action( 'clean_post_cache', array( Type_Change::class, 'after' ) );
		$this->assertSame( $calls(), $with );
	}
}
