<?php
/**
 * The lists of appointments and doctors.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\List_Table;
use Hospital\Appointments_Redis\Meta_Box;
use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Status_Actions;

/**
 * What staff see.
 */
final class StaffScreensTest extends ClinicTestCase {

	private const EVIL = '"><script>alert(1)</script>';

	public function test_the_columns_show_labels_and_are_escaped(): void {
		$this->assertSame( array( 'cb', 'title', 'hospital_status', 'hospital_doctor', 'hospital_start', 'date' ), array_keys( List_Table::columns( array( 'cb' => '', 'title' => 'Title', 'date' => 'Date' ) ) ) ); // phpcs:ignore WordPress.Arrays
		remove_all_filters( 'sanitize_post_meta_status_for_hospital_appointment' );
		remove_all_filters( 'sanitize_post_meta_start_for_hospital_appointment' );
		remove_all_filters( 'title_save_pre' );
		$doctor = $this->post( array( 'available' => '0' ), array( 'post_type' => Post_Types::DOCTOR, 'post_title' => 'Dr ' . self::EVIL ) ); // phpcs:ignore WordPress.Arrays
		$evil   = $this->post( array( 'status' => self::EVIL, 'start' => self::EVIL, 'doctor_id' => $doctor ) ); // phpcs:ignore WordPress.Arrays
		foreach ( array( 'hospital_status', 'hospital_doctor', 'hospital_start' ) as $column ) {
			$cell = $this->cell( $column, $evil );
			$this->assertStringContainsString( 'alert(1)', $cell, $column );
			$this->assertStringNotContainsString( '<script', $cell, $column );
		}
		$post = $this->post( array( 'status' => 'checked_in', 'start' => '2025-03-04T05:06', 'doctor_id' => 0 ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( 'Checked in', '', '' ), array( $this->cell( 'hospital_status', $post ), $this->cell( 'hospital_doctor', $post ), $this->cell( 'title', $post ) ) );
		$this->assertStringContainsString( '2025', $this->cell( 'hospital_start', $post ) );
	}

	public function test_the_doctors_columns_show_who_is_to_be_had_where_and_are_escaped(): void {
		$this->assertSame( array( 'cb', 'title', 'hospital_available', 'hospital_until', 'hospital_room', 'date' ), array_keys( apply_filters( 'manage_hospital_doctor_posts_columns', array( 'cb' => '', 'title' => 'Title', 'date' => 'Date' ) ) ) ); // phpcs:ignore WordPress.Arrays
		remove_all_filters( 'sanitize_post_meta_room_for_hospital_doctor' );
		remove_all_filters( 'sanitize_post_meta_until_for_hospital_doctor' );
		$cells  = static function ( int $doctor ): array {
			return array_map(
				static function ( string $column ) use ( $doctor ): string {
					ob_start();
					do_action( 'manage_hospital_doctor_posts_custom_column', $column, $doctor );
					return (string) ob_get_clean();
				},
				array( 'hospital_available', 'hospital_until', 'hospital_room' )
			);
		};
		$fields = array( 'post_type' => Post_Types::DOCTOR );
		$shown  = $cells( $this->post( array( 'available' => '1', 'until' => '2025-03-04T05:06', 'room' => '12' ), $fields ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( 'Yes', '12' ), array( $shown[0], $shown[2] ) );
		$this->assertStringContainsString( '2025', $shown[1] );
		$this->assertSame( array( 'No', '', '' ), $cells( $this->post( array( 'available' => '' ), $fields ) ) );
		$this->assertSame( array( '', '', '' ), $cells( $this->post( array(), $fields ) ) );
		$evil = implode( '', $cells( $this->post( array( 'until' => self::EVIL, 'room' => self::EVIL ), $fields ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 2, substr_count( $evil, 'alert(1)' ) );
		$this->assertStringNotContainsString( '<script', $evil );
	}

	public function test_the_status_filter_is_a_meta_query_that_sees_what_waits(): void {
		wp_set_current_user( 1 );
		set_current_screen( 'edit-hospital_appointment' );
		$post = $this->post( array( 'status' => 'pending' ) );
		update_post_meta( $post, 'status', 'no_show' );
		$_GET['hospital_status'] = 'no_show';
		$this->assertContains( $post, $this->listed( array() ) );
		$_GET['hospital_status'] = 'pending';
		$this->assertNotContains( $post, $this->listed( array() ) );
		$_GET['hospital_status'] = array( 'no' );
		$this->assertContains( $post, $this->listed( array() ) );
		$_GET = array();
		$html = $this->printed( static function (): void {
			List_Table::filter( 'page' );
		} );
		$this->assertSame( '', $html );
		$html = $this->printed( static function (): void {
			List_Table::filter( Post_Types::APPOINTMENT );
		} );
		$this->assertSame( count( Post_Types::statuses() ) + 1, substr_count( $html, '<option' ) );
	}

	public function test_sorting_by_start_keeps_appointments_without_one(): void {
		wp_set_current_user( 1 );
		set_current_screen( 'edit-hospital_appointment' );
		$late  = $this->post( array( 'start' => '2031-01-01T10:00' ) );
		$none  = $this->post( array( 'status' => 'pending' ) );
		$early = $this->post( array( 'start' => '2030-01-01T10:00' ) );
		$order = array_values( array_intersect( $this->listed( array( 'orderby' => 'hospital_start', 'order' => 'ASC' ) ), array( $late, $none, $early ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( $none, $early, $late ), $order );
		$order = array_values( array_intersect( $this->listed( array( 'orderby' => 'hospital_start', 'order' => 'DESC' ) ), array( $late, $none, $early ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( $late, $early, $none ), $order );
		$order = array_values( array_intersect( $this->listed( array( 'orderby' => 'ID', 'order' => 'ASC' ) ), array( $late, $none, $early ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( $late, $none, $early ), $order );
		$order = array_values( array_intersect( $this->listed( array( 'post_type' => Post_Types::DOCTOR ) ), array( $late, $none, $early ) ) );
		$this->assertSame( array(), $order );
	}

	public function test_the_status_filter_narrows_whatever_another_plugin_asks_for(): void {
		wp_set_current_user( 1 );
		set_current_screen( 'edit-hospital_appointment' );
		$ward = array( 'relation' => 'OR', array( 'key' => 'room', 'value' => '4' ), array( 'key' => 'room', 'value' => '5' ) ); // phpcs:ignore WordPress.Arrays
		$here = $this->post( array( 'status' => 'no_show', 'room' => '4' ) ); // phpcs:ignore WordPress.Arrays
		$else = $this->post( array( 'status' => 'pending', 'room' => '5' ) ); // phpcs:ignore WordPress.Arrays
		$away = $this->post( array( 'status' => 'no_show', 'room' => '6' ) ); // phpcs:ignore WordPress.Arrays

		$_GET['hospital_status'] = 'no_show';
		$this->assertSame( array( $here ), array_values( array_intersect( $this->listed( array( 'meta_query' => $ward ) ), array( $here, $else, $away ) ) ) );
		$_GET  = array();
		$order = $this->listed( array( 'meta_query' => $ward, 'orderby' => 'hospital_start' ) ); // phpcs:ignore WordPress.Arrays
		$this->assertNotContains( $away, $order );
	}

	public function test_a_start_that_is_no_local_time_is_shown_as_it_is(): void {
		update_option( 'timezone_string', 'Europe/Berlin' );
		try {
			foreach ( array( '2025-02-30T10:00', '2025-03-04T24:00', '2025-03-04T05:06:07Z', '2025-03-04T05:06:07+01:00', '2025-03-04T05:06 or later' ) as $none ) {
				$post = $this->post( array( 'start' => $none ) );
				$this->assertSame( $none, $this->cell( 'hospital_start', $post ) );
				$html = $this->printed( static function () use ( $post ): void {
					Meta_Box::render( get_post( $post ) );
				} );
				$this->assertStringContainsString( 'name="hospital[start]" value="' . $none . '"', $html );
			}
			foreach ( array( '2025-03-04T05:06', '2025-03-04 05:06:07', '2025-03-04 05:06:07.250' ) as $time ) {
				$this->assertSame( 'March 4, 2025 5:06 am', $this->cell( 'hospital_start', $this->post( array( 'start' => $time ) ) ) );
			}
		} finally {
			update_option( 'timezone_string', '' );
		}
	}

	public function test_nobody_sets_the_status_of_what_is_in_the_bin(): void {
		wp_set_current_user( 1 );
		$post = $this->post( array( 'status' => 'pending' ), array( 'post_status' => 'trash' ) );
		$this->assertStringContainsString( 'hospital_set=0&hospital_failed=1', Status_Actions::handle_bulk( 'edit.php', 'hospital_set_status:confirmed', array( $post ) ) );
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
		$this->assertSame( array(), Status_Actions::row( array(), get_post( $post ) ) );
		$_GET['post_status'] = 'trash';
		$this->assertSame( array( 'untrash' => 'Restore' ), Status_Actions::bulk( array( 'untrash' => 'Restore' ) ) );
	}

	public function test_what_was_done_to_an_appointment_is_not_said_of_a_post(): void {
		$post     = $this->post();
		$messages = apply_filters( 'post_updated_messages', array( 'post' => array_fill( 0, 11, 'Post updated.' ) ) );
		$this->assertSame( 'Appointment updated.', $messages[ Post_Types::APPOINTMENT ][1] ?? '' );
		$this->assertSame( 'Doctor updated.', $messages[ Post_Types::DOCTOR ][6] ?? '' );
		$this->assertSame( 'Post updated.', $messages['post'][1] );
		$counts   = array( 'updated' => 1, 'locked' => 1, 'deleted' => 2, 'trashed' => 1, 'untrashed' => 2 ); // phpcs:ignore WordPress.Arrays
		$messages = apply_filters( 'bulk_post_updated_messages', array( 'post' => array( 'trashed' => '%s post moved to the Trash.' ) ), $counts );
		$this->assertSame( array_keys( $counts ), array_keys( $messages[ Post_Types::DOCTOR ] ?? array() ) );
		$this->assertSame( array( '1 item moved to the Trash.', '2 items restored from the Trash.' ), array( sprintf( $messages[ Post_Types::APPOINTMENT ]['trashed'], '1' ), sprintf( $messages[ Post_Types::APPOINTMENT ]['untrashed'], '2' ) ) );
	}

	public function test_a_doctor_without_a_name_can_be_told_from_nobody(): void {
		$doctor = $this->post( array(), array( 'post_type' => Post_Types::DOCTOR, 'post_title' => '', 'post_content' => 'x' ) ); // phpcs:ignore WordPress.Arrays
		$post   = $this->post( array( 'doctor_id' => $doctor ) );
		$html   = $this->printed( static function () use ( $post ): void {
			Meta_Box::render( get_post( $post ) );
		} );
		$this->assertStringContainsString( " selected='selected'>#$doctor</option>", $html );
		$this->assertSame( "#$doctor", $this->cell( 'hospital_doctor', $post ) );
	}

	public function test_bulk_actions_set_a_status_for_who_may(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$page = $this->post( array(), array( 'post_type' => 'page' ) );
		$this->assertArrayHasKey( 'hospital_set_status:confirmed', Status_Actions::bulk( array() ) );
		$this->assertStringContainsString( 'hospital_set=0&hospital_failed=1', Status_Actions::handle_bulk( 'edit.php', 'hospital_set_status:confirmed', array( $post ) ) );
		wp_set_current_user( 1 );
		$this->assertStringContainsString( 'hospital_set=1&hospital_failed=1', Status_Actions::handle_bulk( 'edit.php', 'hospital_set_status:confirmed', array( $post, $page ) ) );
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
		$this->assertStringContainsString( 'hospital_set=1', Status_Actions::handle_bulk( 'edit.php', 'hospital_set_status:confirmed', array( $post ) ), 'it was that already' );
		$this->assertSame( 'edit.php', Status_Actions::handle_bulk( 'edit.php', 'hospital_set_status:evil', array( $post ) ) );
		$this->assertSame( 'edit.php', Status_Actions::handle_bulk( 'edit.php', 'trash', array( $post ) ) );
		$this->assertSame( array(), get_post_meta( $page ) );
		$links = Status_Actions::row( array(), get_post( $post ) );
		$this->assertSame( array( 'hospital_checked_in', 'hospital_cancelled', 'hospital_no_show' ), array_keys( $links ) );
		$this->assertStringContainsString( '_wpnonce=', implode( '', $links ) );
		$this->assertSame( array( 'Check in', 'Cancel', 'Mark no-show' ), array_map( 'wp_strip_all_tags', array_values( $links ) ) );
		$links = Status_Actions::row( array( 'edit' => '', 'trash' => '', 'other' => '' ), get_post( $post ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( 'edit', 'hospital_checked_in', 'hospital_cancelled', 'hospital_no_show', 'trash', 'other' ), array_keys( $links ) );
		wp_set_current_user( 0 );
		$this->assertSame( array(), Status_Actions::row( array(), get_post( $post ) ) );
	}

	public function test_the_notice_names_the_one_appointment_that_was_set(): void {
		remove_all_filters( 'title_save_pre' );
		wp_set_current_user( 1 );
		set_current_screen( 'edit-hospital_appointment' );
		$post = $this->post( array( 'status' => 'pending' ), array( 'post_title' => 'Appointment 0448 ' . self::EVIL ) );
		$page = $this->post( array(), array( 'post_type' => 'page' ) );
		wp_parse_str( (string) wp_parse_url( Status_Actions::handle_bulk( 'edit.php', 'hospital_set_status:confirmed', array( $post, $page ) ), PHP_URL_QUERY ), $_GET );
		$html = $this->printed( array( Status_Actions::class, 'notice' ) );
		$this->assertStringContainsString( 'Appointment 0448', $html );
		$this->assertStringContainsString( ': Confirmed.', $html );
		$this->assertStringContainsString( 'Status of 1 appointment could not be set.', $html );
		$this->assertStringNotContainsString( '<script', $html );
		$_GET['hospital_one'] = (string) $page;
		$this->assertStringContainsString( 'Status of 1 appointment set.', $this->printed( array( Status_Actions::class, 'notice' ) ) );
		$_GET['hospital_one'] = (string) $post;
		$_GET['hospital_set'] = '2';
		$this->assertStringContainsString( 'Status of 2 appointments set.', $this->printed( array( Status_Actions::class, 'notice' ) ) );
		$this->assertStringNotContainsString( 'hospital_one', Status_Actions::handle_bulk( 'edit.php?hospital_one=7', 'hospital_set_status:confirmed', array( $page ) ) );
	}

	/** A cell of the list. */
	private function cell( string $column, int $post ): string {
		return $this->printed(
			static function () use ( $column, $post ): void {
				do_action( 'manage_hospital_appointment_posts_custom_column', $column, $post );
			}
		);
	}

	/**
	 * The ids that the list would show.
	 *
	 * @param array<string, mixed> $arguments Of the query.
	 * @return int[]
	 */
	private function listed( array $arguments ): array {
		$query                   = new \WP_Query();
		$GLOBALS['wp_the_query'] = $query;
		$ids                     = $query->query( $arguments + array( 'post_type' => Post_Types::APPOINTMENT, 'fields' => 'ids', 'posts_per_page' => -1 ) ); // phpcs:ignore WordPress.Arrays
		$GLOBALS['wp_the_query'] = $GLOBALS['wp_query'];
		return $ids;
	}
}
