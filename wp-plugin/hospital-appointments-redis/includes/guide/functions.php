<?php
/**
 * The functions of the guide, each unless the site has one of its own.
 *
 * Loaded on plugins_loaded, when every plugin has declared what it brings.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

use Hospital\Appointments_Redis\Guide\Direct;
use Hospital\Appointments_Redis\Guide\Failure;
use Hospital\Appointments_Redis\Guide\Target;
use Hospital\Appointments_Redis\Health;

defined( 'ABSPATH' ) || exit;

spl_autoload_register(
	static function ( string $name ): void {
		if ( 'Hospital_Appointments_Redis_Manager' === $name ) {
			require __DIR__ . '/class-hospital-appointments-redis-manager.php';
		}
	}
);

if ( ! function_exists( 'initialize_hospital_appointments_redis' ) ) {
	/** Called on plugins_loaded. Connects to nothing. */
	function initialize_hospital_appointments_redis() {
		Hospital_Appointments_Redis_Manager::get_instance();
	}
}

if ( ! function_exists( 'update_appointment_status_in_redis' ) ) {
	/**
	 * Sets an appointment's status.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @param string     $new_status     Status.
	 * @return bool
	 */
	function update_appointment_status_in_redis( $appointment_id, $new_status ) {
		return Hospital_Appointments_Redis_Manager::get_instance()->update_appointment_metadata_field( $appointment_id, 'status', $new_status );
	}
}

if ( ! function_exists( 'set_appointment_metadata_with_sync_flag' ) ) {
	/**
	 * The guide prints this method outside its class, so it is to be had as a function too.
	 *
	 * @param string|int           $appointment_id Post id or slug.
	 * @param array<string, mixed> $metadata       Values by meta key.
	 * @param int                  $ttl            Seconds; 0 for the default.
	 * @return bool
	 */
	function set_appointment_metadata_with_sync_flag( $appointment_id, $metadata, $ttl = 0 ) {
		return Hospital_Appointments_Redis_Manager::get_instance()->set_appointment_metadata_with_sync_flag( $appointment_id, $metadata, $ttl );
	}
}

if ( ! function_exists( 'execute_atomic_update_script' ) ) {
	/**
	 * The other method that the guide prints outside its class.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 * @param string     $new_status     Status.
	 * @return bool
	 */
	function execute_atomic_update_script( $appointment_id, $new_status ) {
		return Hospital_Appointments_Redis_Manager::get_instance()->execute_atomic_update_script( $appointment_id, $new_status );
	}
}

if ( ! function_exists( 'mark_appointment_for_sync' ) ) {
	/**
	 * Asks for an appointment to be synced. Every write does so by itself.
	 *
	 * @param string|int $appointment_id Post id or slug.
	 */
	function mark_appointment_for_sync( $appointment_id ) {
		try {
			Direct::mark( Target::appointment( (string) $appointment_id ) );
		} catch ( Failure $e ) {
			error_log( 'Hospital Appointments Redis: mark for sync failed: ' . $e->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		}
	}
}

if ( ! function_exists( 'sync_redis_appointments_to_db' ) ) {
	/**
	 * Asks the sidecar to bring everything home, and notes how that went, as the cron event hospital_redis_sync_cron does.
	 */
	function sync_redis_appointments_to_db() {
		Health::sync();
	}
}

if ( ! function_exists( 'update_appointment_in_primary_db' ) ) {
	/**
	 * Sees to it that MySQL has this metadata.
	 *
	 * The guide calls it with what was just read from Redis. Fields that still wait in Redis are brought home as they are
	 * now: the copy at hand may be the older one. Fields that nothing waits for are written as update_post_meta() would.
	 *
	 * @param string|int           $appointment_id Post id or slug.
	 * @param array<string, mixed> $metadata       Values by meta key.
	 * @return bool Whether MySQL has it all.
	 */
	function update_appointment_in_primary_db( $appointment_id, $metadata ) {
		try {
			return Direct::bring_home( Target::appointment( (string) $appointment_id ), (array) $metadata );
		} catch ( Failure $e ) {
			error_log( 'Hospital Appointments Redis: sync of an appointment failed: ' . $e->getMessage() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			return false;
		}
	}
}
