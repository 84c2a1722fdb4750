<?php
/** What others write and do: another PHP process, a kiosk by the sidecar's API, SQL; barriers and syncs. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Tests\Side;

$nothing = static function ( Draw $draw ): array {
	return array();
};

return array(
	'by_another_process' => array(
		'weight' => 3,
		'rows'   => true,
		'writes' => 'WordPress',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'does' => $draw->one( array( 'update', 'update', 'update', 'add', 'delete', 'delete_value', 'update_row', 'delete_row' ) ), 'place' => $draw->below( 5 ), 'key' => $draw->key(), 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			return OtherProcess::get()->take( array( 'operation' => $step['does'], 'arguments' => $step ), $side );
		},
	),
	'by_api'             => array( // On the native side, what it stands for.
		'weight' => 2,
		'writes' => 'API',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->value(), 'call' => $draw->one( array( 'set', 'set', 'field', 'status' ) ), 'waits' => $draw->chance( 2 ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			return Elsewhere::api( $side, $step['key'], $step['value'], $step['call'], $step['waits'] );
		},
	),
	'by_sql'             => array( // Nobody orders it against what is dirty, so that is brought home before.
		'weight' => 1,
		'writes' => 'SQL',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			Home::bring( $side );
			return Elsewhere::sql( $side, $step['key'], $step['value'] );
		},
	),
	'sql_delete'         => array(
		'weight' => 1,
		'writes' => 'SQL',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key() );
		},
		'take'   => static function ( array $step, Side $side ) {
			Home::bring( $side );
			return Elsewhere::sql_delete( $side, $step['key'] );
		},
	),
	'barrier'            => array(
		'weight' => 1,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			Home::bring( $side );
			return $side->table(); // Which is then the same.
		},
	),
	'sync'               => array(
		'weight' => 2,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			$side->ours && Sidecar::wait_for( 'POST', '/v1/sync', array() );
		},
	),
);
