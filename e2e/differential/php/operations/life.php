<?php
/** The life of a post: into the trash and out of it, gone for good, made anew, doubled. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Fresh;

require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/fresh.php';

// Posts of another type, and of another process, have the same titles: which number a slug gets is no one's business here.
add_filter(
	'wp_unique_post_slug',
	static function ( $slug, $post, $status, $type, $parent, $wanted ) {
		return in_array( $type, array( Side::NATIVE, 'hospital_appointment' ), true ) ? $wanted : $slug;
	},
	10,
	6
);

$told    = static function ( $answer ) {
	return is_object( $answer ) ? get_class( $answer ) : $answer;
};
$nothing = static function ( Draw $draw ): array {
	return array();
};

return array(
	'trash'            => array(
		'weight' => 1,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) use ( $told ) {
			return Editor::does( $side->post, array(), static fn() => $told( wp_trash_post( $side->post ) ) );
		},
	),
	'untrash'          => array(
		'weight' => 2,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) use ( $told ) {
			return Editor::does( $side->post, array(), static fn() => array( $told( wp_untrash_post( $side->post ) ), get_post_status( $side->post ) ) );
		},
	),
	'trash_due'        => array( // What wp_scheduled_delete() asks, of this post alone.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'before' => $draw->one( array( 1600000000, 1800000000 ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			global $wpdb;
			return count( $wpdb->get_col( $wpdb->prepare( "SELECT post_id FROM $wpdb->postmeta WHERE meta_key = '_wp_trash_meta_time' AND meta_value < %d AND post_id = %d", $step['before'], $side->post ) ) ) . ' rows';
		},
	),
	'delete_post'      => array( // What comes after is about a post that is gone, and must be the same still.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) use ( $told ) {
			update_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $step['value'] ) ); // Dirty, as likely as not.
			return Editor::does( $side->post, array(), static fn() => array( $told( wp_delete_post( $side->post, true ) ), array_values( $side->rows() ) ) );
		},
	),
	'retype'           => array( // Something else for a while: what it was given before is there, and what it gets then stays.
		// Where no sidecar owns the site, nobody can bring home what waits: README.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'values' => array( $draw->value(), $draw->value() ), 'how' => $draw->one( array( 'set', 'update' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			if ( Home::$away ) {
				return 'not now';
			}
			$become = static fn( string $type ) => 'set' === $step['how'] ? set_post_type( $side->post, $type ) : wp_update_post( array( 'ID' => $side->post, 'post_type' => $type ) ) === $side->post;
			$key    = wp_slash( $step['key'] );
			$told   = array( (bool) update_post_meta( $side->post, $key, wp_slash( $step['values'][0] ) ), $become( 'page' ) );
			array_push( $told, get_post_meta( $side->post, $step['key'] ), (bool) update_post_meta( $side->post, $key, wp_slash( $step['values'][1] ) ), array_values( $side->rows() ) );
			array_push( $told, $become( $side->type ), get_post_meta( $side->post, $step['key'] ) );
			return $told;
		},
	),
	'insert_post'      => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'status' => $draw->one( array( 'draft', 'publish', 'auto-draft' ) ), 'meta' => array( $draw->key() => $draw->value(), 'room' => $draw->value() ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$meta = array();
			foreach ( $step['meta'] as $key => $value ) {
				$meta[ wp_slash( (string) $key ) ] = wp_slash( $value );
			}
			$post = wp_insert_post( array( 'post_type' => $side->type, 'post_status' => $step['status'], 'post_title' => 'Fresh', 'meta_input' => $meta ) );
			return Fresh::ends( $post, $step['meta'] );
		},
	),
	'duplicate'        => array( // As the plugins that double posts do.
		'weight' => 1,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			$post = wp_insert_post( array( 'post_type' => $side->type, 'post_status' => 'draft', 'post_title' => 'Copy' ) );
			foreach ( (array) get_post_custom( $side->post ) as $key => $values ) {
				foreach ( $values as $value ) {
					add_post_meta( $post, wp_slash( (string) $key ), wp_slash( maybe_unserialize( $value ) ) );
				}
			}
			return Fresh::ends( $post, array( 'status' => 'confirmed', 'room' => "4 \\ 'b'" ) );
		},
	),
);
