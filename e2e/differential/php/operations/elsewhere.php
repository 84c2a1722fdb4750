<?php
/** What others write and do: another PHP process, a kiosk by the sidecar's API, SQL; barriers and syncs. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Meta_Write;
use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Tests\Side;

$nothing = static function ( Draw $draw ): array {
	return array();
};

// The bytes of a value, and whether the sidecar's API would take the field; the post must be there still.
$taken = static function ( array $step, Side $side ): ?string {
	$bytes = Meta_Write::bytes( $step['value'] );
	$fit   = null !== $bytes && Meta_Write::means_the_same( $step['key'], $bytes ) && ! Meta_Write::is_refused( $step['key'], $bytes );
	return $fit && ! Settings::is_excluded( $step['key'] ) && null !== get_post( $side->post ) ? $bytes : null;
};

// SQL, past WordPress: all rows of just this key, or a new one.
$sql = static function ( Side $side, string $key, string $bytes ): void {
	global $wpdb;
	$rows = array_keys( array_filter( $side->rows(), static fn( $row ) => $row[0] === $key ) );
	foreach ( $rows as $mid ) {
		$wpdb->update( $wpdb->postmeta, array( 'meta_value' => $bytes ), array( 'meta_id' => $mid ) );
	}
	if ( ! $rows ) {
		$wpdb->insert( $wpdb->postmeta, array( 'post_id' => $side->post, 'meta_key' => $key, 'meta_value' => $bytes ) );
	}
};

return array(
	'by_another_process' => array(
		'weight' => 3,
		'writes' => 'WordPress',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'does' => $draw->one( array( 'update', 'update', 'update', 'add', 'delete', 'delete_value', 'update_row', 'delete_row' ) ), 'place' => $draw->below( 5 ), 'key' => $draw->key(), 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			return OtherProcess::get()->take( array( 'operation' => $step['does'], 'arguments' => $step ), $side );
		},
	),
	'by_api'             => array( // On the native side, what it stands for. A new row is brought home: it has no id before.
		'weight' => 2,
		'writes' => 'API',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) use ( $taken, $sql ) {
			$bytes = $taken( $step, $side );
			if ( null === $bytes ) {
				return 'not for the API';
			}
			$answer = $side->ours ? Sidecar::wait_for( 'PUT', "/v1/appointments/$side->post", array( 'raw' => true, 'fields' => array( $step['key'] => $bytes ) ) ) : null;
			$birth = ! in_array( $step['key'], array_column( $side->rows(), 0 ), true );
			if ( null === $answer || in_array( $answer->code, array( 'native', 'unreachable' ), true ) ) {
				$sql( $side, $step['key'], $bytes );
			} elseif ( ! $answer->ok() ) {
				return "refused: $answer->code $answer->message";
			} elseif ( $birth ) {
				Home::bring( $side );
			}
			return 'done';
		},
	),
	'by_sql'             => array( // Nobody orders it against what is dirty, so that is brought home before.
		'weight' => 1,
		'writes' => 'SQL',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) use ( $taken, $sql ) {
			$bytes = $taken( $step, $side );
			if ( null === $bytes ) {
				return 'not for SQL';
			}
			Home::bring( $side );
			$sql( $side, $step['key'], $bytes );
			return 'done';
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
