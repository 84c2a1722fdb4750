<?php
/**
 * What the plugin really sends, to a sidecar that knows only the golden files.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * Another process calls WordPress; this one plays its sidecar. A request that is in a golden file is answered as there;
 * one for dirty fields else with none; anything else fails the test.
 */
final class WireTest extends ClinicTestCase {

	/** Posts that are in no database: only WordPress's cache knows them. */
	private const POSTS = '
		foreach ( array( 123 => "hospital_appointment", 124 => "hospital_appointment", 7 => "hospital_doctor" ) as $id => $type ) {
			wp_cache_set( $id, (object) ( array( "ID" => $id, "post_type" => $type, "post_status" => "publish", "post_parent" => 0, "filter" => "raw" ) + get_object_vars( new \WP_Post( new \stdClass() ) ) ), "posts" );
		}
		add_filter( "query", static function ( $sql ) { // Whatever other posts have these ids.
			global $wpdb;
			return (string) preg_replace( "/(?<=FROM $wpdb->postmeta WHERE )(?=post_id IN \\((?:123|124|7|,)+\\))/", "0 AND ", $sql );
		} );
		';

	/** A row of post 123 that is in no database either. */
	private const ROW = '
		add_filter( "query", static function ( $sql ) use ( &$row ) {
			global $wpdb;
			return 0 === strpos( $sql, "SELECT meta_id, post_id, meta_key, meta_value FROM $wpdb->postmeta WHERE 0 AND post_id IN (123)" ) ? "SELECT 9 AS meta_id, 123 AS post_id, \'status\' AS meta_key, \'$row\' AS meta_value" : $sql;
		} );
		$row = "pending";
		';

	public function test_an_update_is_the_write_of_the_golden_file(): void {
		$told = $this->play( self::ROW . 'return array( update_post_meta( 123, "status", "confirmed" ), get_post_meta( 123, "status", true ) );', array( 'write' ) );
		$this->assertSame( array( true, 'confirmed' ), $told );
	}

	public function test_after_the_answer_unchanged_no_action_fires(): void {
		$code = '$manager = \Hospital_Appointments_Redis_Manager::get_instance();
			$fired = array(); add_action( "updated_post_meta", static function () use ( &$fired ) { $fired[] = func_get_args(); }, 10, 4 );
			return array( $manager->update_appointment_metadata_field( 123, "status", "pending" ), $fired );';
		$this->assertSame( array( true, array() ), $this->play( self::ROW . $code, array( 'write_unchanged' ) ) );
	}

	public function test_adding_a_row_raises_the_barrier_of_the_golden_file(): void {
		$told = $this->play( 'add_action( "add_post_meta", static function () { echo "{\"outcome\":\"added after the barrier\"}"; exit; } ); add_post_meta( 123, "status", "pending" );', array( 'barrier' ) );
		$this->assertSame( 'added after the barrier', $told );
	}

	public function test_a_meta_query_raises_the_barrier_for_all(): void {
		$code = '( new \WP_Query( array( "post_type" => "hospital_appointment", "meta_key" => "status", "meta_value" => "never", "fields" => "ids" ) ) ); return true;';
		$this->assertTrue( $this->play( $code, array( 'barrier_all' ) ) );
	}

	public function test_a_list_asks_for_dirty_fields_as_in_the_golden_file(): void {
		$told = $this->play( 'update_meta_cache( "post", array( 123, 124, 7 ) ); return array( get_post_meta( 123, "status", true ), base64_encode( get_post_meta( 123, "notes", true ) ), metadata_exists( "post", 123, "room" ), get_post_meta( 124 ) );', array( 'dirty' ) );
		$this->assertSame( array( 'confirmed', 'Y2Fm6Q==', false, array() ), $told );
	}

	public function test_without_a_lease_fields_of_before_the_last_return_do_not_count(): void {
		$told = $this->play( 'global $wpdb; $returned = (int) $wpdb->get_var( "SELECT returned FROM " . Site::table( "sync_state" ) ); update_meta_cache( "post", array( 123, 124, 7 ) ); return array( $returned > 7 ? "" : "confirmed", get_post_meta( 123, "status", true ) );', array( 'dirty_without_lease' ) );
		$this->assertSame( $told[0], $told[1] );
	}

