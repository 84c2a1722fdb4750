<?php
/**
 * What was written past WordPress and is told by the sidecar.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Diagnosis;
use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Synced;

/**
 * The route and its action.
 */
final class SyncedTest extends ClinicTestCase {

	/** @var int Milliseconds of the last call: each is later than the one before. */
	private static $time = 0;

	public function test_the_sidecar_s_signature_is_the_one_that_is_wanted(): void {
		$golden = json_decode( (string) file_get_contents( ( getenv( 'HOSPITAL_GOLDEN' ) ?: '/e2e/golden' ) . '/wordpress/synced.json' ), true, 16, JSON_THROW_ON_ERROR );
		$token  = static function ( string $value ): void {
			( static function () use ( $value ): void {
				self::$token = $value;
			} )->bindTo( null, Settings::class )();
		};
		$ours   = Settings::token();
		$token( $golden['token'] );
		$this->assertTrue( Synced::is_signed( $golden['body'], $golden['signature'] ) );
		$this->assertFalse( Synced::is_signed( $golden['body'] . ' ', $golden['signature'] ) );
		$this->assertFalse( Synced::is_signed( $golden['body'], '' ) );
		$token( $ours );
		$this->assertFalse( Synced::is_signed( $golden['body'], $golden['signature'] ) );
	}

	public function test_caches_are_dropped_and_others_are_told_once(): void {
		$post  = $this->post( array( 'status' => 'pending' ) );
		$heard = array();
		add_action(
			'hospital_appointments_synced',
			function ( array $posts ) use ( &$heard, $post ): void {
				$this->assertSame( 'checked_in', get_post_meta( $post, 'status', true ), 'read within the action' );
				$heard[] = $posts;
			}
		);
		get_post_meta( $post, 'status', true );
		$changed = wp_cache_get_last_changed( 'posts' );
		$GLOBALS['wpdb']->update( $GLOBALS['wpdb']->postmeta, array( 'meta_value' => 'checked_in' ), array( 'post_id' => $post ) ); // phpcs:ignore
		$call     = $this->call( array( array( 'id' => $post, 'keys' => array( 'status', '5' ) ) ) ); // phpcs:ignore WordPress.Arrays
		$response = $this->send( $call );
		$this->assertSame( array( 200, array( 'taken' => 'n' ) ), array( $response->get_status(), $response->get_data() ) );
		$this->assertSame( array( array( $post => array( 'status', '5' ) ) ), $heard );
		$this->assertNotSame( $changed, wp_cache_get_last_changed( 'posts' ) );
		$this->assertSame( 401, $this->send( $call )->get_status(), 'a copy of it' );
		$this->assertCount( 1, $heard );
	}

	public function test_what_mysql_s_clock_timed_waits_for_no_other_clock(): void {
		// Redis' clock is five seconds ahead, and kiosks go on writing; what was written without it is timed by MySQL's.
		$posts = array( array( 'id' => 1, 'keys' => array( 'status' ) ) ); // phpcs:ignore WordPress.Arrays
		$mysql = $this->call( $posts, 0, array( 'clock' => 'mysql' ) );
		try {
			$this->assertSame( 200, $this->send( $this->call( $posts, 5000 ) )->get_status() );
			$this->assertSame( 200, $this->send( $mysql )->get_status() );
			$this->assertSame( 401, $this->send( $mysql )->get_status(), 'a copy of it' );
		} finally {
			delete_option( Synced::OPTION );
			delete_option( Synced::OPTION_MYSQL );
		}
	}

	public function test_a_listener_that_throws_makes_it_come_again(): void {
		add_action(
			'hospital_appointments_synced',
			static function (): void {
				throw new \TypeError( 'a bad day' );
			}
		);
		$before   = ini_set( 'error_log', '/dev/null' );
		$response = $this->send( $this->call( array( array( 'id' => 1, 'keys' => array( 'status' ) ) ) ) ); // phpcs:ignore WordPress.Arrays
		ini_set( 'error_log', (string) $before );
		$this->assertSame( array( 500, 'hospital_listener_failed' ), array( $response->get_status(), $response->get_data()['code'] ) );
	}

	public function test_an_administrator_reads_that_the_sidecar_does_not_get_through(): void {
		$report = array(
			'mode'          => 'offload',
			'held'          => false,
			'last_ok'       => 1,
			'last_error'    => '',
			'last_error_at' => 0,
			'stats'         => array(
				'blogs' => array(
					array(
						'blog'              => 1,
						'notices_failed_ms' => 300000,
						'notices_error'     => 'it answers 401',
					),
				),
			),
		);
		$problem = implode( ' ', Diagnosis::problems( $report ) );
		$this->assertStringContainsString( 'For ' . human_time_diff( 0, 300 ) . ' the sidecar', $problem );
		$this->assertStringContainsString( 'it answers 401', $problem );
		$report['stats']['blogs'][0]['notices_failed_ms'] = 1000;
		$this->assertSame( array(), Diagnosis::problems( $report ), 'a restart is no problem' );
	}

	public function test_the_sidecar_finds_the_address_that_wordpress_goes_by(): void {
		Settings::note_home();
		$this->assertSame( get_option( 'home' ), $GLOBALS['wpdb']->get_var( "SELECT option_value FROM {$GLOBALS['wpdb']->options} WHERE option_name = 'hospital_appointments_redis_home'" ) ); // phpcs:ignore
	}

	/**
	 * A body as the sidecar makes it.
	 *
	 * @param array<int, array<string, mixed>> $posts Posts.
	 * @param int                              $ahead Milliseconds by which the clock is.
	 * @param array<string, mixed>             $more  What else it says.
	 */
	private function call( array $posts, int $ahead = 0, array $more = array() ): string {
		self::$time = max( self::$time + 1, (int) ( microtime( true ) * 1000 ) );
		return (string) wp_json_encode(
			array(
				'blog'  => get_current_blog_id(),
				'redis' => hash( 'sha256', Site::read()->redis_id ),
				'time'  => self::$time + $ahead,
				'nonce' => 'n',
				'posts' => $posts,
			) + $more
		);
	}

	/** Sends it through the REST server. */
	private function send( string $body ): \WP_REST_Response {
		$request = new \WP_REST_Request( 'POST', '/hospital-appointments-redis/v1/synced' );
		$request->set_header( 'X-Hospital-Signature', hash_hmac( 'sha256', "hospital_appointments_synced\n" . $body, Settings::token() ) );
		$request->set_header( 'Content-Type', 'application/json' );
		$request->set_body( $body );
		return rest_get_server()->dispatch( $request );
	}
}
