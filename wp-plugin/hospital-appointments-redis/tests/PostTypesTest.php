<?php
/**
 * The post types, their metadata and the REST API.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Post_Types;

/**
 * What the plugin registers, and that only staff read it.
 */
final class PostTypesTest extends ClinicTestCase {

	private const ROUTE = '/wp/v2/hospital_appointment';

	public function test_both_types_are_for_staff_only(): void {
		foreach ( array( Post_Types::APPOINTMENT, Post_Types::DOCTOR ) as $type ) {
			$object = get_post_type_object( $type );
			$this->assertNotNull( $object );
			$this->assertSame( array( false, false, false, true, true, true ), array( $object->public, $object->publicly_queryable, $object->query_var, $object->exclude_from_search, $object->show_ui, $object->show_in_rest ) );
			$this->assertTrue( post_type_supports( $type, 'custom-fields' ) );
			$this->assertFalse( use_block_editor_for_post_type( $type ) );
		}
		$this->assertTrue( use_block_editor_for_post_type( 'post' ) );
	}

	public function test_a_constant_that_names_no_type_is_none(): void {
		$code = 'return array( Post_Types::ours(), post_type_exists( Post_Types::APPOINTMENT ), array_keys( Settings::post_types() ) );';
		foreach ( array( '', ' ', false, null ) as $none ) {
			$this->assertSame( array( true, true, array( Post_Types::APPOINTMENT, Post_Types::DOCTOR ) ), Process::run( $code, array( 'HOSPITAL_APPOINTMENT_POST_TYPES' => $none ) ) );
		}
		$this->assertSame( array( false, false, array( 'booking' ) ), Process::run( $code, array( 'HOSPITAL_APPOINTMENT_POST_TYPES' => 'booking' ) ) );
	}

	public function test_every_key_is_registered_for_rest_with_a_sanitizer(): void {
		$keys = array(
			Post_Types::APPOINTMENT => array( 'status', 'patient_ref', 'doctor_id', 'room', 'start', 'end', 'notes', 'checklist' ),
			Post_Types::DOCTOR      => array( 'available', 'room', 'specialty', 'until' ),
		);
		foreach ( $keys as $type => $names ) {
			$registered = get_registered_meta_keys( 'post', $type );
			$this->assertSame( $names, array_keys( $registered ) );
			foreach ( $registered as $name => $arguments ) {
				$this->assertTrue( $arguments['single'], $name );
				$this->assertNotEmpty( $arguments['show_in_rest'], $name );
				$this->assertIsCallable( $arguments['sanitize_callback'], $name );
				$this->assertIsCallable( $arguments['auth_callback'], $name );
			}
		}
	}

	public function test_values_are_cleaned_on_every_way_in(): void {
		$post = $this->post();
		update_post_meta( $post, 'status', " confirmed <b>now</b>\n" );
		update_post_meta( $post, 'doctor_id', '-5x' );
		update_post_meta( $post, 'notes', " two\nlines<script>alert(1)</script> BP <120 and >80, NaCl 0.9%50 ml" );
		update_post_meta( $post, 'checklist', array( 'a' => 'O2 if SpO2 <90%', 'b' => "blood\n", 'c' => "x\ny" ) ); // phpcs:ignore WordPress.Arrays
		update_post_meta( $post, 'room', array( 'no text' ) );
		$this->assertSame( 'confirmed now', get_post_meta( $post, 'status', true ) );
		$this->assertSame( '', get_post_meta( $post, 'doctor_id', true ) );
		update_post_meta( $post, 'doctor_id', ' 05' );
		$this->assertSame( '5', get_post_meta( $post, 'doctor_id', true ) );
		$this->assertSame( "two\nlines< script>alert(1)< /script> BP <120 and >80, NaCl 0.9%50 ml", get_post_meta( $post, 'notes', true ) );
		$this->assertSame( array( 'O2 if SpO2 <90%', 'blood', 'x y' ), get_post_meta( $post, 'checklist', true ) );
		$this->assertSame( '', get_post_meta( $post, 'room', true ) );
		$doctor = $this->post( array( 'available' => 'false' ), array( 'post_type' => Post_Types::DOCTOR ) );
		$this->assertSame( '', get_post_meta( $doctor, 'available', true ) );
		update_post_meta( $doctor, 'available', 'true' );
		$this->assertSame( '1', get_post_meta( $doctor, 'available', true ) );
	}

