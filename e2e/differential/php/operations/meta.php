<?php
/** The meta API itself: add, update, delete, by key and by id. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

$field = static function ( Draw $draw ): array {
	return array( 'key' => $draw->key(), 'value' => $draw->value() );
};
$row = static function ( Draw $draw ): array {
	return array( 'place' => $draw->below( 7 ), 'key' => $draw->key(), 'value' => $draw->value() );
};

return array(
	'update'           => array(
		'weight' => 12,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return update_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ) );
		},
	),
	'update_previous'  => array(
		'weight' => 3,
		'draw'   => static function ( Draw $draw ) use ( $field ): array {
			return $field( $draw ) + array( 'previous' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			return update_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ), $step['previous'] );
		},
	),
	'update_from_old'  => array( // As a plugin does that knows what it replaces.
		'weight' => 2,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return update_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ), get_post_meta( $side->post, $step['key'], true ) );
		},
	),
	'update_metadata'  => array( // The same with an id that is no integer, as from a form.
		'weight' => 1,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return update_metadata( 'post', (string) $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ) );
		},
	),
	'number_as_key'    => array( // As of an array's keys, such as meta_input's: PHP makes ints of digits.
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'does' => $draw->one( array( 'update', 'update', 'add', 'add_unique', 'delete', 'delete_value' ) ), 'key' => '42', 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			$value = wp_slash( $step['value'] );
			switch ( $step['does'] ) {
				case 'update':
					return update_metadata( 'post', $side->post, 42, $value );
				case 'delete':
					return delete_metadata( 'post', $side->post, 42 );
				case 'delete_value':
					return delete_metadata( 'post', $side->post, 42, $value );
				default:
					return add_metadata( 'post', $side->post, 42, $value, 'add_unique' === $step['does'] );
			}
		},
	),
	'add'              => array(
		'weight' => 3,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return add_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ) );
		},
	),
	'add_unique'       => array(
		'weight' => 2,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return add_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ), true );
		},
	),
	'delete'           => array(
		'weight' => 2,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return delete_post_meta( $side->post, wp_slash( $step['key'] ) );
		},
	),
	'delete_value'     => array(
		'weight' => 3,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return delete_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ) );
		},
	),
	'update_row'       => array(
		'weight' => 3,
		'rows'   => true,
		'draw'   => $row,
		'take'   => static function ( array $step, Side $side ) {
			return update_metadata_by_mid( 'post', $side->mid( $step['place'] ), $step['value'] );
		},
	),
	'rename_row'       => array(
		'weight' => 2,
		'rows'   => true,
		'draw'   => $row,
		'take'   => static function ( array $step, Side $side ) {
			return update_metadata_by_mid( 'post', $side->mid( $step['place'] ), $step['value'], $step['key'] );
		},
	),
	'delete_row'       => array(
		'weight' => 2,
		'rows'   => true,
		'draw'   => $row,
		'take'   => static function ( array $step, Side $side ) {
			return delete_metadata_by_mid( 'post', $side->mid( $step['place'] ) );
		},
	),
	'update_own_key'   => array( // What the next deletes: no other post may have the key.
		'weight' => 2,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return update_post_meta( $side->post, $side->own( 'key' ), wp_slash( $step['value'] ) );
		},
	),
	'delete_by_key'    => array(
		'weight' => 1,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return delete_post_meta_by_key( $side->own( 'key' ) );
		},
	),
	'delete_all_value' => array(
		'weight' => 1,
		'draw'   => $field,
		'take'   => static function ( array $step, Side $side ) {
			return delete_metadata( 'post', 0, $side->own( 'key' ), wp_slash( $step['value'] ), true );
		},
	),
	'update_post'      => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ) use ( $field ): array {
			return $field( $draw ) + array( 'other' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			$changed = array( 'ID' => $side->post, 'meta_input' => array( wp_slash( $step['key'] ) => wp_slash( $step['value'] ), 'room' => wp_slash( $step['other'] ) ) );
			return wp_update_post( $changed ) === $side->post;
		},
	),
);
