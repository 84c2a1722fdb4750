<?php
/**
 * What get_redis_client() returns.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Guide\Failure;
use Hospital\Appointments_Redis\Guide\Redis_Client;
use Hospital\Appointments_Redis\Sidecar;
use Hospital_Appointments_Redis_Manager;

/**
 * The commands of the guide, with the answers that Predis gives.
 */
final class GuideClientTest extends ClinicTestCase {

	/** @var Redis_Client */
	private $client;

	protected function setUp(): void {
		parent::setUp();
		$this->client = Hospital_Appointments_Redis_Manager::get_instance()->get_redis_client();
	}

	public function test_ping_and_status_answers(): void {
		$this->assertEquals( 'PONG', $this->client->ping() );
		$this->assertEquals( 'OK', $this->client->set( 'appointment:' . $this->post(), '{"status":"confirmed"}' ) );
	}

	public function test_a_value_is_set_and_read_as_json(): void {
		$post = $this->post();
		$key  = "appointment:$post";
		$this->assertNull( $this->client->get( $key ) );
		$this->client->setex( $key, 3600, '{"status":"confirmed","list":{"a":[1,null]}}' );
		$read = json_decode( (string) $this->client->get( $key ), true );
		$this->assertSame( array( 'confirmed', array( 'a' => array( 1, null ) ) ), array( $read['status'], $read['list'] ) );
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
		$this->assertSame( 1, $this->client->del( $key ) );
		$this->assertSame( 0, $this->client->del( array( $key ) ) );
		$this->assertNull( $this->client->get( $key ) );
	}

	public function test_a_number_larger_than_php_s_keeps_its_digits(): void {
		$post = $this->post();
		$this->client->set( "appointment:$post", '{"insurance":98765432109876543210,"visits":[98765432109876543210]}' );
		$this->assertSame( '98765432109876543210', get_post_meta( $post, 'insurance', true ) );
		$this->assertSame( array( '98765432109876543210' ), get_post_meta( $post, 'visits', true ) );
	}

	public function test_bytes_that_json_cannot_hold_are_not_read_as_others(): void {
		$slug = 'appt-' . uniqid() . 'x';
		$this->assertTrue( Hospital_Appointments_Redis_Manager::get_instance()->set_appointment_metadata( $slug, array( 'note' => "R\xF6ntgen" ) ) ); // phpcs:ignore WordPress.Arrays
		try {
			$this->assert_fails( function () use ( $slug ): void {
				$this->client->get( "appointment:$slug" );
			} );
			$this->assertSame( "R\xF6ntgen", $this->client->hgetall( "appointment:$slug" )['note'] );
		} finally {
			$this->client->del( "appointment:$slug" );
		}
	}

