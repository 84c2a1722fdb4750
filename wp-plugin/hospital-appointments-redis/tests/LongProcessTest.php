<?php
/**
 * Processes that go on for long, and databases that do not.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Births;
use Hospital\Appointments_Redis\Posts;
use Hospital\Appointments_Redis\Site;

/**
 * WP-CLI commands, queues: what a page never lives to see.
 */
final class LongProcessTest extends ClinicTestCase {

	/** A database object like HyperDB and its like: SELECTs go to another server, which lags, unless it is told. */
	private const REPLICATED = '
		class Replicated extends \wpdb {
			public $links = array();
			public $masters = false;
			public function send_reads_to_masters() {
				$this->masters = true;
			}
			public function begin() {
				$this->links = array( ( new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST ) )->dbh, $this->dbh );
				mysqli_query( $this->links[0], "START TRANSACTION WITH CONSISTENT SNAPSHOT" );
			}
			public function query( $sql ) {
				if ( $this->links ) {
					$this->dbh = $this->links[ ! $this->masters && preg_match( "/^\s*(?:SELECT|SHOW|DESC|EXPLAIN)\s/i", $sql ) ? 0 : 1 ];
				}
				return parent::query( $sql );
			}
		}
		$replicated = new Replicated( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
		$replicated->set_prefix( $GLOBALS["wpdb"]->base_prefix );
		is_multisite() && $replicated->set_blog_id( get_current_blog_id() );
		$replicated->begin();
		$GLOBALS["wpdb"] = $replicated;';

	public function test_a_transaction_that_was_lost_with_its_connection_is_none(): void {
		$code = '
			global $wpdb;
			$wpdb->query( "START TRANSACTION" );
			$other = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
			$other->query( "KILL " . $wpdb->get_var( "SELECT CONNECTION_ID()" ) );
			return array( update_post_meta( $arguments["post"], "status", "since" ), get_post_meta( $arguments["post"], "status", true ) );';
		$twin = array( $this->post( array( 'status' => 'pending' ), array( 'post_type' => Side::NATIVE ) ), $this->post( array( 'status' => 'pending' ) ) );
		Site::hold()->wait();
		try {
			foreach ( $twin as $post ) {
				$this->assertSame( array( true, 'since' ), Process::run( $code, array(), array( 'arguments' => array( 'post' => $post ) ) ), get_post_type( $post ) );
				$this->assertSame( 'since', $this->row( $post, 'status' ) );
			}
		} finally {
			Site::release();
		}
	}

	public function test_a_transaction_that_a_statement_ended_unseen_is_none(): void {
		global $wpdb;
		$twin = array( $this->post( array( 'status' => 'pending' ), array( 'post_type' => Side::NATIVE ) ), $this->post( array( 'status' => 'pending' ) ) );
		Site::hold()->wait();
		try {
			foreach ( $twin as $post ) {
				$wpdb->query( 'START TRANSACTION' );
				$wpdb->query( "ANALYZE TABLE $wpdb->links" ); // phpcs:ignore WordPress.DB -- MySQL commits before it.
				$this->assertTrue( update_post_meta( $post, 'status', 'since' ), get_post_type( $post ) );
				$wpdb->query( 'ROLLBACK' );
				$this->assertSame( 'since', $this->row( $post, 'status' ) );
			}
		} finally {
			Site::release();
		}
	}

	public function test_where_reads_go_to_a_replica_a_native_write_does_not(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		Site::hold()->wait();
		try {
			$this->assertTrue( Process::run( self::REPLICATED . 'return update_post_meta( $arguments["post"], "status", "since" );', array(), array( 'arguments' => array( 'post' => $post ) ) ) );
			$this->assertSame( 'since', $this->row( $post, 'status' ) );
		} finally {
			Site::release();
		}
	}

	public function test_where_reads_go_to_a_replica_that_lags_a_process_sees_its_own_write(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$code = self::REPLICATED . '
			$told = array( update_post_meta( $arguments["post"], "status", "since" ) );
			Barrier::post( $arguments["post"] );
			wp_cache_flush();
			$told[] = get_post_meta( $arguments["post"], "status", true );
			return $told;';
		$this->assertSame( array( true, 'since' ), Process::run( $code, array(), array( 'arguments' => array( 'post' => $post ) ) ) );
	}

	public function test_a_write_in_doubt_on_one_site_is_none_on_another(): void {
		$deaf = stream_socket_server( 'tcp://127.0.0.1:0' );
		$code = '
			Sidecar::tell( "POST", "/v1/write", array( "ops" => array() ) );
			$doubts = array( Sidecar::is_in_doubt() );
			$GLOBALS["blog_id"] = 2;
			$doubts[] = Sidecar::is_in_doubt();
			Sidecar::is_in_doubt( true );
			$GLOBALS["blog_id"] = 1;
			$doubts[] = Sidecar::is_in_doubt();
			Sidecar::is_in_doubt( true );
			$doubts[] = Sidecar::is_in_doubt();
			return $doubts;';
		$this->assertSame( array( true, false, true, false ), Process::run( $code, array( 'HOSPITAL_SIDECAR_ADDRESS' => stream_socket_get_name( $deaf, false ) ) ) );
	}

	public function test_posts_that_are_not_offloaded_are_not_remembered_without_end(): void {
		for ( $id = 900000001; $id <= 900020010; $id++ ) {
			wp_cache_set( $id, (object) array( 'ID' => $id, 'post_type' => 'post', 'filter' => 'raw' ), 'posts' );
			Posts::type( $id );
			wp_cache_delete( $id, 'posts' );
		}
		$this->assertLessThanOrEqual( 20001, ( static fn(): int => count( self::$types[1] ) )->bindTo( null, Posts::class )() );
	}

	public function test_posts_that_nobody_announces_are_not_remembered_without_end(): void {
		global $wpdb;
		for ( $id = 900000001; $id <= 900005000; $id++ ) {
			Births::see( "INSERT INTO `$wpdb->posts` (`post_type`) VALUES ('post')" );
			$wpdb->insert_id = $id;
			Births::settle();
		}
		$this->assertTrue( Births::has( 900005000 ) );
		$this->assertLessThanOrEqual( 1001, ( static fn(): int => count( self::$born ) )->bindTo( null, Births::class )() );
	}

	public function test_a_child_process_has_a_second_connection_of_its_own(): void {
		$code  = '
			$id = static fn(): int => (int) ( static fn() => self::database( true )->get_var( "SELECT CONNECTION_ID()" ) )->bindTo( null, Site::class )();
			$parent = $id();
			$pipe = stream_socket_pair( STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0 );
			if ( 0 === pcntl_fork() ) {
				fwrite( $pipe[1], (string) $id() . "\n" );
				posix_kill( getmypid(), SIGKILL );
			}
			$child = (int) fgets( $pipe[0] );
			return array( $parent === $id(), $parent === $child );';
		$this->assertSame( array( true, false ), Process::run( $code ) );
	}

	public function test_a_second_connection_that_was_refused_once_is_tried_again(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$code = '
			global $wpdb;
			$refused = ( new \ReflectionClass( Second_Connection::class ) )->newInstanceWithoutConstructor(); // As by "too many connections".
			( static function () use ( $refused ) { self::$aside = array( getmypid() => $refused ); } )->bindTo( null, Site::class )();
			$wpdb->query( "START TRANSACTION" );
			$told = update_post_meta( $arguments["post"], "status", "since" );
			$wpdb->query( "COMMIT" );
			return $told;';
		Site::hold()->wait();
		try {
			$this->assertTrue( Process::run( $code, array(), array( 'arguments' => array( 'post' => $post ) ) ) );
			$this->assertSame( 'since', $this->row( $post, 'status' ) );
		} finally {
			Site::release();
		}
	}

	public function test_what_a_flush_made_room_for_is_not_kept_here(): void {
		for ( $id = 900000001; $id <= 900005000; $id++ ) {
			wp_cache_set( $id, (object) array( 'ID' => $id, 'post_type' => 'hospital_appointment', 'filter' => 'raw' ), 'posts' );
			if ( 0 === $id % 250 ) {
				Posts::touch( range( $id - 249, $id ) );
				$this->assertTrue( Posts::is_touched( $id ) );
				wp_cache_flush();
			}
		}
		$this->assertLessThanOrEqual( 1500, ( static fn(): int => count( self::$views[1] ) )->bindTo( null, Posts::class )() );
	}

	public function test_a_post_that_another_process_gave_another_type_is_seen_after_a_flush(): void {
		$post = $this->post( array( 'status' => 'pending' ), array( 'post_type' => 'post' ) );
		$this->assertSame( 'pending', get_post_meta( $post, 'status', true ) );
		Process::run( 'set_post_type( $arguments["post"], "hospital_appointment" );', array(), array( 'arguments' => array( 'post' => $post ) ) );
		$this->kiosk( $post, array( 'status' => 'kiosk' ) );
		$this->new_request();
		$this->assertTrue( update_post_meta( $post, 'status', 'desk' ) );
		$this->bring_home( $post );
		$this->assertSame( 'desk', $this->row( $post, 'status' ) );
	}
}
