<?php
/**
 * Constants of wp-config.php.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * Each process reads them once, so each case is a process.
 */
final class SettingsTest extends ClinicTestCase {

	private const TELL = 'return array(
		"types"    => Settings::post_types(),
		"excluded" => array( Settings::is_excluded( "_edit_lock" ), Settings::is_excluded( "mine" ), Settings::is_excluded( "temp_1" ), Settings::is_excluded( "status" ), Settings::is_excluded( "_wp_trash_meta_time" ) ),
		"address"  => Settings::address(),
		"times"    => array( Settings::connect_timeout(), Settings::timeout(), Settings::lease() ),
		"ours"     => array( Post_Types::ours(), post_type_exists( "hospital_appointment" ), post_type_exists( "visit" ) ),
	);';

	public function test_without_constants_the_defaults_hold(): void {
		$this->assertSame(
			array(
				'types'    => array(
					'hospital_appointment' => 'appointment:{id}',
					'hospital_doctor'      => 'doctor:{id}:availability',
				),
				'excluded' => array( true, false, false, false, true ),
				'address'  => '127.0.0.1:8787',
				'times'    => array( 50, 250, 300 ),
				'ours'     => array( true, true, false ),
			),
			Process::run( self::TELL )
		);
	}

	public function test_constants_are_read_with_spaces_and_defaults(): void {
		$told = Process::run(
			self::TELL,
			array(
				'HOSPITAL_APPOINTMENT_POST_TYPES'     => ' visit , bed = bed:{id}:state,, ward=',
				'HOSPITAL_EXCLUDED_META_KEYS'         => 'mine, temp_*',
				'HOSPITAL_SIDECAR_ADDRESS'            => ' unix:/run/hospital/sidecar.sock ',
				'HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS' => '20',
				'HOSPITAL_SIDECAR_TIMEOUT_MS'         => 400,
				'HOSPITAL_LEASE_MS'                   => 100,
			)
		);
		$this->assertSame( array( 'visit', 'bed', 'ward' ), array_keys( $told['types'] ) );
		$this->assertSame( array( 'appointment:{id}', 'bed:{id}:state' ), array( $told['types']['visit'], $told['types']['bed'] ) );
		$this->assertSame( array( true, true, true, false, true ), $told['excluded'] );
		$this->assertSame( 'unix:/run/hospital/sidecar.sock', $told['address'] );
		$this->assertSame( array( 20, 400, 400 ), $told['times'], 'a lease is never shorter than a call' );
		$this->assertSame( array( false, false, false ), $told['ours'], 'the site brings its own types' );
	}

	public function test_nonsense_means_the_default(): void {
		$told = Process::run(
			self::TELL,
			array(
				'HOSPITAL_SIDECAR_ADDRESS'            => '',
				'HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS' => 'soon',
				'HOSPITAL_SIDECAR_TIMEOUT_MS'         => -5,
				'HOSPITAL_LEASE_MS'                   => array(),
				'HOSPITAL_EXCLUDED_META_KEYS'         => false,
			)
		);
		$this->assertSame( '127.0.0.1:8787', $told['address'] );
		$this->assertSame( array( 50, 250, 300 ), $told['times'] );
		$this->assertSame( array( true, false, false, false, true ), $told['excluded'] );
	}

	public function test_a_type_of_the_site_s_own_is_offloaded_and_the_plugin_s_are_not(): void {
		$told = Process::run(
			'register_post_type( "visit" ); register_post_type( "hospital_appointment" );
			$made = array();
			foreach ( array( "visit", "hospital_appointment" ) as $type ) {
				$made[ $type ] = wp_insert_post( array( "post_type" => $type, "post_title" => "x", "meta_input" => array( "status" => "a" ) ) );
				Births::end( $made[ $type ] );
			}
			$types = array_map( array( Posts::class, "type" ), $made );
			$calls = Sidecar::$calls;
			update_post_meta( $made["hospital_appointment"], "status", "b" );
			$calls = Sidecar::$calls - $calls;
			array_map( static function ( $id ) { global $wpdb; $wpdb->delete( $wpdb->posts, array( "ID" => $id ) ); $wpdb->delete( $wpdb->postmeta, array( "post_id" => $id ) ); }, $made );
			return array( $types, $calls );',
			array( 'HOSPITAL_APPOINTMENT_POST_TYPES' => 'visit=visit:{id}' )
		);
		$this->assertSame( array( array( 'visit' => 'visit', 'hospital_appointment' => '' ), 0 ), $told ); // phpcs:ignore WordPress.Arrays
	}

	public function test_other_code_may_exclude_keys_by_a_filter(): void {
		$told = Process::run( 'add_filter( "hospital_appointments_redis_excluded_keys", static function ( $keys ) { return array_merge( $keys, array( "secret_*" ) ); } ); return array( Settings::is_excluded( "secret_1" ), Settings::is_excluded( "_edit_lock" ), Settings::is_excluded( "status" ) );' );
		$this->assertSame( array( true, true, false ), $told );
	}

	public function test_the_token_is_long_and_autoloaded(): void {
		$token = get_option( 'hospital_appointments_redis_token' );
		$this->assertMatchesRegularExpression( '/^[0-9a-f]{64}$/', $token );
		$this->assertArrayHasKey( 'hospital_appointments_redis_token', wp_load_alloptions() );
	}
}