	public function test_an_editor_updates_by_rest_and_reads_it_back(): void {
		wp_set_current_user( 1 );
		$post = $this->post( array( 'status' => 'pending' ) );
		$meta = array(
			'status'    => "it's confirmed",
			'doctor_id' => 5,
			'checklist' => array( 'x-ray', 'blood' ),
		);
		foreach ( array( 'first', 'again, equal' ) as $round ) {
			$response = $this->rest( 'POST', self::ROUTE . "/$post", array( 'meta' => $meta ) );
			$this->assertSame( 200, $response->get_status(), $round . ': ' . wp_json_encode( $response->get_data() ) );
			$this->assertSame( $meta, array_intersect_key( $response->get_data()['meta'], $meta ), $round );
		}
		$this->bring_home( $post );
		$this->assertSame( array( "it's confirmed", '5' ), array( $this->row( $post, 'status' ), $this->row( $post, 'doctor_id' ) ) );
		$this->assertSame( 200, $this->rest( 'POST', self::ROUTE . "/$post", array( 'meta' => array( 'status' => null ) ) )->get_status() );
		$this->assertFalse( metadata_exists( 'post', $post, 'status' ) );
		$this->assertSame( 400, $this->rest( 'POST', self::ROUTE . "/$post", array( 'meta' => array( 'doctor_id' => 'nobody' ) ) )->get_status() );
	}

	public function test_nobody_else_reads_or_writes_by_rest(): void {
		$post       = $this->post( array( 'status' => 'pending' ) );
		$subscriber = wp_insert_user(
			array(
				'user_login' => 'reader-' . wp_rand(),
				'user_pass'  => wp_generate_password(),
				'role'       => 'subscriber',
			)
		);
		foreach ( array( 0, $subscriber ) as $user ) {
			wp_set_current_user( $user );
			$refused = 0 === $user ? 401 : 403;
			$this->assertSame( $refused, $this->rest( 'GET', self::ROUTE )->get_status() );
			$this->assertSame( $refused, $this->rest( 'GET', self::ROUTE . "/$post" )->get_status() );
			$this->assertSame( $refused, $this->rest( 'POST', self::ROUTE . "/$post", array( 'meta' => array( 'status' => 'x' ) ) )->get_status() );
			$this->assertFalse( current_user_can( 'edit_post_meta', $post, 'status' ) );
		}
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $subscriber );
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
	}

	public function test_who_has_made_nothing_but_appointments_is_not_named_to_the_public(): void {
		$author = wp_insert_user( array( 'user_login' => 'reception-' . wp_rand(), 'user_pass' => wp_generate_password(), 'role' => 'author' ) ); // phpcs:ignore WordPress.Arrays
		$this->post( array(), array( 'post_author' => $author ) );
		$this->post( array(), array( 'post_author' => $author, 'post_type' => Post_Types::DOCTOR ) ); // phpcs:ignore WordPress.Arrays
		$named = function () use ( $author ): array {
			$list = $this->rest( 'GET', '/wp/v2/users', array(), array( 'per_page' => 100 ) );
			$this->assertSame( 200, $list->get_status() );
			return array( in_array( $author, array_column( $list->get_data(), 'id' ), true ), $this->rest( 'GET', "/wp/v2/users/$author" )->get_status() );
		};
		$this->assertSame( array( false, 401 ), $named() );
		wp_set_current_user( 1 );
		$this->assertSame( array( true, 200 ), $named(), 'staff sees its colleagues' );
		wp_set_current_user( 0 );
		$this->post( array(), array( 'post_author' => $author, 'post_type' => 'post' ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( true, 200 ), $named(), 'an author of the blog is one' );
		require_once ABSPATH . 'wp-admin/includes/user.php';
		wp_delete_user( $author );
	}

	/**
	 * A REST request.
	 *
	 * @param array<string, mixed> $body  Body.
	 * @param array<string, mixed> $query Query.
	 */
	private function rest( string $method, string $route, array $body = array(), array $query = array() ): \WP_REST_Response {
		$request = new \WP_REST_Request( $method, $route );
		$request->set_query_params( $query );
		$request->set_body_params( $body );
		return rest_do_request( $request );
	}
}
