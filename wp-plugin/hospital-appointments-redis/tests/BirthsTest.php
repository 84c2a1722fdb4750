<?php
/**
 * Posts that are being inserted.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Barrier;
use Hospital\Appointments_Redis\Births;
use Hospital\Appointments_Redis\Sidecar;

/**
 * Nothing of them can be in Redis, but only as long as nobody else knows them.
 */
final class BirthsTest extends ClinicTestCase {

	public function test_a_post_is_no_birth_any_more_once_others_may_know_it(): void {
		$seen = array();
		$look = static function ( $meta_id, $post_id ) use ( &$seen ): void {
			$seen[] = Births::has( $post_id );
		};
		add_action( 'added_post_meta', $look, 10, 2 );
		$post = wp_insert_post( array( 'post_type' => 'hospital_appointment', 'post_status' => 'publish', 'post_title' => 'Born', 'meta_input' => array( 'vital' => 'old' ) ) );
		remove_action( 'added_post_meta', $look );
		$this->assertSame( array( true ), $seen, 'while it is being inserted nobody else knows it' );
		$this->assertFalse( Births::has( $post ) );

		$answer = Sidecar::wait_for( 'PATCH', "/v1/appointments/$post/fields/vital", array( 'value' => 'theirs' ) );
		$this->assertTrue( $answer->ok(), $answer->message );
		$this->assertTrue( delete_post_meta( $post, 'vital' ) );
		Barrier::all( true );
		$this->assertSame( array(), $GLOBALS['wpdb']->get_col( "SELECT meta_value FROM {$GLOBALS['wpdb']->postmeta} WHERE post_id = $post AND meta_key = 'vital'" ), 'a deleted key came back' );
		wp_delete_post( $post, true );
	}

	public function test_nor_once_listeners_of_its_type_or_status_know_it(): void {
		foreach ( array( 'save_post_hospital_appointment', 'publish_hospital_appointment', 'new_to_publish' ) as $announced ) {
			$after = function ( $post ): void {
				$post = $post instanceof \WP_Post ? $post->ID : $post;
				$this->kiosk( $post, array( 'vital' => 'theirs' ) );
				update_post_meta( $post, 'vital', 'mine' );
			};
			add_action( $announced, $after );
			$post = $this->post();
			remove_action( $announced, $after );
			$this->bring_home( $post );
			$this->assertSame( 'mine', $this->row( $post, 'vital' ), "what a listener of $announced wrote last" );
		}
	}
}
