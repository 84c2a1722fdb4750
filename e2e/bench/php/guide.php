<?php
/**
 * The guide's own way, as a reader would build it: its class and functions, with phpredis in the place of Predis, the
 * marking for sync that it describes put in, and the primary database being wp_postmeta. No part of the product.
 */

declare( strict_types=1 );

final class Guide_Manager {

	private static ?Redis $redis_client = null;
	private static ?self $instance      = null;

	public static function get_instance(): self {
		self::$instance ??= new self();
		return self::$instance;
	}

	public function get_redis_client(): Redis {
		if ( null === self::$redis_client ) {
			self::$redis_client = new Redis();
			self::$redis_client->connect( HOSPITAL_REDIS_HOST, HOSPITAL_REDIS_PORT );
			self::$redis_client->auth( array( 'admin', 'test' ) );
			self::$redis_client->select( 1 ); // beside the product's keys of the same names
			self::$redis_client->ping();
		}
		return self::$redis_client;
	}

	public function set_appointment_metadata( string $appointment_id, array $metadata, int $ttl = 0 ): bool {
		$client = $this->get_redis_client();
		$key    = 'appointment:' . $appointment_id;
		$value  = json_encode( $metadata );
		try {
			if ( $ttl > 0 ) {
				$success = $client->setex( $key, $ttl, $value );
			} else {
				$success = $client->set( $key, $value );
			}
			if ( $success ) {
				guide_mark_appointment_for_sync( $appointment_id );
				return true;
			}
			return false;
		} catch ( Exception $e ) {
			error_log( 'Redis SET operation failed for key ' . $key . ': ' . $e->getMessage() );
			return false;
		}
	}

	public function get_appointment_metadata( string $appointment_id ): ?array {
		$client = $this->get_redis_client();
		$key    = 'appointment:' . $appointment_id;
		try {
			$value = $client->get( $key );
			if ( false === $value ) {
				return null;
			}
			return json_decode( $value, true );
		} catch ( Exception $e ) {
			error_log( 'Redis GET operation failed for key ' . $key . ': ' . $e->getMessage() );
			return null;
		}
	}

	/** Fetch, modify, re-set, as the guide demonstrates it. */
	public function update_appointment_metadata_field( string $appointment_id, string $field, $value, int $ttl = 0 ): bool {
		$current_metadata = $this->get_appointment_metadata( $appointment_id );
		if ( null === $current_metadata ) {
			$new_metadata = array( $field => $value );
		} else {
			$new_metadata           = $current_metadata;
			$new_metadata[ $field ] = $value;
		}
		return $this->set_appointment_metadata( $appointment_id, $new_metadata, $ttl );
	}
}

function guide_mark_appointment_for_sync( string $appointment_id ): void {
	Guide_Manager::get_instance()->get_redis_client()->sadd( 'appointments:dirty', $appointment_id );
}

/** The guide's cron loop; update_appointment_in_primary_db() by WordPress's own functions. */
function guide_sync_redis_appointments_to_db(): int {
	$manager = Guide_Manager::get_instance();
	$client  = $manager->get_redis_client();
	$synced  = 0;
	foreach ( $client->smembers( 'appointments:dirty' ) as $appointment_id ) {
		$metadata = $manager->get_appointment_metadata( $appointment_id );
		foreach ( $metadata ?? array() as $key => $value ) {
			update_post_meta( (int) $appointment_id, $key, $value );
		}
		$client->srem( 'appointments:dirty', $appointment_id );
		++$synced;
	}
	return $synced;
}
