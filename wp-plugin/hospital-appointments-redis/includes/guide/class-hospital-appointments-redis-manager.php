<?php
/**
 * The class of the guide.
 *
 * Loaded when first used, and only if the site has none of this name.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

use Hospital\Appointments_Redis\Guide\Direct;
use Hospital\Appointments_Redis\Guide\Failure;
use Hospital\Appointments_Redis\Guide\Redis_Client;
use Hospital\Appointments_Redis\Guide\Target;

defined( 'ABSPATH' ) || exit;

/**
 * Appointment metadata by way of the sidecar, with the guide's names, signatures and return values.
 *
 * An appointment is named by its post id or its slug, such as `appt_12345`. Writing fires the actions that an update
 * through WordPress fires. Without a sidecar, and while WordPress writes natively, posts are served by WordPress itself;
 * only a slug that is no post yet needs the sidecar.
 */
class Hospital_Appointments_Redis_Manager {

	/** @var self|null */
	private static $instance = null;

	/** @var Redis_Client */
	private $client;

	private function __construct() {
		$this->client = new Redis_Client();
	}

	/**
	 * The one instance. Nothing is connected before something is asked for.
	 *
	 * @return self
	 */
	public static function get_instance() {
		if ( null === self::$instance ) {
			self::$instance = new self();
		}
		return self::$instance;
	}

	/**
	 * An object that serves the Redis commands of the guide. Never null: what can be done without a sidecar it does.
	 *
	 * @return Redis_Client
	 */
	public function get_redis_client() {
		return $this->client;
	}

	/**
	 * Writes the fields named, in one step, and leaves the others.
	 *
	 * @param string|int           $appointment_id Post id or slug.
	 * @param array<string, mixed> $metadata       Values by meta key. `last_updated_redis` is left to the sidecar.
	 * @param int                  $ttl            How long Redis keeps its copy once MySQL has it; 0 for the default.
	 * @return bool
	 */
	public function set_appointment_metadata( $appointment_id, $metadata, $ttl = 0 ) {
		return $this->attempt(
			'SET',
			$appointment_id,
			false,
			static function ( Target $target ) use ( $metadata, $ttl ): bool {
				if ( ! is_array( $metadata ) && ! is_object( $metadata ) ) {
					throw new Failure( 'metadata must be an array' );
				}
				$fields = (array) $metadata;
				if ( is_object( $metadata ) ) { // Names that begin with a NUL are of what is private, which JSON does not show.
					$fields = array_filter( $fields, static fn( $name ): bool => "\0" !== substr( (string) $name, 0, 1 ), ARRAY_FILTER_USE_KEY );
				}
				Direct::set( $target, $fields, max( 0, (int) $ttl ) );
				return true;
			}
		);
	}

	/**
	 * What MySQL and the updates that wait for it say, lists decoded.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @return array<string, mixed>|null Null when there is nothing.
	 */
	public function get_appointment_metadata( $appointment_id ) {
		return $this->attempt( 'GET', $appointment_id, null, array( Direct::class, 'metadata' ) );
	}

	/**
	 * Deletes the metadata that came through Redis, from MySQL too, and no other.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @return int 1, or 0 when there was none.
	 */
	public function delete_appointment_metadata( $appointment_id ) {
		return $this->attempt( 'DEL', $appointment_id, 0, array( Direct::class, 'delete' ) );
	}

	/**
	 * Writes one field; no other is read or written.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @param string     $field          Meta key.
	 * @param mixed      $value          Value.
	 * @param int        $ttl            As in set_appointment_metadata().
	 * @return bool
	 */
	public function update_appointment_metadata_field( $appointment_id, $field, $value, $ttl = 0 ) {
		return $this->set_appointment_metadata( $appointment_id, array( (string) $field => $value ), $ttl );
	}

	/**
	 * The guide's variant that notes the time of the update and marks the appointment: every write here does both.
	 *
	 * @param string|int           $appointment_id Post id or slug.
	 * @param array<string, mixed> $metadata       Values by meta key.
	 * @param int                  $ttl            As in set_appointment_metadata().
	 * @return bool
	 */
	public function set_appointment_metadata_with_sync_flag( $appointment_id, $metadata, $ttl = 0 ) {
		if ( is_array( $metadata ) ) {
			$metadata['last_updated_redis'] = time();
		}
		return $this->set_appointment_metadata( $appointment_id, $metadata, $ttl );
	}

	/**
	 * Writes one field of the hash.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @param string     $field          Meta key.
	 * @param mixed      $value          Value.
	 * @return bool
	 */
	public function set_appointment_metadata_field_hash( $appointment_id, $field, $value ) {
		return $this->update_appointment_metadata_field( $appointment_id, $field, $value );
	}

	/**
	 * All fields as texts.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @return array<string, string>|null Null when there are none.
	 */
	public function get_appointment_metadata_hash( $appointment_id ) {
		$client = $this->client;
		$fields = $this->attempt(
			'HGETALL',
			$appointment_id,
			array(),
			static function ( Target $target ) use ( $client ): array {
				return $client->hgetall( $target->key() );
			}
		);
		return empty( $fields ) ? null : $fields;
	}

	/**
	 * Sets the status and the time of the change in one atomic step.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @param string     $new_status     Status.
	 * @return bool False also when there is no such appointment.
	 */
	public function execute_atomic_update_script( $appointment_id, $new_status ) {
		return $this->attempt(
			'EVAL',
			$appointment_id,
			false,
			static function ( Target $target ) use ( $new_status ): bool {
				return 1 === Direct::set_status( $target, (string) $new_status );
			}
		);
	}

	/**
	 * Does it, or logs why not. What is logged names no value, and no slug: either may be a patient's.
	 *
	 * @param string     $command        For the log.
	 * @param string|int $appointment_id Post id or slug.
	 * @param mixed      $otherwise      What to return when it failed.
	 * @param callable   $call           Takes the target.
	 * @return mixed
	 */
	private function attempt( string $command, $appointment_id, $otherwise, callable $call ) {
		try {
			return $call( Target::appointment( (string) $appointment_id ) );
		} catch ( Failure $e ) {
			$name = ctype_digit( (string) $appointment_id ) ? 'appointment ' . $appointment_id : 'an appointment named by its slug';
			error_log( sprintf( 'Hospital Appointments Redis: %s failed for %s: %s', $command, $name, $e->getMessage() ) ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			return $otherwise;
		}
	}
}
