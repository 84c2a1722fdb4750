<?php
/**
 * The connection to a sidecar that behaves in every way a server can.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Breaker;
use Hospital\Appointments_Redis\Connection;
use Hospital\Appointments_Redis\Reply;
use Hospital\Appointments_Redis\Sidecar;

/**
 * Another process plays the server: each connection gets the next script of replies, one a request, and is then closed.
 * After the last it tells what it was sent.
 */
final class ConnectionTest extends ClinicTestCase {

	/** Reads whole requests, whose bodies are as long as they say. */
	private const SERVER = '
		$server = stream_socket_server( $argv[1] );
		fwrite( STDOUT, stream_socket_get_name( $server, false ) . "\n" );
		$got = array();
		foreach ( json_decode( $argv[2], true ) as $at => $replies ) {
			$client = stream_socket_accept( $server, 20 );
			foreach ( $replies as $pieces ) {
				$request = "";
				while ( ! preg_match( "/\r\n\r\n/", $request ) || strlen( explode( "\r\n\r\n", $request, 2 )[1] ) < (int) ( preg_match( "/Content-Length: (\d+)/", $request, $m ) ? $m[1] : 0 ) ) {
					$more = fread( $client, 65536 );
					if ( "" === $more || false === $more ) { break; }
					$request .= $more;
				}
				$got[] = $at . ":" . strlen( $request );
				foreach ( $pieces as $piece ) { is_int( $piece ) ? usleep( $piece * 1000 ) : fwrite( $client, $piece ); }
			}
			fclose( $client );
		}
		fwrite( STDOUT, json_encode( $got ) . "\n" );';

	private const FINE = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nfine";

	private const REQUEST = "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}";

	/** @var Connection */
	private $connection;

	/** @var resource|null */
	private $process;

	/** @var resource[] */
	private $pipes = array();

	/** @var string */
	private $address = '';

	public function setUp(): void {
		parent::setUp();
		$this->connection = new Connection();
	}

	public function tearDown(): void {
		$this->connection->close();
		if ( is_resource( $this->process ) ) {
			proc_terminate( $this->process );
			proc_close( $this->process );
		}
		parent::tearDown();
	}

	public function test_two_requests_share_a_connection(): void {
		$this->serve( array( array( array( self::FINE ), array( self::FINE ) ) ) );
		$this->assert_fine( $this->exchange() );
		$this->assert_fine( $this->exchange() );
		$this->assertSame( array( '0:40', '0:40' ), $this->got() );
	}

	public function test_one_that_was_closed_meanwhile_is_replaced_before_anything_is_sent(): void {
		$this->serve( array( array( array( self::FINE ) ), array( array( self::FINE ) ) ) );
		$this->assert_fine( $this->exchange() );
		usleep( 100000 );
		$this->assert_fine( $this->exchange() );
		$this->assertSame( array( '0:40', '1:40' ), $this->got() );
	}

	public function test_a_request_that_nobody_answers_is_not_sent_again(): void {
		$this->serve( array( array( array( self::FINE ), array() ), array( array( self::FINE ) ) ) );
		$this->assert_fine( $this->exchange() );
		$reply = $this->exchange();
		$this->assertFalse( $reply->complete );
		$this->assertSame( strlen( self::REQUEST ), $reply->sent );
		$this->assert_fine( $this->exchange(), 'the next one has a connection of its own' );
		$this->assertSame( array( '0:40', '0:40', '1:40' ), $this->got() );
	}

	public function test_a_reply_may_come_in_pieces(): void {
		$pieces = array();
		foreach ( str_split( self::FINE, 11 ) as $piece ) {
			array_push( $pieces, $piece, 5 );
		}
		$this->serve( array( array( $pieces, $pieces ) ) );
		$this->assert_fine( $this->exchange() );
		$this->assert_fine( $this->exchange() );
	}

	public function test_all_pieces_together_have_the_one_timeout(): void {
		$this->serve( array( array( array( 'H', 400, 'T', 400, 'T', 400, 'P', 400, '/1.1 200', 400, substr( self::FINE, 12 ) ) ) ) );
		$reply = $this->exchange( 600 ); // Longer than any one of the pauses, shorter than all of them.
		$this->assertFalse( $reply->complete );
		$this->assertSame( 'no answer in time', $reply->error );
	}

	public function test_what_comes_unasked_is_not_read_as_the_next_answer(): void {
		$late = array( self::FINE, 20, self::FINE );
		$this->serve( array( array( $late, array() ), array( array( str_replace( 'fine', 'mine', self::FINE ) ) ) ) );
		$this->assert_fine( $this->exchange() );
		usleep( 100000 );
		$this->assertSame( 'mine', $this->exchange()->body );
	}