	public function test_what_waits_under_a_slug_is_deleted_by_that_slug_once_its_post_is_there(): void {
		$slug = 'appt-' . uniqid() . 'x';
		$path = "/v1/appointments/$slug";
		$this->assertTrue( Sidecar::tell( 'PUT', $path, array( 'fields' => array( 'status' => 'confirmed' ) ) )->ok() ); // phpcs:ignore WordPress.Arrays
		$post = $this->post( array(), array( 'post_name' => $slug ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 'confirmed', Sidecar::ask( 'GET', $path )->data['fields']['status'] ?? '' );
		$deleted = Sidecar::tell( 'DELETE', $path, array() )->data['deleted'] ?? null;
		$this->assertTrue( Sidecar::wait_for( 'POST', '/v1/sync', array() )->ok() );
		$this->assertSame( array( 1, null ), array( $deleted, $this->row( $post, 'status' ) ) );
	}

	public function test_hashes(): void {
		$key = 'appointment:' . $this->post( array( 'room' => '4' ) );
		$this->assertSame( 1, $this->client->hset( $key, 'status', 'rescheduled' ) );
		$this->assertSame( 0, $this->client->hset( $key, 'status', 'confirmed' ) );
		$this->assertSame( 1, $this->client->hset( $key, 'text', 'a:0:{}' ) );
		$hash = $this->client->hgetall( $key );
		unset( $hash['last_updated_redis'] );
		ksort( $hash );
		$this->assertSame( array( 'room' => '4', 'status' => 'confirmed', 'text' => 'a:0:{}' ), $hash ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array(), $this->client->hgetall( 'appointment:' . $this->post() ) );
	}

	public function test_the_dirty_set(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->assertSame( 1, $this->client->sadd( 'appointments:dirty', $post ) );
		update_post_meta( $post, 'status', 'waiting' );
		$this->assertContains( (string) $post, $this->client->smembers( 'appointments:dirty' ) );
		$this->assertSame( 0, $this->client->srem( 'appointments:dirty', $post ), 'a mark goes with the sync only' );
		$this->bring_home( $post );
		$this->assertNotContains( (string) $post, $this->client->smembers( 'appointments:dirty' ) );
	}

	public function test_the_guide_s_script_and_no_other(): void {
		$post   = $this->post( array( 'status' => 'pending' ) );
		$script = '-- update_status_and_time.lua
			local appointment_key = KEYS[1]
			local new_status = ARGV[1]
			local current_time = ARGV[2]
			-- Check if the appointment key exists
			if redis.call(\'EXISTS\', appointment_key) == 0 then
			return 0 -- Appointment not found
			end
			-- Update the status field
			redis.call(\'HSET\', appointment_key, \'status\', new_status)
			-- Update the last_updated timestamp field
			redis.call(\'HSET\', appointment_key, \'last_updated_redis\', current_time)
			return 1 -- Success';
		$this->assertSame( 1, $this->client->eval( $script, 1, "appointment:$post", 'completed', time() ) );
		$this->assertSame( 'completed', get_post_meta( $post, 'status', true ) );
		$this->assertSame( 0, $this->client->eval( $script, 1, 'appointment:' . PHP_INT_MAX, 'completed', time() ) );
		$this->assert_fails( function () use ( $post ): void {
			$this->client->eval( 'return redis.call("FLUSHALL")', 1, "appointment:$post" );
		} );
	}

	public function test_a_doctor_s_availability(): void {
		$doctor = $this->post( array( 'room' => '1' ), array( 'post_type' => 'hospital_doctor' ) );
		$this->client->set( "doctor:$doctor:availability", '{"available":true,"room":"12"}' );
		$this->assertSame( array( '1', '12' ), array( get_post_meta( $doctor, 'available', true ), get_post_meta( $doctor, 'room', true ) ) );
		$this->assert_fails( function () use ( $doctor ): void {
			$this->client->set( "appointment:$doctor", '{"status":"x"}' );
		} );
	}

	public function test_what_is_not_served_says_so(): void {
		$post  = $this->post();
		$calls = array(
			array( 'flushall' ),
			array( 'keys', '*' ),
			array( 'get', 'sessions:1' ),
			array( 'smembers', 'another:set' ),
			array( 'set', "appointment:$post", 'no json' ),
			array( 'set', "appointment:$post", '["a","list"]' ),
			array( 'set', "appointment:$post", '{}', 'EX', 5 ),
			array( 'setex', "appointment:$post", 0, '{}' ),
			array( 'hset', "appointment:$post", 'status', array() ),
			array( 'get', 'appointment:' ),
		);
		foreach ( $calls as $call ) {
			$this->assert_fails( function () use ( $call ): void {
				$this->client->{$call[0]}( ...array_slice( $call, 1 ) );
			} );
		}
		$this->assertSame( array(), get_post_meta( $post ) );
	}

	/** It throws what code after the guide catches: an Exception. */
	private function assert_fails( callable $call ): void {
		try {
			$call();
		} catch ( \Exception $e ) {
			$this->assertInstanceOf( Failure::class, $e );
			return;
		}
		$this->fail( 'it seemed to work' );
	}
}
