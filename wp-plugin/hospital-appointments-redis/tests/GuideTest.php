<?php
/**
 * Code written after the guide.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use Hospital_Appointments_Redis_Manager;

/**
 * The guide's class and functions, with the guide's signatures and return values.
 */
final class GuideTest extends ClinicTestCase {

	/** @var Hospital_Appointments_Redis_Manager */
	private $manager;

	/** @var string[] */
	private static $slugs = array();

	protected function setUp(): void {
		parent::setUp();
		$this->manager = Hospital_Appointments_Redis_Manager::get_instance();
	}

	public function test_the_guide_s_own_example(): void {
		foreach ( array( $this->post(), $this->slug() ) as $id ) {
			$id       = (string) $id;
			$metadata = array(
				'status'       => 'confirmed',
				'patient_name' => 'John Doe',
				'doctor_id'    => 5,
				'timestamp'    => 1700000000,
			);
			$this->assertTrue( $this->manager->set_appointment_metadata( $id, $metadata, 3600 ) );
			$read = $this->manager->get_appointment_metadata( $id );
			$this->assertIsArray( $read );
			$this->assertEquals( $metadata, array_intersect_key( $read, $metadata ) );
			$this->assertTrue( $this->manager->update_appointment_metadata_field( $id, 'status', 'completed' ) );
			$this->assertSame( 'completed', $this->manager->get_appointment_metadata( $id )['status'] );
			$this->assertSame( 'John Doe', $this->manager->get_appointment_metadata( $id )['patient_name'], 'the others stay' );
			$this->assertSame( 1, $this->manager->delete_appointment_metadata( $id ) );
			$this->assertNull( $this->manager->get_appointment_metadata( $id ) );
			$this->assertSame( 0, $this->manager->delete_appointment_metadata( $id ) );
		}
	}

	public function test_what_it_sets_is_what_wordpress_reads_and_comes_home(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->manager->set_appointment_metadata( $post, array( 'status' => "it's \\ confirmed", 'list' => array( 'a' => array( 1, null ) ), 'text' => 'a:0:{}' ) ); // phpcs:ignore WordPress.Arrays
		$read = static function () use ( $post ): array {
			return array( get_post_meta( $post, 'status', true ), get_post_meta( $post, 'list', true ), get_post_meta( $post, 'text', true ) );
		};
		$want = array( "it's \\ confirmed", array( 'a' => array( 1, null ) ), 'a:0:{}' );
		$this->assertSame( $want, $read() );
		$this->bring_home( $post );
		$this->new_request();
		$this->assertSame( $want, $read() );
		$this->assertSame( 's:6:"a:0:{}";', $this->row( $post, 'text' ) );
		$this->assertSame( array( 'status', 'list', 'text' ), array_column( ( new Side( $post ) )->rows(), 0 ) );
	}

	public function test_a_number_with_zeros_before_it_is_no_other_post_s_id(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$log  = ini_set( 'error_log', '/dev/null' );
		try {
			$this->assertFalse( $this->manager->set_appointment_metadata( '00' . $post, array( 'status' => 'cancelled' ) ) ); // phpcs:ignore WordPress.Arrays
			$this->assertFalse( execute_atomic_update_script( '00' . $post, 'cancelled' ) );
			$this->assertNull( $this->manager->get_appointment_metadata( '00' . $post ) );
		} finally {
			ini_set( 'error_log', (string) $log );
		}
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
	}

	public function test_of_an_object_only_what_json_would_show_is_written(): void {
		$post   = $this->post();
		$object = new class() {
			/** @var string */
			public $status = 'confirmed';
			/** @var string */
			private $secret = 'its own'; // phpcs:ignore
		};
		$this->assertTrue( $this->manager->set_appointment_metadata( $post, $object ) );
		$this->assertSame( array( 'status' => array( 'confirmed' ) ), get_post_meta( $post ) );
	}

