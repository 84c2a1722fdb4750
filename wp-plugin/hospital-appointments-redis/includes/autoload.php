<?php
/**
 * Finds the plugin's classes: Hospital\Appointments_Redis\Guide\Target is includes/guide/class-target.php.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/** All that there are. To look for each one's file on the disk would cost more than to load it. */
const CLASSES = ' Actions Answer Barrier Births Breaker Bytes Caches Connection Core_Meta Core_Meta_By_Id Dead_Letters'
	. ' Deletion Diagnosis Dirty_Fields Environment Handover Health Lifecycle List_Table Meta_Box Meta_Fields Meta_Write'
	. ' Native_Transaction Neighbours Network Notices Offload Post_Meta Post_Types Posts Probe Quietly Reader Removal Reply Rows Screen'
	. ' Second_Connection Settings Sidecar Site Site_Health Staff_Controller Staff_Users Status_Actions Synced Take_Over Transaction'
	. ' Type_Change Upgrade View Wire Writer'
	. ' Guide\Change Guide\Direct Guide\Failure Guide\Post_Writer Guide\Redis_Client Guide\Redis_Status Guide\Target ';

spl_autoload_register(
	static function ( string $name ): void {
		$class = (string) substr( $name, strlen( __NAMESPACE__ ) + 1 );
		if ( __NAMESPACE__ . '\\' . $class === $name && false !== strpos( CLASSES, " $class " ) ) {
			$path = explode( '\\', strtolower( str_replace( '_', '-', $class ) ) );
			$last = 'class-' . array_pop( $path ) . '.php';
			require __DIR__ . '/' . implode( '/', array_merge( $path, array( $last ) ) );
		}
	}
);