	public function test_the_watchdog_asks_for_a_sync(): void {
		$this->assertTrue( $this->play( 'return Health::sync();', array( 'sync' ) ) );
	}

	public function test_the_guide_s_delete_and_an_unknown_slug_go_to_the_sidecar(): void {
		$told = $this->play( '$m = \Hospital_Appointments_Redis_Manager::get_instance(); return array( $m->delete_appointment_metadata( 123 ), $m->get_appointment_metadata( "appt_9" ) );', array( 'appointment_delete' ) );
		$this->assertSame( array( 1, null ), $told );
	}

	public function test_the_dirty_set_of_the_guide_is_the_list_of_members(): void {
		$told = $this->play( 'return \Hospital_Appointments_Redis_Manager::get_instance()->get_redis_client()->smembers( "appointments:dirty" );', array( 'dirty_members' ) );
		$this->assertSame( array( '123', 'appt_9' ), $told );
	}

	/**
	 * Plays the sidecar for another process.
	 *
	 * @param string   $code  For the other process.
	 * @param string[] $files Golden files whose requests must come, and no other that writes.
	 * @return mixed
	 */
	private function play( string $code, array $files ) {
		$server  = stream_socket_server( 'tcp://127.0.0.1:0' );
		$process = new Process( self::POSTS . $code, array( 'HOSPITAL_SIDECAR_ADDRESS' => stream_socket_get_name( $server, false ) ) );
		$golden  = array_intersect_key( GoldenTest::files(), array_flip( $files ) );
		$came    = array();
		$others  = array();
		$client  = @stream_socket_accept( $server, 20 );
		while ( is_resource( $client ) && null !== ( $request = self::receive( $client ) ) ) {
			$answer = array(
				'status' => 404,
				'body'   => array( 'error' => array( 'code' => 'unknown_post' ), 'done' => 'no' ),
			);
			foreach ( $golden as $name => $file ) {
				if ( $request['line'] === $file['request']['method'] . ' ' . $file['request']['path'] . '?blog=1' && ( $file['request']['body'] ?? array() ) === $request['body'] ) {
					$answer = $file['response'];
					$came[] = $name;
				}
			}
			if ( 404 === $answer['status'] && 'POST /v1/dirty?blog=1' === $request['line'] ) {
				$answer = array(
					'status' => 200,
					'body'   => array( 'lease' => true, 'generation' => 0, 'posts' => new \stdClass() ),
				);
			} elseif ( 404 === $answer['status'] && 0 !== strpos( $request['line'], 'GET ' ) ) {
				$others[] = $request['line'] . ' ' . json_encode( $request['body'] );
			}
			$body = (string) json_encode( array( 'request_id' => $request['id'] ) + $answer['body'] );
			fwrite( $client, "HTTP/1.1 {$answer['status']} X\r\nContent-Type: application/json\r\nContent-Length: " . strlen( $body ) . "\r\n\r\n$body" );
		}
		fclose( $server );
		$outcome = $process->outcome();
		$this->assertSame( array(), $others, 'requests that are in no golden file' );
		$this->assertSame( $files, array_values( array_unique( $came ) ) );
		return $outcome;
	}

	/**
	 * Reads one request; null at the end.
	 *
	 * @param resource $client Connection.
	 * @return array{line: string, id: string, body: mixed}|null
	 */
	private static function receive( $client ): ?array {
		stream_set_timeout( $client, 20 );
		$first = fgets( $client );
		if ( false === $first ) {
			return null;
		}
		$headers = array();
		while ( '' !== ( $header = trim( (string) fgets( $client ) ) ) ) {
			list( $name, $value )           = explode( ':', $header, 2 );
			$headers[ strtolower( $name ) ] = trim( $value );
		}
		$length = (int) ( $headers['content-length'] ?? 0 );
		$body   = $length > 0 ? (string) stream_get_contents( $client, $length ) : '[]';
		return array(
			'line' => implode( ' ', array_slice( explode( ' ', $first ), 0, 2 ) ),
			'id'   => $headers['x-request-id'] ?? '',
			'body' => json_decode( $body, true ),
		);
	}
}
