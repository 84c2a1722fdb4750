<?php
/** Export, and import of what was exported. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Fresh;
use Hospital\Differential\Surfaces\Texts;
use Hospital\Differential\Surfaces\Wxr;

require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/fresh.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';
require_once dirname( __DIR__ ) . '/surfaces/wxr.php';

return array(
	'export' => array( // Seldom: it loads WordPress once more.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'really' => $draw->chance( 5 ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			return $step['really'] ? Editor::does( $side->post, array(), static fn() => Wxr::exported( $side->post, $side->type ) ) : 'not now';
		},
	),
	'import' => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			$metadata = array();
			for ( $i = $draw->below( 5 ); $i >= 0; $i-- ) {
				$value      = $draw->value();
				$bytes      = is_scalar( $value ) ? (string) $value : serialize( $value );
				$metadata[] = array( $draw->key(), strlen( $bytes ) < 10000 ? $bytes : Texts::valid( $draw ) );
			}
			return array( 'metadata' => $metadata, 'there' => $draw->chance( 3 ), 'update' => $draw->chance( 2 ) ? array( $draw->key() ) : array(), 'again' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			$work = static function () use ( $step, $side ) {
				$item = Wxr::item( $side->type, $step['metadata'] );
				if ( $step['there'] ) {
					return Wxr::import( $item, $side->post, $step['update'] ) === $side->post;
				}
				$post = Wxr::import( $item, 0, $step['update'] );
				return Fresh::ends( $post, array( $step['metadata'][0][0] => $step['again'], 'status' => 'imported' ) );
			};
			return Editor::does( $side->post, array(), $work );
		},
	),
);
