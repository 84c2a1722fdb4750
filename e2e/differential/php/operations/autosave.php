<?php
/** What an editor saves while it is open, and what its preview shows of that. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Rest;
use Hospital\Differential\Surfaces\Texts;

require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/rest.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

$revised = array( 'clinic_revised', 'status' ); // See revisions.php.

return array(
	'rest_autosave' => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ) use ( $revised ): array {
			$meta = array();
			foreach ( $revised as $key ) {
				if ( $draw->chance( 2 ) ) {
					$meta[ $key ] = Texts::valid( $draw );
				}
			}
			return array( 'meta' => $meta, 'title' => $draw->chance( 2 ) ? null : Texts::valid( $draw ) . '!' );
		},
		'take'   => static function ( array $step, Side $side ) use ( $revised ) {
			$route = rest_get_route_for_post( $side->post );
			if ( '' === $route ) {
				return 'gone';
			}
			$sent   = array_filter( array( 'title' => $step['title'] ), 'is_string' ) + array( 'meta' => $step['meta'] );
			$answer = Rest::request( 'POST', "$route/autosaves", $sent );
			unset( $answer['id'] );
			$autosave = wp_get_post_autosave( $side->post );
			foreach ( is_object( $autosave ) ? $revised : array() as $key ) {
				$answer['kept'][ $key ] = get_post_meta( $autosave->ID, $key );
			}
			return $answer;
		},
	),
	'preview'       => array( // Core's own filter reads the autosave in the post's place.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key() );
		},
		'take'   => static function ( array $step, Side $side ) use ( $revised ) {
			$work = static function () use ( $step, $side, $revised ): array {
				$before          = $GLOBALS['post'] ?? null;
				$GLOBALS['post'] = get_post( $side->post );
				_set_preview( $GLOBALS['post'] );
				try {
					$seen = array();
					foreach ( array_merge( $revised, array( $step['key'] ) ) as $key ) {
						$seen[] = array( get_post_meta( $side->post, $key, true ), get_post_meta( $side->post, $key ), metadata_exists( 'post', $side->post, $key ) );
					}
					return $seen;
				} finally {
					$GLOBALS['post'] = $before;
					remove_filter( 'get_the_terms', '_wp_preview_terms_filter', 10 );
					remove_filter( 'get_post_metadata', '_wp_preview_post_thumbnail_filter', 10 );
					remove_filter( 'get_post_metadata', '_wp_preview_meta_filter', 10 );
				}
			};
			return Editor::does( $side->post, array(), $work );
		},
	),
);
