<?php
/** Three posts of each type that never change, for queries to find or to leave out. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Tests\Side;

final class Siblings {

	private const META = array(
		array( 'status' => 'confirmed', 'room' => '5', 'notes' => 'a' ),
		array( 'status' => 'pending', 'room' => '10' ),
		array( 'status' => 'Confirmed', 'checklist' => array( 'x' ), 'clinic_typed' => 7 ),
	);

	/** @var array<string, int[]> Ids by type. */
	private static $ids = array();

	/** Makes them. */
	public static function make(): void {
		foreach ( array( Side::NATIVE, Post_Types::APPOINTMENT ) as $type ) {
			foreach ( self::META as $meta ) {
				self::$ids[ $type ][] = wp_insert_post( array( 'post_type' => $type, 'post_status' => 'publish', 'post_title' => 'Sibling', 'meta_input' => $meta ) );
			}
		}
	}

	/** @return int[] */
	public static function of( string $type ): array {
		return self::$ids[ $type ];
	}
}
