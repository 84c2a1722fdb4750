<?php
/** A plugin with a transaction of its own: some writes, reads in between, and COMMIT or ROLLBACK. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

// One of the calls of the meta API, as it would be a step by itself.
$calls = require __DIR__ . '/meta.php';

return array(
	'transaction' => array(
		'weight' => 2,
		'rows'   => true,
		'writes' => 'SQL', // A ROLLBACK cleans no cache, here as in core.
		'draw'   => static function ( Draw $draw ) use ( $calls ): array {
			$inner = array();
			for ( $count = 1 + $draw->below( 4 ); $count > 0; $count-- ) {
				$name    = $draw->one( array( 'update', 'update', 'update', 'update_previous', 'add', 'add_unique', 'delete', 'delete_value', 'update_row', 'rename_row', 'delete_row' ) );
				$inner[] = array( 'does' => $name ) + $calls[ $name ]['draw']( $draw );
			}
			return array( 'does' => $inner, 'end' => $draw->one( array( 'COMMIT', 'COMMIT', 'ROLLBACK' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $calls ) {
			global $wpdb;
			$results = array();
			$wpdb->query( 'START TRANSACTION' );
			try {
				foreach ( $step['does'] as $inner ) {
					$result    = $calls[ $inner['does'] ]['take']( $inner, $side );
					$results[] = array( is_int( $result ) ? 'a meta id' : $result, get_post_meta( $side->post ), $side->table() );
				}
			} finally {
				$wpdb->query( $step['end'] );
			}
			return $results;
		},
	),
);
