<?php
/**
 * What get_redis_client() returns.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

defined( 'ABSPATH' ) || exit;

/**
 * The Redis commands that the guide calls, with the answers Predis gives, served by the sidecar.
 *
 * There is no Redis connection behind it. Keys are the guide's: `appointment:{id}`, `doctor:{id}:availability` and the
 * set `appointments:dirty`. Anything else throws and says so, since what is not served must not seem to have worked.
 */
final class Redis_Client {

	private const DIRTY = 'appointments:dirty';

	/**
	 * Answers PONG, or throws when no sidecar answers.
	 */
	public function ping(): Redis_Status {
		Direct::ping();
		return new Redis_Status( 'PONG' );
	}

	/**
	 * Writes the fields that a JSON object names; the others stay.
	 *
	 * @param mixed $key  Key.
	 * @param mixed $json JSON object.
	 */
	public function set( $key, $json ): Redis_Status {
		if ( func_num_args() > 2 ) {
			throw new Failure( 'SET takes a key and a JSON object here; use setex() for a time to live' );
		}
		Direct::set( Target::of_key( (string) $key ), self::object( $json ), 0 );
		return new Redis_Status( 'OK' );
	}

	/**
	 * The same with a time to live, which counts from when everything in the appointment is in MySQL.
	 *
	 * @param mixed $key     Key.
	 * @param mixed $seconds Seconds.
	 * @param mixed $json    JSON object.
	 */
	public function setex( $key, $seconds, $json ): Redis_Status {
		if ( (int) $seconds <= 0 ) {
			throw new Failure( 'SETEX wants a time to live above zero' );
		}
		Direct::set( Target::of_key( (string) $key ), self::object( $json ), (int) $seconds );
		return new Redis_Status( 'OK' );
	}

	/**
	 * The metadata as a JSON object; null when there is none.
	 *
	 * @param mixed $key Key.
	 */
	public function get( $key ): ?string {
		$metadata = Direct::metadata( Target::of_key( (string) $key ) );
		return null === $metadata ? null : Direct::json( $metadata );
	}

	/**
	 * Deletes what came through Redis, from MySQL too.
	 *
	 * @param mixed ...$keys Keys, or one array of them.
	 * @return int How many there were.
	 */
	public function del( ...$keys ): int {
		$deleted = 0;
		foreach ( self::flat( $keys ) as $key ) {
			$deleted += Direct::delete( Target::of_key( $key ) );
		}
		return $deleted;
	}

	/**
	 * Marks posts for the next sync.
	 *
	 * @param mixed $key        Only `appointments:dirty`.
	 * @param mixed ...$members Ids, or one array of them.
	 * @return int How many were marked.
	 */
	public function sadd( $key, ...$members ): int {
		self::dirty_set( $key );
		$marked = 0;
		foreach ( self::flat( $members ) as $member ) {
			$marked += Direct::mark( Target::appointment( $member ) ) ? 1 : 0;
		}
		return $marked;
	}

	/**
	 * Removes nothing: a mark goes when, and only when, the sync has brought to MySQL what it stands for.
	 *
	 * @param mixed $key        Only `appointments:dirty`.
	 * @param mixed ...$members Ids.
	 * @return int Always 0.
	 */
	public function srem( $key, ...$members ): int {
		self::dirty_set( $key );
		return 0;
	}

	/**
	 * The ids that wait for a sync; none when no sidecar answers.
	 *
	 * @param mixed $key Only `appointments:dirty`.
	 * @return string[]
	 */
	public function smembers( $key ): array {
		self::dirty_set( $key );
		return Direct::members();
	}

	/**
	 * Writes one field.
	 *
	 * @param mixed $key   Key.
	 * @param mixed $field Meta key.
	 * @param mixed $value Text; as in Redis, numbers and booleans become text.
	 * @return int 1 if the field is new, else 0.
	 */
	public function hset( $key, $field, $value ): int {
		if ( ! is_scalar( $value ) ) {
			throw new Failure( 'HSET wants a text; set() takes lists' );
		}
		$target = Target::of_key( (string) $key );
		$before = Direct::fields( $target );
		Direct::set( $target, array( (string) $field => (string) $value ), 0 );
		return isset( $before[ (string) $field ] ) ? 0 : 1;
	}

	/**
	 * All fields as the texts that they are stored as; empty when there are none.
	 *
	 * @param mixed $key Key.
	 * @return array<string, string>
	 */
	public function hgetall( $key ): array {
		$texts = array();
		foreach ( Direct::fields( Target::of_key( (string) $key ) ) as $field => $bytes ) {
			// WordPress wraps a text that looks serialized; whoever wrote it wants it back as it was.
			$texts[ $field ] = is_serialized_string( $bytes ) ? (string) maybe_unserialize( $bytes ) : $bytes;
		}
		return $texts;
	}

	/**
	 * Runs the guide's script, and no other.
	 *
	 * @param mixed $script  Text of update_status_and_time.lua.
	 * @param mixed $numkeys 1.
	 * @param mixed $key     Key.
	 * @param mixed $status  Status.
	 * @param mixed $time    Left to the sidecar, which notes when it writes.
	 * @return int 1, or 0 when there is no such appointment.
	 */
	public function eval( $script, $numkeys, $key = '', $status = '', $time = 0 ): int { // phpcs:ignore Squiz.PHP.Eval -- Redis' EVAL.
		if ( 1 !== (int) $numkeys || self::words( (string) $script ) !== self::words( (string) file_get_contents( dirname( __DIR__, 2 ) . '/lua/update_status_and_time.lua' ) ) ) { // phpcs:ignore WordPress.WP.AlternativeFunctions
			throw new Failure( 'EVAL serves only lua/update_status_and_time.lua' );
		}
		return Direct::set_status( Target::of_key( (string) $key ), (string) $status );
	}

	/**
	 * Any other command.
	 *
	 * @param string  $command   Command.
	 * @param mixed[] $arguments Arguments.
	 */
	public function __call( string $command, array $arguments ): void {
		throw new Failure( sprintf( '%s is not served; the sidecar serves PING, SET, SETEX, GET, DEL, SADD, SREM, SMEMBERS, HSET, HGETALL and EVAL', strtoupper( $command ) ) );
	}

	/**
	 * The fields of a JSON object.
	 *
	 * @param mixed $json JSON.
	 * @return array<string, mixed>
	 */
	private static function object( $json ): array {
		$fields = is_string( $json ) ? json_decode( $json, true, 512, JSON_BIGINT_AS_STRING ) : null;
		if ( ! is_array( $fields ) || ( $fields && array_keys( $fields ) === range( 0, count( $fields ) - 1 ) ) ) {
			throw new Failure( 'the value of an appointment must be a JSON object' );
		}
		return $fields;
	}

	/**
	 * Refuses any set but that of the dirty posts.
	 *
	 * @param mixed $key Key.
	 */
	private static function dirty_set( $key ): void {
		if ( self::DIRTY !== $key ) {
			throw new Failure( 'the only set here is ' . self::DIRTY );
		}
	}

	/**
	 * Predis takes members one by one or as one array.
	 *
	 * @param mixed[] $members Members.
	 * @return string[]
	 */
	private static function flat( array $members ): array {
		if ( 1 === count( $members ) && is_array( $members[0] ) ) {
			$members = array_values( $members[0] );
		}
		return array_map( 'strval', $members );
	}

	/** A script without its comments and line breaks. */
	private static function words( string $script ): string {
		$code = (string) preg_replace( '/--.*$/m', '', $script );
		return trim( (string) preg_replace( '/\s+/', ' ', $code ) );
	}
}
