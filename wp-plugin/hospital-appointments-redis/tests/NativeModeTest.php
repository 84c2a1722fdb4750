<?php
/**
 * The same calls while WordPress writes itself.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Site;

/**
 * Core's steps that the plugin repeats in the take-over's transaction (protocol R3), held to core.
 */
final class NativeModeTest extends ClinicTestCase {

	use NumbersAsKeys;

	public static function setUpBeforeClass(): void {
		parent::setUpBeforeClass();
		self::wait_for_offload();
		Site::hold()->wait();
	}

	public static function tearDownAfterClass(): void {
		Site::release();
		self::wait_for_offload();
		parent::tearDownAfterClass();
	}

	protected static function is_native(): bool {
		return true;
	}

	public function test_listeners_in_the_middle_of_a_native_write(): void {
		foreach ( array( 'update_post_meta', 'updated_post_meta', 'added_post_meta', 'delete_post_meta', 'deleted_post_meta' ) as $action ) {
			$twin   = $this->twin( array( 'vital' => 'old' ) );
			$inside = false;
			$listen = static function ( $ids, $post ) use ( &$inside, $action ): void {
				if ( ! $inside ) {
					$inside = true;
					update_post_meta( $post, 'log', $action . get_post_meta( $post, 'vital', true ) );
					update_post_meta( $post, 'vital', 'by the listener' );
					$inside = false;
				}
			};
			add_action( $action, $listen, 10, 2 );
			$twin->same(
				$action,
				static function ( Side $side ) {
					return array( update_post_meta( $side->post, 'vital', 'new' ), add_post_meta( $side->post, 'other', 'x' ) > 0, delete_post_meta( $side->post, 'vital' ) );
				}
			);
			remove_action( $action, $listen, 10 );
			$twin->ends_the_same( $action, array( 'vital', 'other', 'log' ) );
		}
	}

	public function test_what_a_listener_adds_meanwhile_stays_beside_the_first_row(): void {
		$twin   = $this->twin();
		$listen = static function ( $post, $key ) use ( &$listen ): void {
			remove_action( 'add_post_meta', $listen );
			add_post_meta( $post, $key, 'by the listener' );
		};
		foreach ( array( 'add_post_meta', 'update_post_meta' ) as $write ) {
			$twin->same(
				$write,
				static function ( Side $side ) use ( $write, $listen ) {
					add_action( 'add_post_meta', $listen, 10, 2 );
					return $write( $side->post, "first by $write", 'new', 'add_post_meta' === $write ) > 0;
				}
			);
		}
		$twin->ends_the_same( 'listener', array( 'first by add_post_meta', 'first by update_post_meta' ) );
	}

	public function test_an_equal_value_is_not_written_to_a_key_that_is_the_same_to_mysql_alone(): void {
		$twin = $this->twin( array( 'room' => 'of the other' ) );
		$twin->same(
			'update of an equal value',
			static function ( Side $side ) {
				global $wpdb;
				$wpdb->insert( $wpdb->postmeta, array( 'post_id' => $side->post, 'meta_key' => 'room ', 'meta_value' => 'its own' ) ); // phpcs:ignore WordPress.DB
				wp_cache_delete( $side->post, 'post_meta' );
				return update_post_meta( $side->post, 'room ', 'its own' );
			}
		)->ends_the_same( 'update of an equal value', array( 'room', 'room ' ) );
	}

	public function test_a_key_is_deleted_of_all_posts(): void {
		$twin = $this->twin();
		$twin->same(
			'delete everywhere',
			static function ( Side $side ) {
				add_post_meta( $side->post, $side->own( 'vital' ), 'one' );
				add_post_meta( $side->post, $side->own( 'vital' ), 'two' );
				return array( delete_post_meta_by_key( $side->own( 'vital' ) ), delete_post_meta_by_key( $side->own( 'vital' ) ) );
			}
		)->ends_the_same( 'delete everywhere' );
	}

	public function test_a_post_is_deleted(): void {
		$twin = $this->twin( array( 'vital' => 'old' ) );
		$twin->same(
			'delete post',
			static function ( Side $side ) {
				return array( update_post_meta( $side->post, 'vital', 'new' ), wp_delete_post( $side->post, true ) instanceof \WP_Post );
			}
		);
		$this->assertSame( array(), $twin->ours->rows() );
	}

	public function test_each_write_is_marked_in_the_same_transaction(): void {
		global $wpdb;
		$post = $this->post( array( 'vital' => 'old' ) );
		$this->new_request();
		update_post_meta( $post, 'vital', 'new' );
		add_post_meta( $post, 'other', 'added' );
		delete_post_meta( $post, 'other' );
		delete_post_meta( $post, 'never there' );
		$marks = $wpdb->get_results( 'SELECT meta_key, epoch FROM ' . Site::table( 'native_write' ) . " WHERE post_id = $post ORDER BY meta_key", ARRAY_N ); // phpcs:ignore WordPress.DB
		$epoch = self::site()->epoch;
		$this->assertSame( array( array( 'never there', $epoch ), array( 'other', $epoch ), array( 'vital', $epoch ) ), $marks );
	}

	public function test_an_equal_value_is_written_all_the_same(): void {
		global $wpdb;
		$post = $this->post( array( 'vital' => 'same' ) );
		$wpdb->query( 'DELETE FROM ' . Site::table( 'native_write' ) . " WHERE post_id = $post" ); // phpcs:ignore WordPress.DB
		$this->new_request();
		$this->assertFalse( update_post_meta( $post, 'vital', 'same' ) );
		$this->assertSame( '1', $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Site::table( 'native_write' ) . " WHERE post_id = $post AND meta_key = 'vital'" ) ); // phpcs:ignore WordPress.DB
	}

	public function test_both_keys_of_a_renamed_row_are_marked_though_they_are_equal_numbers(): void {
		global $wpdb;
		$post = $this->post( array( '1' => 'old' ) );
		$mark = 'FROM ' . Site::table( 'native_write' ) . " WHERE post_id = $post";
		$row  = $wpdb->get_var( "SELECT meta_id FROM $wpdb->postmeta WHERE post_id = $post" ); // phpcs:ignore WordPress.DB
		$wpdb->query( "DELETE $mark" ); // phpcs:ignore WordPress.DB
		$this->assertTrue( update_metadata_by_mid( 'post', (int) $row, 'new', '01' ) );
		$this->assertSame( array( '01', '1' ), $wpdb->get_col( "SELECT meta_key $mark ORDER BY meta_key" ) ); // phpcs:ignore WordPress.DB
	}
}
