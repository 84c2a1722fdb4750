<?php
/** The Custom Fields box: its calls of admin-ajax.php and its list. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Rows;
use Hospital\Differential\Surfaces\Texts;

require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/rows.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

// An answer holds ids of the row and of the post, and nonces, which are made of them.
$plain = static function ( $answer ) {
	if ( is_array( $answer ) ) {
		$answer['said'] = preg_replace( array( "/(meta[-_\[]|<meta id='|old_id='|<postid><!\[CDATA\[)\d+/", '/(nonce[^=]*=|value=.)[0-9a-f]{10}/' ), '$1some', $answer['said'] );
	}
	return $answer;
};

return array(
	'ajax_add'        => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->chance( 10 ) ? array( 'x' => Texts::one( $draw ) ) : Texts::one( $draw ), 'select' => $draw->chance( 3 ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $plain ) {
			$form = array( 'post_id' => (string) $side->post, 'metavalue' => $step['value'] );
			$form[ $step['select'] ? 'metakeyselect' : 'metakeyinput' ] = $step['key'];
			return $plain( Editor::calls( $side->post, 'add-meta', $form, array( '_ajax_nonce-add-meta', 'add-meta' ) ) );
		},
	),
	'ajax_update'     => array(
		'weight' => 2,
		'rows'   => true,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'place' => $draw->below( 7 ), 'rename' => $draw->chance( 4 ) ? $draw->key() : null, 'value' => Texts::one( $draw ), 'same' => $draw->chance( 4 ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $plain ) {
			$mid   = $side->mid( $step['place'] );
			$value = $step['value'];
			$row   = get_metadata_by_mid( 'post', $mid );
			if ( $step['same'] && $row && is_string( $row->meta_value ) ) {
				$value = $row->meta_value;
			}
			$form = array( 'post_id' => (string) $side->post, 'meta' => array( $mid => array( 'key' => $step['rename'] ?? Rows::key( $mid ), 'value' => $value ) ) );
			return $plain( Editor::calls( $side->post, 'add-meta', $form, array( '_ajax_nonce-add-meta', 'add-meta' ) ) );
		},
	),
	'ajax_delete'     => array(
		'weight' => 1,
		'rows'   => true,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'place' => $draw->below( 7 ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $plain ) {
			$mid = $side->mid( $step['place'] );
			return $plain( Editor::calls( $side->post, 'delete-meta', array( 'id' => (string) $mid ), array( '_ajax_nonce', "delete-meta_$mid" ) ) );
		},
	),
	'custom_fields'   => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			return Rows::of_the_box( $side->post );
		},
	),
);
