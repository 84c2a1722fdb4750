<?php
/**
 * The sidecar is gone, or does not answer.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Handover;
use Hospital\Appointments_Redis\Site;

/**
 * Protocol R3 and promise P7, from a process that cannot reach the sidecar that all others have.
 */
final class TakeOverTest extends ClinicTestCase {

	/** Nothing listens there. */
	private const NOWHERE = '127.0.0.1:1';

	/** Milliseconds that the other processes wait for a lease to end. */
	private const LEASE = 300;

	/** Three writes, each with the time it took, and what the database says then. */
	private const WRITES = '
		global $wpdb;
		$post = $arguments["post"];
		$told = array();
		foreach ( array( "one", "two", "three" ) as $value ) {
			$began  = hrtime( true );
			$told[] = array( update_post_meta( $post, "status", $value ), ( hrtime( true ) - $began ) / 1e6 );
		}
		return array(
			"writes" => $told,
			"calls"  => Sidecar::$calls,
			"read"   => get_post_meta( $post, "status", true ),
			"site"   => $wpdb->get_row( "SELECT * FROM " . Site::table( "sync_state" ) . " WHERE blog_id = 1" ),
			"row"    => $wpdb->get_var( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = $post AND meta_key = \'status\'" ),
			"marks"  => $wpdb->get_results( "SELECT meta_key, epoch FROM " . Site::table( "native_write" ) . " WHERE post_id = $post", ARRAY_N ),
			"errors" => $wpdb->last_error,
			"noted"  => Health::noted(),
		);';

	public function test_without_a_sidecar_the_site_goes_native_once_and_waits_once(): void {
		$post   = $this->post( array( 'status' => 'pending' ) );
		$before = (int) self::site()->epoch;
		$told   = Process::run( self::WRITES, array( 'HOSPITAL_SIDECAR_ADDRESS' => self::NOWHERE ), array( 'arguments' => array( 'post' => $post ) ) );
		$this->assert_taken_over( $told, $before );
		$this->assertLessThan( 1000, $told['writes'][0][1], 'one lease' );
		$this->wait_for_offload();
		$this->assertSame( 'three', get_post_meta( $post, 'status', true ) );
		$this->assertGreaterThan( $before + 1, (int) self::site()->epoch, 'the return is an epoch of its own' );
	}

	public function test_a_sidecar_that_hangs_costs_one_timeout_and_one_lease(): void {
		$deaf   = stream_socket_server( 'tcp://127.0.0.1:0' ); // Takes connections, never answers.
		$post   = $this->post( array( 'status' => 'pending' ) );
		$before = (int) self::site()->epoch;
		$told   = Process::run( self::WRITES, array( 'HOSPITAL_SIDECAR_ADDRESS' => stream_socket_get_name( $deaf, false ) ), array( 'arguments' => array( 'post' => $post ) ) );
		fclose( $deaf );
		$this->assert_taken_over( $told, $before );
		$this->assertLessThan( 1500, $told['writes'][0][1], 'one timeout and one lease' );
		$this->assertSame( 1, $told['calls'], 'it was asked once' );
	}

	public function test_a_sidecar_that_answers_nonsense_is_no_sidecar(): void {
		$post   = $this->post( array( 'status' => 'pending' ) );
		$before = (int) self::site()->epoch;
		$told   = Process::run( self::WRITES, array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:80' ), array( 'arguments' => array( 'post' => $post ) ) );
		$this->assert_taken_over( $told, $before );
	}

	public function test_a_wrong_token_takes_over_too(): void {
		$post   = $this->post( array( 'status' => 'pending' ) );
		$before = (int) self::site()->epoch;
		$told   = Process::run(
			'add_filter( "pre_option_" . Settings::TOKEN, static function () { return "wrong"; } );'
			. '( static function () { self::$token = "wrong"; } )->bindTo( null, Settings::class )();' . self::WRITES,
			array(),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assert_taken_over( $told, $before );
	}

	public function test_who_comes_later_does_not_wait_again(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		Site::hold()->wait();
		try {
			$told = Process::run( self::WRITES, array( 'HOSPITAL_SIDECAR_ADDRESS' => self::NOWHERE ), array( 'arguments' => array( 'post' => $post ) ) );
			$this->assertLessThan( self::LEASE, $told['writes'][0][1] );
			$this->assertSame( self::site()->epoch, $told['site']['epoch'], 'nobody took it over again' );
		} finally {
			Site::release();
		}
	}

	public function test_a_native_write_wins_over_what_waits_unseen_in_redis(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		update_post_meta( $post, 'status', 'waiting' );
		$told = Process::run( self::WRITES, array( 'HOSPITAL_SIDECAR_ADDRESS' => self::NOWHERE ), array( 'arguments' => array( 'post' => $post ) ) );
		$this->assertSame( 'three', $told['row'] );
		$this->wait_for_offload();
		$this->new_request();
		$this->bring_home( $post );
		$this->assertSame( 'three', $this->row( $post, 'status' ) );
		$this->assertSame( 'three', get_post_meta( $post, 'status', true ) );
	}

	public function test_handing_the_site_back_brings_everything_home_first(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		update_post_meta( $post, 'status', 'waiting' );
		try {
			$this->assertTrue( Handover::run( false ) );
			$this->assertSame( array( 'native', '1' ), array( self::site()->mode, self::site()->held ) );
			$this->assertSame( 'waiting', $this->row( $post, 'status' ) );
			update_post_meta( $post, 'status', 'by core' );
			usleep( 1500000 ); // Longer than a sidecar needs to return.
			$this->assertSame( 'native', self::site()->mode, 'held means held' );
			$this->assertSame( 'by core', $this->row( $post, 'status' ) );
		} finally {
			Site::release();
		}
		self::wait_for_offload();
		$this->assertTrue( update_post_meta( $post, 'status', 'after' ) );
	}

	public function test_reads_without_a_sidecar_show_the_rows_and_cost_one_timeout(): void {
		$deaf = stream_socket_server( 'tcp://127.0.0.1:0' );
		$post = $this->post( array( 'status' => 'pending' ) );
		$told = Process::run(
			'$began = hrtime( true ); $read = get_post_meta( $arguments["post"], "status", true ); $first = hrtime( true ); wp_cache_flush();
			get_post_meta( $arguments["post"], "status", true );
			return array( $read, ( $first - $began ) / 1e6, ( hrtime( true ) - $first ) / 1e6 );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => stream_socket_get_name( $deaf, false ), 'HOSPITAL_SIDECAR_TIMEOUT_MS' => 1000 ), // Far from what a busy machine needs for the rest.
			array( 'arguments' => array( 'post' => $post ) )
		);
		fclose( $deaf );
		$this->assertSame( 'pending', $told[0] );
		$this->assertLessThan( 2000, $told[1], 'one timeout' );
		$this->assertLessThan( 1000, $told[2], 'then none' );
		$this->assertSame( 'offload', self::site()->mode, 'reading takes nothing over' );
	}

	public function test_a_take_over_does_not_make_it_forget_the_caller_s_transaction(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$told = Process::run(
			'global $wpdb; $post = $arguments["post"];
			$wpdb->query( "START TRANSACTION" );
			$open = array( update_post_meta( $post, "status", "undone" ), Transaction::is_open() );
			$wpdb->query( "ROLLBACK" );
			return array( $open, Transaction::is_open() );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => self::NOWHERE ),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( array( array( true, true ), false ), $told );
		$this->assertSame( 'pending', $this->row( $post, 'status' ) );
	}

	public function test_asking_whether_a_sidecar_that_hangs_is_back_holds_up_nobody(): void {
		$deaf = stream_socket_server( 'tcp://127.0.0.1:0' );
		$told = Process::run(
			'Breaker::open(); usleep( Breaker::PAUSE / 1000 + 1000 ); $calls = array();
			foreach ( array( 1, 2, 3 ) as $each ) {
				$began = hrtime( true );
				$code = Sidecar::ask( "GET", "/livez" )->code;
				$calls[] = array( $code, ( hrtime( true ) - $began ) / 1e6 );
			}
			return array( $calls, Breaker::is_open(), Sidecar::$calls );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => stream_socket_get_name( $deaf, false ), 'HOSPITAL_SIDECAR_TIMEOUT_MS' => 5000 )
		);
		$asked = stream_socket_accept( $deaf, 0 );
		$this->assertStringContainsString( 'POST /v1/dirty', (string) fread( $asked, 100 ), 'it was asked' );
		$this->assertFalse( @stream_socket_accept( $deaf, 0 ), 'once' ); // phpcs:ignore WordPress.PHP.NoSilencedErrors
		$this->assertSame( array( array( 'paused', 'paused', 'paused' ), true, 0 ), array( array_column( $told[0], 0 ), $told[1], $told[2] ) );
		$this->assertLessThan( 1000, array_sum( array_column( $told[0], 1 ) ), 'a few milliseconds, not the timeout' );
	}

	public function test_an_answer_that_comes_late_is_noticed_by_who_asked(): void {
		$slow  = stream_socket_server( 'tcp://127.0.0.1:0' );
		$other = new Process(
			'Breaker::open(); usleep( Breaker::PAUSE / 1000 + 1000 );
			$codes = array( Sidecar::ask( "GET", "/livez" )->code );
			for ( $i = 0; $i < 100 && Breaker::is_open(); $i++ ) { usleep( 20000 ); Probe::is_back(); }
			return array( $codes, Breaker::is_open() );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => stream_socket_get_name( $slow, false ) )
		);
		$asked = stream_socket_accept( $slow, 30 );
		preg_match( '/X-Request-Id: (\w+)/', (string) fread( $asked, 4000 ), $id );
		usleep( 100000 ); // Slower than anybody waits.
		$body = '{"ready":true,"request_id":"' . $id[1] . '"}';
		fwrite( $asked, "HTTP/1.1 200 OK\r\nContent-Length: " . strlen( $body ) . "\r\n\r\n$body" );
		$this->assertSame( array( array( 'paused' ), false ), $other->outcome() );
	}

