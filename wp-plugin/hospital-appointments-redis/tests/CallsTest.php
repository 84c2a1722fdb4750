<?php
/**
 * What reading costs: one call for each set of posts that WordPress primes, none for what is never in Redis.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;

/**
 * Counts calls.
 */
final class CallsTest extends ClinicTestCase {

	/** The calls that something takes in a request of its own. */
	private function calls( callable $does ): int {
		$this->new_request();
		$calls = Sidecar::$calls;
		$does();
		return Sidecar::$calls - $calls;
	}

	public function test_posts_of_several_types_primed_together_are_one_call(): void {
		$ids = array(
			$this->post( array( 'status' => 'pending' ) ),
			$this->post( array(), array( 'post_type' => 'hospital_doctor' ) ),
			$this->post( array(), array( 'post_type' => 'page' ) ),
			$this->post( array(), array( 'post_type' => Side::NATIVE ) ),
		);
		$this->assertSame( 1, $this->calls( static function () use ( $ids ) { update_meta_cache( 'post', $ids ); array_map( 'get_post_meta', $ids ); update_postmeta_cache( $ids ); } ) ); // phpcs:ignore
		$this->assertSame( 1, $this->calls( function () use ( $ids ) { $query = new \WP_Query( array( 'post_type' => array( 'hospital_appointment', 'hospital_doctor', 'page', Side::NATIVE ), 'post__in' => $ids ) ); $this->assertCount( 4, $query->posts ); array_map( 'get_post_custom', $ids ); } ) ); // phpcs:ignore
		$this->assertSame( 0, $this->calls( static function () use ( $ids ) { update_meta_cache( 'post', array_slice( $ids, 2 ) ); } ) ); // phpcs:ignore
		$this->assertSame( 0, $this->calls( static function () use ( $ids ) { new \WP_Query( array( 'post_type' => array( 'hospital_appointment', 'page' ), 'post__in' => $ids, 'update_post_meta_cache' => false ) ); } ) ); // phpcs:ignore
	}

	public function test_what_belongs_to_an_appointment_is_not_one(): void {
		wp_set_current_user( 1 );
		$post       = $this->post( array( 'status' => 'pending' ) );
		$attachment = $this->post( array( '_wp_attached_file' => 'a.jpg' ), array( 'post_type' => 'attachment', 'post_parent' => $post ) ); // phpcs:ignore WordPress.Arrays
		$revision   = $this->post( array(), array( 'post_type' => 'revision', 'post_status' => 'inherit', 'post_parent' => $post ) ); // phpcs:ignore WordPress.Arrays
		$item       = $this->post( array( '_menu_item_type' => 'custom' ), array( 'post_type' => 'nav_menu_item' ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame(
			0,
			$this->calls(
				static function () use ( $post, $attachment, $revision, $item ): void {
					wp_get_attachment_metadata( $attachment );
					get_attached_media( 'image', $post );
					get_metadata( 'post', $revision );
					wp_get_post_revisions( $post );
					wp_get_post_autosave( $post );
					wp_setup_nav_menu_item( get_post( $item ) );
					get_post_meta( 0 );
					get_post_meta( PHP_INT_MAX, 'status' );
				}
			)
		);
	}

	public function test_a_heartbeat_costs_none_and_is_no_first_touch(): void {
		require_once ABSPATH . 'wp-admin/includes/admin.php';
		wp_set_current_user( 1 );
		$ids = array( $this->post( array( 'status' => 'pending', '_edit_lock' => time() . ':2' ) ), $this->post( array( 'status' => 'pending' ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame(
			0,
			$this->calls(
				static function () use ( $ids ): void {
					wp_check_locked_posts( array(), array( 'wp-check-locked-posts' => array( "post-$ids[0]", "post-$ids[1]" ) ), 'edit-hospital_appointment' );
					wp_refresh_post_lock( array(), array( 'wp-refresh-post-lock' => array( 'post_id' => $ids[0], 'lock' => '' ) ), 'hospital_appointment' ); // phpcs:ignore WordPress.Arrays
					wp_set_post_lock( $ids[1] );
				}
			)
		);
		$this->kiosk( $ids[0], array( 'status' => 'checked_in' ) );
		$this->assertSame(
			1,
			$this->calls(
				function () use ( $ids ): void {
					$this->assertStringEndsWith( ':1', get_post_meta( $ids[0], '_edit_lock', true ) );
					$this->assertSame( 'checked_in', get_post_meta( $ids[0], 'status', true ) );
					$this->assertTrue( metadata_exists( 'post', $ids[0], '_edit_lock' ) );
				}
			)
		);
		$this->assertSame(
			1,
			$this->calls(
				function () use ( $ids ): void {
					get_post_meta( $ids[0], '_edit_lock', true );
					wp_cache_delete( $ids[0], 'post_meta' );
					$this->assertSame( array( 'checked_in' ), update_meta_cache( 'post', array( $ids[0] ) )[ $ids[0] ]['status'] );
				}
			)
		);
	}

	public function test_an_update_is_one_call_and_an_equal_one_none(): void {
		$post = $this->post( array( 'status' => 'pending', 'list' => array( 1 ) ) ); // phpcs:ignore WordPress.Arrays
		$this->new_request();
		get_post_meta( $post );
		$calls = Sidecar::$calls;
		$this->assertFalse( update_post_meta( $post, 'status', 'pending' ) );
		$this->assertSame( $calls, Sidecar::$calls );
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		$this->assertFalse( update_post_meta( $post, 'status', 'confirmed' ) );
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
		$this->assertSame( $calls + 1, Sidecar::$calls );
	}
}
