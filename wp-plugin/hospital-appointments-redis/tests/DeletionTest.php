<?php
/**
 * Posts that are deleted while others write to them.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;

/**
 * Nothing of a post that is gone stays in wp_postmeta.
 */
final class DeletionTest extends ClinicTestCase {

	public function test_a_row_that_a_sync_bears_between_core_s_two_deletions_goes_with_the_post(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->new_request();
		add_action(
			'delete_post',
			function () use ( $post ): void { // The rows are gone, the post is not.
				$this->kiosk( $post, array( 'status' => 'late' ) );
				$this->assertTrue( Sidecar::wait_for( 'POST', '/v1/sync', array() )->ok() );
				$this->assertSame( 'late', $this->row( $post, 'status' ) );
			}
		);
		$this->assertInstanceOf( \WP_Post::class, wp_delete_post( $post, true ) );
		$this->assertSame( '0', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE post_id = $post" ) );
	}

	public function test_rows_that_core_leaves_because_a_plugin_answered_for_their_deletion_stay(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$twin = $this->post( array( 'status' => 'pending' ), array( 'post_type' => Side::NATIVE ) );
		$this->new_request();
		add_filter( 'delete_post_metadata_by_mid', '__return_false' );
		$left = function ( int $id ): ?string {
			$this->assertInstanceOf( \WP_Post::class, wp_delete_post( $id, true ) );
			return $this->row( $id, 'status' );
		};
		$this->assertSame( $left( $twin ), $left( $post ) );
		$this->assertSame( 'pending', $this->row( $post, 'status' ) );
	}

	public function test_a_row_goes_with_its_post_though_our_own_tables_are_away(): void {
		global $wpdb;
		$post  = $this->post( array( 'status' => 'pending' ) );
		$fence = Site::table( 'sync_fence' );
		$this->new_request();
		$wpdb->query( "RENAME TABLE $fence TO {$fence}_away" );
		try {
			$this->kiosk( $post, array( 'status' => 'late' ) ); // Cannot be synced: no barrier before core's own deletion.
			$hidden = $wpdb->suppress_errors();
			$this->assertInstanceOf( \WP_Post::class, wp_delete_post( $post, true ) );
		} finally {
			$wpdb->suppress_errors( $hidden ?? false );
			$wpdb->query( "RENAME TABLE {$fence}_away TO $fence" );
		}
		$this->assertSame( '0', $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE post_id = $post" ) );
	}

	public function test_a_post_whose_sidecar_was_away_for_a_moment_is_forgotten_once_it_is_back(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->kiosk( $post, array( 'status' => 'late' ) );
		$this->bring_home( $post ); // Which leaves a clean copy.
		$this->new_request();
		$away = static function ( bool $away ): void {
			( static function () use ( $away ): void {
				self::$failed = $away ? (int) hrtime( true ) : 0;
			} )->bindTo( null, Sidecar::class )();
		};
		$back = static function ( $sql ) use ( $away ) {
			0 === strpos( $sql, 'SELECT epoch' ) && $away( false ); // Before the site row is read.
			return $sql;
		};
		add_action(
			'deleted_post',
			static function () use ( $away, $back ): void {
				$away( true );
				add_filter( 'query', $back );
			},
			9
		);
		$site = self::site();
		$this->assertInstanceOf( \WP_Post::class, wp_delete_post( $post, true ) );
		remove_filter( 'query', $back );
		$this->assertEquals( $site, self::site(), 'nobody took the site over' );
		$answer = Sidecar::wait_for( 'POST', "/v1/appointments/$post/status", array( 'status' => 'done' ) );
		$this->assertSame( 0, $answer->data['updated'] ?? $answer->message, 'there is no such appointment' );
	}

	public function test_a_post_whose_cache_entry_others_drop_meanwhile_is_forgotten(): void {
		foreach ( array( 'clean_post_cache', 'wp_cache_flush' ) as $drops ) {
			$post = $this->post( array( 'status' => 'pending' ) );
			$this->new_request();
			$drop = function ( $id ) use ( $drops ): void {
				$this->kiosk( (int) $id, array( 'status' => 'late' ) );
				'wp_cache_flush' === $drops ? wp_cache_flush() : clean_post_cache( (int) $id );
			};
			add_action( 'delete_post', $drop );
			$gone = static fn( $id ) => 'wp_cache_flush' === $drops ? wp_cache_flush() : clean_post_cache( (int) $id );
			add_action( 'deleted_post', $gone, 1 );
			$this->assertInstanceOf( \WP_Post::class, wp_delete_post( $post, true ) );
			remove_action( 'delete_post', $drop );
			remove_action( 'deleted_post', $gone, 1 );
			$this->assertSame( array(), $this->dirty_of_the_gone( $post ), $drops );
		}
	}

	public function test_a_post_whose_deletion_failed_is_like_any_other(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->new_request();
		$this->fail_to_delete( $post );
		$this->kiosk( $post, array( 'status' => 'kiosk' ) );
		$this->new_request();
		$this->assertNotFalse( update_post_meta( $post, 'status', 'desk' ) );
		$this->bring_home( $post );
		$this->assertSame( 'desk', $this->row( $post, 'status' ) );
	}

	public function test_what_a_kiosk_sends_to_a_post_that_a_transaction_deletes_is_forgotten_with_it(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->new_request();
		$wpdb->query( 'START TRANSACTION' );
		add_action(
			'delete_post',
			function () use ( $post ): void {
				$this->kiosk( $post, array( 'status' => 'late' ) );
			}
		);
		$this->assertInstanceOf( \WP_Post::class, wp_delete_post( $post, true ) );
		$wpdb->query( 'COMMIT' );
		$this->assertTrue( Sidecar::wait_for( 'POST', '/v1/sync', array() )->ok() );
		self::wait_for_offload();
		$letters = Sidecar::wait_for( 'GET', '/v1/dead-letters?limit=100' );
		$this->assertTrue( $letters->ok() );
		$this->assertNotContains( $post, array_map( 'intval', array_column( $letters->data['dead_letters'], 'post' ) ) );
		$this->assertSame( array(), $this->dirty_of_the_gone( $post ) );
	}

	public function test_a_post_whose_deletion_failed_is_like_any_other_while_another_is_deleted(): void {
		$post  = $this->post( array( 'status' => 'pending' ) );
		$other = $this->post( array( 'status' => 'pending' ) );
		$this->new_request();
		$this->fail_to_delete( $post );
		update_post_meta( $post, 'status', 'new' );
		$this->assertSame( 'new', $this->row( $post, 'status' ) ?? 'none' );
		$this->bring_home( $post );
		$this->kiosk( $post, array( 'status' => 'kiosk' ) );
		$this->new_request();
		add_action(
			'delete_post',
			static function ( $id ) use ( $other, $post ): void {
				(int) $id === $other && update_post_meta( $post, 'status', 'desk' );
			}
		);
		wp_delete_post( $other, true );
		$this->bring_home( $post );
		$this->assertSame( 'desk', $this->row( $post, 'status' ) );
	}

	/** What waits in Redis for a post that WordPress has no more. */
	private function dirty_of_the_gone( int $post ): array {
		return Sidecar::wait_for( 'POST', '/v1/dirty', array( 'posts' => array( 'hospital_appointment' => array( $post ) ) ) )->data['posts'][ $post ] ?? array();
	}

	/** WordPress means to delete a post, and MySQL refuses it. */
	private function fail_to_delete( int $post ): void {
		global $wpdb;
		$refuse = static function ( $sql ) use ( $wpdb ) {
			return 0 === strpos( $sql, "DELETE FROM `$wpdb->posts`" ) ? 'DELETE FROM hospital_nowhere' : $sql;
		};
		add_filter( 'query', $refuse );
		$hidden = $wpdb->suppress_errors();
		$this->assertFalse( wp_delete_post( $post, true ) );
		$wpdb->suppress_errors( $hidden );
		remove_filter( 'query', $refuse );
	}
}