	public function test_it_fires_the_actions_of_an_update_and_of_a_birth(): void {
		$post  = $this->post( array( 'status' => 'pending', 'room' => '4' ) ); // phpcs:ignore WordPress.Arrays
		$side  = new Side( $post );
		$write = function ( Side $side ): bool {
			return $this->manager->set_appointment_metadata( $side->post, array( 'status' => 'confirmed', 'room' => '4', 'ticket' => 'A1' ) ); // phpcs:ignore WordPress.Arrays
		};
		$fired = static function () use ( $side, $write ): array {
			$names = array();
			foreach ( $side->does( $write )['actions'] as $action ) {
				if ( 0 !== strpos( $action[0], 'sanitize_' ) ) {
					$names[] = $action[0] . ' ' . $action[ 'add_post_meta' === $action[0] ? 2 : 3 ];
				}
			}
			sort( $names );
			return $names;
		};
		$this->assertSame( array( 'add_post_meta ticket', 'added_post_meta ticket', 'update_post_meta status', 'update_postmeta status', 'updated_post_meta status', 'updated_postmeta status' ), $fired() );
		$this->assertSame( array(), $fired(), 'equal values fire nothing' );
	}

	public function test_delete_takes_what_came_through_redis_and_nothing_else(): void {
		$post = $this->post( array( 'core' => 'stays' ) );
		$this->manager->set_appointment_metadata( $post, array( 'status' => 'confirmed' ) );
		$this->assertSame( 1, $this->manager->delete_appointment_metadata( $post ) );
		$this->assertSame( array( 'core' => array( 'stays' ) ), get_post_meta( $post ) );
		$this->bring_home( $post );
		$this->assertSame( array( array( 'core', 'stays' ) ), array_values( ( new Side( $post ) )->rows() ) );
	}

