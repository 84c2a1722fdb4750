<?php
/**
 * The golden files of the wire, which the sidecar's own tests read too.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Answer;
use Hospital\Appointments_Redis\Bytes;
use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Wire;

/**
 * One truth for both sides. HOSPITAL_GOLDEN names the folder if it is not /e2e/golden.
 */
final class GoldenTest extends ClinicTestCase {

	/**
	 * The files by name.
	 *
	 * @return array<string, array<string, mixed>>
	 */
	public static function files(): array {
		$files = array();
		foreach ( (array) glob( ( getenv( 'HOSPITAL_GOLDEN' ) ?: '/e2e/golden' ) . '/*.json' ) as $file ) {
			$golden                   = json_decode( (string) file_get_contents( $file ), true, 64, JSON_THROW_ON_ERROR );
			$files[ $golden['name'] ] = $golden;
		}
		self::assertGreaterThan( 40, count( $files ), 'the golden files are not mounted' );
		return $files;
	}

	public function test_every_answer_is_read_as_it_is_meant(): void {
		foreach ( self::files() as $name => $golden ) {
			$status = $golden['response']['status'];
			$body   = $golden['response']['body'];
			if ( ! isset( $body['request_id'] ) ) {
				continue; // Not for WordPress: metrics and the like.
			}
			$answer = Answer::read( $status, (string) json_encode( $body ), 'golden' );
			$this->assertSame( $status, $answer->status, $name );
			$this->assertSame( $body, $answer->data, $name );
			$this->assertSame( $status < 300, $answer->ok(), $name );
			$this->assertSame( $status < 300 ? 'yes' : ( $body['done'] ?? 'unknown' ), $answer->done, $name );
			$this->assertSame( $body['error']['code'] ?? '', $status < 300 ? '' : ( isset( $body['error'] ) ? $answer->code : '' ), $name );
			$this->assertSame( $status >= 500 && 507 !== $status, $answer->is_failure(), $name );
		}
	}

	public function test_an_answer_to_another_request_is_none(): void {
		$body = (string) json_encode( self::files()['write']['response']['body'] );
		foreach ( array( array( $body, 'another' ), array( substr( $body, 0, -1 ), 'golden' ), array( '', 'golden' ), array( '"golden"', 'golden' ), array( '<html>', 'golden' ) ) as $case ) {
			$answer = Answer::read( 200, $case[0], $case[1] );
			$this->assertFalse( $answer->ok() );
			$this->assertSame( 'unknown', $answer->done );
			$this->assertTrue( $answer->is_failure() );
		}
	}

	public function test_bytes_travel_in_the_form_of_the_golden_files(): void {
		$found = 0;
		foreach ( self::files() as $name => $golden ) {
			foreach ( array( $golden['request']['body'] ?? array(), $golden['response']['body'] ?? array() ) as $body ) {
				foreach ( self::byte_strings( $body ) as $wire ) {
					++$found;
					$this->assertSame( $wire, Bytes::encode( (string) Bytes::decode( $wire ) ), $name );
				}
			}
		}
		$this->assertGreaterThan( 20, $found );
		$this->assertSame( "caf\xE9", Bytes::decode( array( 'b64' => 'Y2Fm6Q==' ) ) );
		foreach ( array( null, 5, true, array(), array( 'b64' => 5 ), array( 'b64' => '***' ) ) as $neither ) {
			$this->assertNull( Bytes::decode( $neither ) );
		}
	}

	public function test_a_request_is_sent_as_it_is_written_there(): void {
		foreach ( self::files() as $name => $golden ) {
			$request = $golden['request'];
			unset( $request['headers']['X-Hospital-Ack'] ); // The plugin leaves the level to the configuration.
			Wire::$actor = $request['headers']['X-Hospital-Actor'] ?? '';

			$body    = isset( $request['body'] ) ? (string) json_encode( $request['body'] ) : ( $request['body_raw'] ?? '' );
			$sent    = Wire::request( $request['method'], $request['path'], $body, (int) ( $request['headers']['X-Hospital-Deadline'] ?? 0 ), 'golden' );
			$joint   = false === strpos( $request['path'], '?' ) ? '?' : '&';

			list( $head, $sent_body ) = explode( "\r\n\r\n", $sent, 2 );
			$lines                    = explode( "\r\n", $head );
			$this->assertSame( "{$request['method']} {$request['path']}{$joint}blog=1 HTTP/1.1", array_shift( $lines ), $name );
			$this->assertContains( 'Host: ' . Settings::address(), $lines, $name );
			foreach ( $request['headers'] as $header => $value ) {
				$value = 'Authorization' === $header ? 'Bearer ' . Settings::token() : $value;
				$this->assertContains( "$header: $value", $lines, $name );
			}
			$this->assertSame( '' !== $body, in_array( 'Content-Length: ' . strlen( $body ), $lines, true ), $name );
			$this->assertSame( $body, $sent_body, $name );
		}
		Wire::$actor = '';
	}

	/**
	 * Everything in a body that is a byte string.
	 *
	 * @param mixed $body Body, or part of one.
	 * @return mixed[]
	 */
	private static function byte_strings( $body ): array {
		$found = array();
		foreach ( is_array( $body ) ? $body : array() as $name => $part ) {
			if ( is_array( $part ) && array( 'b64' ) === array_keys( $part ) ) {
				$found[] = $part;
			} elseif ( is_array( $part ) ) {
				$found = array_merge( $found, self::byte_strings( $part ) );
			} elseif ( is_string( $part ) && in_array( $name, array( 'value', 'row' ), true ) ) {
				$found[] = $part;
			}
		}
		return $found;
	}
}