	public function test_what_is_no_reply_of_a_known_length_is_none(): void {
		foreach ( array( "HTTP/1.1 200 OK\r\n\r\nfine", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n\r\n", "SSH-2.0-x\r\n\r\n" ) as $nonsense ) {
			$this->serve( array( array( array( $nonsense ) ) ) );
			$reply = $this->exchange();
			$this->assertSame( array( true, 0, '' ), array( $reply->complete, $reply->status, $reply->body ), $nonsense );
			$this->got();
			$this->connection->close();
		}
	}

	public function test_a_large_request_and_a_large_reply_arrive_whole(): void {
		$large   = str_repeat( 'x', 3000000 );
		$request = "POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n$large";
		$this->serve( array( array( array( "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" . str_repeat( 'y', 100000 ) ) ) ) );
		$reply = $this->connection->exchange( $this->address, $request, 1000, 10000 );
		$this->assertSame( str_repeat( 'y', 100000 ), $reply->body );
		$this->assertSame( array( '0:' . strlen( $request ) ), $this->got() );
	}

	public function test_a_refusal_that_comes_before_all_is_sent_is_heard(): void {
		$answer = Sidecar::tell( 'POST', '/v1/write', array( 'ops' => str_repeat( 'x', 20 << 20 ) ) );
		$this->assertSame( array( 413, 'no' ), array( $answer->status, $answer->done ), $answer->message );
		$this->assertFalse( Breaker::is_open() );
	}

	public function test_a_unix_socket(): void {
		$path = tempnam( sys_get_temp_dir(), 'connection' );
		unlink( $path );
		$this->serve( array( array( array( self::FINE ), array( self::FINE ) ) ), "unix://$path" );
		$this->address = "unix:$path";
		$this->assert_fine( $this->exchange() );
		$this->assert_fine( $this->exchange() );
		$this->assertSame( array( '0:40', '0:40' ), $this->got() );
		unlink( $path );
	}

	public function test_where_nobody_listens_nothing_is_sent(): void {
		foreach ( array( '127.0.0.1:1', 'unix:/nowhere' ) as $nowhere ) {
			$this->address = $nowhere;
			$reply         = $this->exchange();
			$this->assertSame( array( false, 0 ), array( $reply->complete, $reply->sent ) );
			$this->assertStringContainsString( 'cannot connect', $reply->error );
		}
	}

	/** They hear of what an @ silences as well, and some make exceptions of it. */
	public function test_what_php_complains_of_comes_to_no_error_handler_of_others(): void {
		$heard = array();
		set_error_handler(
			static function ( int $level, string $message ) use ( &$heard ): bool {
				$heard[] = $message;
				return true;
			}
		);
		$this->address = '127.0.0.1:1';
		$this->exchange();
		$this->serve( array( array( array( self::FINE ), array() ) ) );
		$this->assert_fine( $this->exchange() );
		$this->assertFalse( $this->exchange()->complete );
		trigger_error( 'theirs', E_USER_NOTICE ); // phpcs:ignore
		restore_error_handler();
		$this->assertSame( array( 'theirs' ), $heard );
	}

	/**
	 * Starts a server.
	 *
	 * @param array<int, array<int, array<int, string|int>>> $connections For each connection its replies, in pieces; a number is a pause in ms.
	 * @param string                                         $listen      Where.
	 */
	private function serve( array $connections, string $listen = 'tcp://127.0.0.1:0' ): void {
		$this->process = proc_open( array( PHP_BINARY, '-r', self::SERVER, '--', $listen, (string) json_encode( $connections ) ), array( 1 => array( 'pipe', 'w' ) ), $this->pipes );
		$this->address = trim( (string) fgets( $this->pipes[1] ) );
	}

	/**
	 * What the server was sent: the number of the connection and the size of each request.
	 *
	 * @return string[]
	 */
	private function got(): array {
		return (array) json_decode( (string) fgets( $this->pipes[1] ), true );
	}

	private function exchange( int $timeout = 20000 ): Reply {
		return $this->connection->exchange( $this->address, self::REQUEST, 5000, $timeout );
	}

	private function assert_fine( Reply $reply, string $message = '' ): void {
		$this->assertSame( array( '', true, 200, 'fine' ), array( $reply->error, $reply->complete, $reply->status, $reply->body ), $message );
	}
}