	public function test_a_site_that_returns_before_the_write_is_given_back_to_its_sidecar_not_taken_again(): void {
		$post   = $this->post( array( 'status' => 'pending' ) );
		$before = (int) self::site()->epoch;
		$told   = Process::run(
			'global $wpdb; $post = $arguments["post"];
			( static function () { self::$failed = (int) hrtime( true ); } )->bindTo( null, Sidecar::class )();
			$other = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
			$stall = static function ( $sql ) use ( &$stall, $other ) {
				if ( "SELECT CONNECTION_ID()" === $sql ) { // It has waited for the lease, and stalls.
					remove_filter( "query", $stall );
					for ( $i = 0; $i < 2000 && "offload" !== $other->get_var( "SELECT mode FROM " . Site::table( "sync_state" ) . " WHERE blog_id = 1" ); $i++ ) { usleep( 20000 ); }
				}
				return $sql;
			};
			add_filter( "query", $stall );
			return array( update_post_meta( $post, "status", "once" ), has_filter( "query", $stall ), get_post_meta( $post, "status", true ) );',
			array( 'HOSPITAL_SIDECAR_TIMEOUT_MS' => 2000 ), // A busy machine is slow, and no outage.
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( array( true, false, 'once' ), $told );
		$this->assertSame( array( 'once', $before + 2 ), array( $this->row( $post, 'status' ), (int) self::site()->epoch ), 'one take-over and one return' );
	}

	/**
	 * What every take-over looks like.
	 *
	 * @param array<string, mixed> $told   From the other process.
	 * @param int                  $before Epoch.
	 */
	private function assert_taken_over( array $told, int $before ): void {
		$this->assertSame( array( true, true, true ), array_column( $told['writes'], 0 ) );
		$this->assertSame( 'three', $told['row'] );
		$this->assertSame( 'three', $told['read'] );
		$this->assertSame( '', $told['errors'] );
		$this->assertSame( 'native', $told['site']['mode'] );
		$this->assertSame( (string) ( $before + 1 ), $told['site']['epoch'], 'taken over once' );
		$this->assertSame( $told['site']['epoch'], $told['site']['settled'], 'the wait was noted' );
		$this->assertSame( array( array( 'status', $told['site']['epoch'] ) ), $told['marks'] );
		$this->assertGreaterThanOrEqual( 300, $told['writes'][0][1], 'the lease was waited out' );
		$this->assertLessThan( self::LEASE, $told['writes'][1][1], 'the second write did not wait' );
		$this->assertLessThan( self::LEASE, $told['writes'][2][1], 'nor did the third' );
		$this->assertNotSame( '', $told['noted']['last_error'], 'administrators are told' );
	}
}