	public function test_delete_takes_what_waits_under_the_slug_too(): void {
		$slug = $this->slug();
		$this->assertTrue( $this->manager->set_appointment_metadata( $slug, array( 'status' => 'confirmed' ) ) );
		$post = $this->post( array(), array( 'post_name' => $slug ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 1, $this->manager->delete_appointment_metadata( $slug ) );
		$this->assertSame( '', get_post_meta( $post, 'status', true ) );
	}

	public function test_a_list_that_is_no_utf_8_is_refused_and_not_changed(): void {
		$post    = $this->post( array( 'vitals' => array( 'pulse' ) ) );
		$manager = \Hospital_Appointments_Redis_Manager::get_instance();
		$log     = ini_set( 'error_log', '/dev/null' );
		try {
			$this->assertFalse( $manager->set_appointment_metadata( $post, array( 'vitals' => array( "R\xF6ntgen" ) ) ) );
		} finally {
			ini_set( 'error_log', (string) $log );
		}
		$this->assertSame( array( 'pulse' ), get_post_meta( $post, 'vitals', true ) );
		$this->assertFalse( update_post_meta( $post, 'vitals', array( "R\xF6ntgen" ) ) );
	}

	public function test_the_variants_and_functions(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->assertTrue( update_appointment_status_in_redis( $post, 'pending_confirmation' ) );
		$this->assertSame( 'pending_confirmation', get_post_meta( $post, 'status', true ) );
		$this->assertTrue( set_appointment_metadata_with_sync_flag( $post, array( 'room' => '7' ) ) );
		$this->assertSame( '7', get_post_meta( $post, 'room', true ) );
		$this->assertFalse( metadata_exists( 'post', $post, 'last_updated_redis' ), 'the sidecar notes the time' );
		$this->assertEqualsWithDelta( time(), $this->manager->get_appointment_metadata( $post )['last_updated_redis'], 5 );
		$this->assertTrue( $this->manager->set_appointment_metadata_field_hash( $post, 'status', 'rescheduled' ) );
		$hash = $this->manager->get_appointment_metadata_hash( $post );
		$this->assertSame( array( 'rescheduled', '7' ), array( $hash['status'], $hash['room'] ) );
		$this->assertTrue( execute_atomic_update_script( $post, 'completed' ) );
		$this->assertSame( 'completed', get_post_meta( $post, 'status', true ) );
		$this->assertFalse( execute_atomic_update_script( PHP_INT_MAX, 'completed' ) );
		$this->assertNull( mark_appointment_for_sync( $post ) );
		$this->assertNull( sync_redis_appointments_to_db() );
		$this->assertSame( 'completed', $this->row( $post, 'status' ) );
		$this->assertTrue( update_appointment_in_primary_db( $post, array( 'status' => 'completed', 'room' => '8' ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( '8', $this->row( $post, 'room' ) );
	}

	public function test_what_is_not_there_is_answered_as_the_guide_does(): void {
		$nobody = $this->slug();
		$log    = (string) tempnam( get_temp_dir(), 'hospital' );
		$before = (string) ini_set( 'error_log', $log );
		$this->assertNull( $this->manager->get_appointment_metadata( $nobody ) );
		$this->assertNull( $this->manager->get_appointment_metadata_hash( $nobody ) );
		$this->assertSame( 0, $this->manager->delete_appointment_metadata( $nobody ) );
		$this->assertFalse( $this->manager->execute_atomic_update_script( $nobody, 'completed' ) );
		$this->assertFalse( $this->manager->set_appointment_metadata( PHP_INT_MAX, array( 'status' => 'x' ) ) );
		$this->assertFalse( $this->manager->set_appointment_metadata( '', array( 'status' => 'x' ) ) );
		$this->assertFalse( $this->manager->set_appointment_metadata( $nobody, 'no array' ) );
		$page = $this->post( array(), array( 'post_type' => 'page' ) );
		$this->assertFalse( $this->manager->set_appointment_metadata( $page, array( 'status' => 'x' ) ) );
		ini_set( 'error_log', $before );
		$logged = (string) file_get_contents( $log );
		unlink( $log );
		$this->assertSame( 4, substr_count( $logged, 'SET failed' ), $logged );
		$this->assertStringNotContainsString( $nobody, $logged, 'a slug may be a patient' );
	}

	public function test_a_slug_and_its_post_are_one(): void {
		$slug = $this->slug();
		$post = $this->post( array( 'status' => 'pending' ), array( 'post_name' => $slug ) );
		$this->assertTrue( $this->manager->update_appointment_metadata_field( $slug, 'status', 'confirmed' ) );
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
		$this->assertSame( 'confirmed', $this->manager->get_appointment_metadata( $post )['status'] );
	}

	public function test_without_a_sidecar_wordpress_writes(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		Site::hold()->wait();
		try {
			$this->assertTrue( $this->manager->set_appointment_metadata( $post, array( 'status' => 'confirmed', 'room' => '4' ) ) ); // phpcs:ignore WordPress.Arrays
			$this->assertSame( array( 'confirmed', '4' ), array( $this->row( $post, 'status' ), $this->row( $post, 'room' ) ) );
			$this->assertSame( 'confirmed', $this->manager->get_appointment_metadata( $post )['status'] );
			$this->assertTrue( $this->manager->execute_atomic_update_script( $post, 'completed' ) );
			$this->assertSame( 'completed', $this->row( $post, 'status' ) );
			$this->assertTrue( update_appointment_in_primary_db( $post, array( 'room' => '5' ) ) );
			$this->assertSame( '5', $this->row( $post, 'room' ) );
		} finally {
			Site::release();
		}
	}

	public function test_a_rollback_undoes_it_too(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		$wpdb->query( 'START TRANSACTION' );
		$this->assertTrue( $this->manager->set_appointment_metadata( $post, array( 'status' => 'inside' ) ) );
		$wpdb->query( 'ROLLBACK' );
		$this->new_request();
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
	}

	/** What waits for a post of one of these names ends as dead letters at the latest at a return, and nobody else need see them. */
	public static function tearDownAfterClass(): void {
		Site::hold();
		Site::release();
		self::wait_for_offload();
		foreach ( (array) Sidecar::wait_for( 'GET', '/v1/dead-letters?limit=1000' )->data['dead_letters'] as $letter ) {
			if ( in_array( $letter['post'], self::$slugs, true ) ) {
				$path = '/v1/dead-letters/' . rawurlencode( $letter['post'] ) . '/' . rawurlencode( $letter['key'] );
				self::assertTrue( Sidecar::wait_for( 'DELETE', $path, array( 'reason' => 'a test' ) )->ok() );
			}
		}
		parent::tearDownAfterClass();
	}

	/** An id like the guide's that nobody has. */
	private function slug(): string {
		$slug          = 'appt_' . bin2hex( random_bytes( 6 ) );
		self::$slugs[] = $slug;
		return $slug;
	}
}
