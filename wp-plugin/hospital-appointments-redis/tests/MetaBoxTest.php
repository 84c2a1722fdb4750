<?php
/**
 * The meta box of the edit screen.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Meta_Box;
use Hospital\Appointments_Redis\Post_Types;

/**
 * It saves what was changed, by whom may, and nothing else.
 */
final class MetaBoxTest extends ClinicTestCase {

	public function test_it_saves_what_was_changed(): void {
		$post = $this->open();
		$this->submit( $post, array( 'status' => 'confirmed', 'room' => "Room \"4\" \\ it's", 'checklist' => "x-ray\r\n\r\nblood" ), array( 'status' => 'pending', 'room' => '', 'checklist' => '' ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
		$this->assertSame( "Room \"4\" \\ it's", get_post_meta( $post, 'room', true ) );
		$this->assertSame( array( 'x-ray', 'blood' ), get_post_meta( $post, 'checklist', true ) );
		$this->assertFalse( metadata_exists( 'post', $post, 'notes' ), 'it was not in the form' );
	}

	public function test_it_leaves_what_a_kiosk_changed_meanwhile(): void {
		$post = $this->open();
		$this->kiosk( $post, array( 'status' => 'checked_in' ) );
		$this->new_request();
		$this->submit( $post, array( 'status' => 'pending', 'room' => '4' ), array( 'status' => 'pending', 'room' => '' ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 'checked_in', get_post_meta( $post, 'status', true ) );
		$this->assertSame( '4', get_post_meta( $post, 'room', true ) );
	}

	public function test_without_its_nonce_nothing_is_saved(): void {
		$post = $this->open();
		foreach ( array( null, '', 'wrong', wp_create_nonce( 'hospital_appointments_redis_save_' . ( $post + 1 ) ) ) as $nonce ) {
			$this->submit( $post, array( 'status' => 'confirmed' ), array( 'status' => 'pending' ), $nonce );
			$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
		}
	}

	public function test_who_may_not_edit_saves_nothing(): void {
		$post = $this->open();
		$user = wp_insert_user(
			array(
				'user_login' => 'contributor-' . wp_rand(),
				'user_pass'  => wp_generate_password(),
				'role'       => 'contributor',
			)
		);
		wp_set_current_user( $user );
		$this->submit( $post, array( 'status' => 'confirmed' ), array( 'status' => 'pending' ), wp_create_nonce( 'hospital_appointments_redis_save_' . $post ) );
		wp_delete_user( $user );
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
	}

	public function test_nonsense_is_not_saved(): void {
		$post = $this->open();
		$this->submit( $post, array( 'doctor_id' => 'nobody', 'start' => 'soon', 'status' => array( 'no' ), 'unknown' => 'x' ), array() ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( 'status' => array( 'pending' ) ), get_post_meta( $post ) );
	}

	public function test_a_time_that_is_none_is_shown_as_text_and_kept(): void {
		wp_set_current_user( 1 );
		foreach ( array( 'noon', '2025-02-30T10:00', '2025-03-04T25:00' ) as $none ) {
			$post = $this->post( array( 'start' => $none, 'end' => '2025-03-04 05:06:07' ) ); // phpcs:ignore WordPress.Arrays
			$html = $this->printed( static function () use ( $post ): void {
				Meta_Box::render( get_post( $post ) );
			} );
			$this->assertStringContainsString( '<input type="text" id="hospital-start" name="hospital[start]" value="' . $none . '"', $html );
			$this->assertStringContainsString( '<input type="datetime-local" id="hospital-end" name="hospital[end]" value="2025-03-04T05:06"', $html );
			$this->submit( $post, array( 'start' => $none, 'room' => '4' ), array( 'start' => $none, 'room' => '' ) ); // phpcs:ignore WordPress.Arrays
			$this->assertSame( array( $none, '4' ), array( get_post_meta( $post, 'start', true ), get_post_meta( $post, 'room', true ) ) );
			$this->submit( $post, array( 'start' => '2025-02-31 10:00' ), array( 'start' => $none ) );
			$this->assertSame( $none, get_post_meta( $post, 'start', true ) );
			$this->submit( $post, array( 'start' => '2025-02-28 10:00' ), array( 'start' => $none ) );
			$this->assertSame( '2025-02-28T10:00', get_post_meta( $post, 'start', true ) );
		}
	}

	public function test_a_revision_or_another_type_saves_nothing(): void {
		$post     = $this->open();
		$revision = $this->post( array(), array( 'post_type' => 'revision', 'post_status' => 'inherit', 'post_parent' => $post, 'post_name' => "$post-revision-v1" ) ); // phpcs:ignore WordPress.Arrays
		$page     = $this->post( array(), array( 'post_type' => 'page' ) );
		foreach ( array( $revision, $page ) as $other ) {
			$this->submit( $other, array( 'status' => 'confirmed' ), array(), wp_create_nonce( 'hospital_appointments_redis_save_' . $other ) );
			$this->assertSame( array(), get_post_meta( $other ) );
		}
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
	}

	public function test_it_prints_everything_escaped_with_a_nonce(): void {
		wp_set_current_user( 1 );
		$evil = '"><script>alert(1)</script>';
		remove_all_filters( 'sanitize_post_meta_room_for_hospital_appointment' );
		remove_all_filters( 'sanitize_post_meta_status_for_hospital_appointment' );
		remove_all_filters( 'sanitize_post_meta_notes_for_hospital_appointment' );
		$post = $this->post( array( 'status' => $evil, 'room' => $evil, 'notes' => "</textarea>$evil" ) ); // phpcs:ignore WordPress.Arrays
		$html = $this->printed( static function () use ( $post ): void {
			Meta_Box::render( get_post( $post ) );
		} );
		$this->assertStringNotContainsString( '<script', $html );
		$this->assertSame( substr_count( $html, '<textarea' ), substr_count( $html, '</textarea>' ) );
		$this->assertStringContainsString( 'name="hospital_appointments_redis_nonce"', $html );
		foreach ( array( 'status', 'doctor_id', 'room', 'start', 'end', 'patient_ref', 'notes', 'checklist' ) as $key ) {
			$this->assertStringContainsString( "name=\"hospital[$key]\"", $html );
			$this->assertStringContainsString( "name=\"hospital_was[$key]\"", $html );
		}
	}

	public function test_the_custom_fields_box_sends_nothing_back_that_nobody_touched(): void {
		$post  = $this->open();
		$_POST = wp_slash(
			array(
				'hospital_was' => array( 'status' => 'pending', 'room' => "it's" ), // phpcs:ignore WordPress.Arrays
				'meta'         => array(
					1 => array( 'key' => 'status', 'value' => 'pending' ), // phpcs:ignore WordPress.Arrays
					2 => array( 'key' => 'room', 'value' => "it's" ), // phpcs:ignore WordPress.Arrays
					3 => array( 'key' => 'status', 'value' => 'changed in the box' ), // phpcs:ignore WordPress.Arrays
					4 => array( 'key' => 'other', 'value' => 'pending' ), // phpcs:ignore WordPress.Arrays
				),
			)
		);
		Meta_Box::leave_untouched_rows();
		$this->assertSame( array( 3, 4 ), array_keys( $_POST['meta'] ) );
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
	}

	public function test_what_nobody_touched_comes_back_the_same_though_it_has_entities_or_line_breaks(): void {
		wp_set_current_user( 1 );
		$meta = array( 'status' => 'a &amp; b', 'room' => "R&amp;D\nBed 2", 'notes' => 'HR &lt; 60', 'start' => "noon\nor so", 'patient_ref' => '&quot;7&quot;', 'checklist' => 'a &gt; b' ); // phpcs:ignore WordPress.Arrays
		$post = $this->post();
		$this->kiosk( $post, $meta ); // Past WordPress' sanitisers.
		$this->bring_home( $post );
		$this->new_request();
		$form = $this->as_a_browser_sends_it( $post );
		$this->assertSame( $form['hospital_was'], $form['hospital'] );
		$this->assertSame( array( 'HR &lt; 60', '&quot;7&quot;', 'a &gt; b' ), array( $form['hospital']['notes'], $form['hospital']['patient_ref'], $form['hospital']['checklist'] ) );
		$this->kiosk( $post, array( 'notes' => 'a newer one' ) );
		$this->new_request();
		$this->submit( $post, $form['hospital'], $form['hospital_was'] );
		$this->assertSame( 'a newer one', get_post_meta( $post, 'notes', true ) );

		$_POST = wp_slash( $form + array( 'meta' => array( 1 => array( 'key' => 'room', 'value' => $meta['room'] ), 2 => array( 'key' => 'notes', 'value' => $meta['notes'] ) ) ) ); // phpcs:ignore WordPress.Arrays
		Meta_Box::leave_untouched_rows();
		$this->assertSame( array(), $_POST['meta'] );
	}

	/** An appointment, and an administrator who has its edit screen open. */
	private function open(): int {
		wp_set_current_user( 1 );
		return $this->post( array( 'status' => 'pending' ), array( 'post_type' => Post_Types::APPOINTMENT ) );
	}

	/**
	 * The form comes back.
	 *
	 * @param array<string, mixed>  $now   Texts.
	 * @param array<string, string> $was   Texts as rendered.
	 * @param string|null           $nonce Nonce; the right one by default.
	 */
	private function submit( int $post, array $now, array $was, ?string $nonce = 'right' ): void {
		$_POST = wp_slash(
			array(
				'hospital'     => $now,
				'hospital_was' => $was,
			)
		);
		if ( null !== $nonce ) {
			$_POST['hospital_appointments_redis_nonce'] = 'right' === $nonce ? wp_create_nonce( 'hospital_appointments_redis_save_' . $post ) : $nonce;
		}
		wp_update_post( array( 'ID' => $post ) );
		$_POST = array();
	}

	/**
	 * The fields of the form that nobody touched. A browser takes line breaks out of an input of one line.
	 *
	 * @return array<string, array<string, string>>
	 */
	private function as_a_browser_sends_it( int $post ): array {
		$html = $this->printed( static function () use ( $post ): void {
			Meta_Box::render( get_post( $post ) );
		} );
		$page = new \DOMDocument();
		$page->loadHTML( '<?xml encoding="utf-8">' . $html, LIBXML_NOERROR );
		$form = array();
		foreach ( ( new \DOMXPath( $page ) )->query( '//input|//textarea|//option[@selected]' ) as $field ) {
			$name  = 'option' === $field->nodeName ? $field->parentNode->getAttribute( 'name' ) : $field->getAttribute( 'name' ); // phpcs:ignore WordPress.NamingConventions
			$value = 'textarea' === $field->nodeName ? preg_replace( '/^\n/', '', $field->textContent ) : $field->getAttribute( 'value' ); // phpcs:ignore WordPress.NamingConventions
			$value = in_array( $field->getAttribute( 'type' ), array( 'text', 'datetime-local' ), true ) ? str_replace( "\n", '', $value ) : $value;
			if ( preg_match( '/^(hospital|hospital_was|hospital_row)\[(\w+)\]$/', $name, $part ) ) {
				$form[ $part[1] ][ $part[2] ] = (string) $value;
			}
		}
		$form['hospital'] += array( 'doctor_id' => '' ); // A select without a selected option sends its first.
		ksort( $form['hospital'] );
		ksort( $form['hospital_was'] );
		return $form;
	}
}
