<?php
/** Revisions, which since WordPress 6.4 keep registered metadata. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Texts;

require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

// `status` has one too, so that other steps meet it.
add_filter( 'wp_post_revision_meta_keys', static fn( $keys ) => array_merge( $keys, array( 'status' ) ) );

$revisions = static function ( Side $side ): array {
	return array_keys( wp_get_post_revisions( $side->post, array( 'orderby' => 'ID', 'order' => 'ASC' ) ) );
};
$kept      = static function ( array $ids ): array {
	$kept = array();
	foreach ( $ids as $id ) {
		$kept[] = get_post_meta( $id );
	}
	return $kept;
};

return array(
	'save_revision'    => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array(
				'meta'    => $draw->chance( 4 ) ? array() : array( $draw->one( array( 'clinic_revised', 'status' ) ) => $draw->value() ),
				'content' => $draw->chance( 3 ) ? null : Texts::valid( $draw ) . '!',
			);
		},
		'take'   => static function ( array $step, Side $side ) use ( $revisions, $kept ) {
			$work = static function () use ( $step, $side, $revisions, $kept ) {
				$post = array( 'ID' => $side->post ) + ( null === $step['content'] ? array() : array( 'post_content' => $step['content'] ) );
				foreach ( $step['meta'] as $key => $value ) {
					update_post_meta( $side->post, $key, wp_slash( $value ) );
				}
				return array( wp_update_post( wp_slash( $post ) ) === $side->post, $kept( $revisions( $side ) ) );
			};
			return Editor::does( $side->post, array(), $work );
		},
	),
	'restore_revision' => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'place' => $draw->below( 4 ), 'newest' => $draw->chance( 2 ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $revisions, $kept ) {
			$work = static function () use ( $step, $side, $revisions, $kept ) {
				$ids = $revisions( $side );
				$id  = $step['newest'] ? end( $ids ) : ( $ids[ $step['place'] ] ?? 0 );
				return array( $id > 0 && wp_restore_post_revision( $id ) === $side->post, $kept( $revisions( $side ) ) );
			};
			return Editor::does( $side->post, array(), $work );
		},
	),
);
