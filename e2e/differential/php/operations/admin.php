<?php
/** The edit screen, quick edit, bulk edit, and the lock of who is editing. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Rows;
use Hospital\Differential\Surfaces\Texts;

require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/rows.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

// The rows that the Custom Fields box sends back: all that it shows, one with another value, key, or to be deleted.
$rows = static function ( array $step, Side $side ): array {
	Rows::screen( $side->post );
	$form = array();
	foreach ( has_meta( $side->post ) as $row ) {
		if ( ! is_protected_meta( $row['meta_key'], 'post' ) && ! is_serialized( $row['meta_value'] ) ) {
			$form[ $row['meta_id'] ] = array( 'key' => $row['meta_key'], 'value' => (string) $row['meta_value'] );
		}
	}
	$mid = $side->mid( $step['place'] );
	if ( isset( $form[ $mid ] ) ) {
		$form[ $mid ] = array( 'key' => $step['rename'] ?? $form[ $mid ]['key'], 'value' => $step['value'] );
	}
	return $form;
};

return array(
	'edit_screen' => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array(
				'place'  => $draw->below( 7 ),
				'value'  => Texts::one( $draw ),
				'rename' => $draw->chance( 6 ) ? $draw->key() : null,
				'delete' => $draw->chance( 6 ),
				'add'    => $draw->chance( 3 ) ? array( 'metakeyinput' => $draw->key(), 'metavalue' => Texts::one( $draw ), 'metakeyselect' => '#NONE#' ) : array(),
				'title'  => Texts::valid( $draw ) . '!',
				'later'  => $draw->chance( 3 ) ? Texts::one( $draw ) : null, // What is written while the screen is open.
			);
		},
		'take'   => static function ( array $step, Side $side ) use ( $rows ) {
			$work = static function () use ( $step, $side, $rows ) {
				$sent = array( 'action' => 'editpost', 'post_ID' => (string) $side->post, 'post_title' => $step['title'], 'meta' => $rows( $step, $side ) ) + $step['add'];
				if ( $step['delete'] ) {
					$sent['deletemeta'] = array( $side->mid( $step['place'] ) => 'Delete' );
				}
				if ( null !== $step['later'] ) {
					update_post_meta( $side->post, 'status', wp_slash( $step['later'] ) );
				}
				$_GET  = array();
				$_POST = wp_slash( $sent );
				do_action( 'load-post.php' );
				return edit_post() === $side->post;
			};
			return Editor::does( $side->post, array(), $work );
		},
	),
	'quick_edit'  => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'title' => Texts::valid( $draw ) . '!', 'status' => $draw->one( array( 'publish', 'draft', 'pending', 'private' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$form   = array( 'post_ID' => (string) $side->post, 'post_type' => $side->type, 'screen' => "edit-$side->type", 'post_view' => 'list', 'post_title' => $step['title'], '_status' => $step['status'], 'post_author' => '1' );
			$answer = Editor::calls( $side->post, 'inline-save', $form, array( '_inline_edit', 'inlineeditnonce' ) );
			if ( is_array( $answer ) ) {
				$answer['said'] = substr_count( $answer['said'], '<tr' ); // The row of the list; each type has its own columns.
			}
			return $answer;
		},
	),
	'bulk_edit'   => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'status' => $draw->one( array( '-1', 'publish', 'draft', 'private' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$form = array( 'post_type' => $side->type, 'post' => array( (string) $side->post ), '_status' => $step['status'], 'post_author' => '-1', 'post_parent' => '', 'keep_private' => '' );
			return Editor::does( $side->post, $form, static fn() => array_map( 'count', bulk_edit_posts( wp_slash( $form ) ) ) );
		},
	),
	'lock'        => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'user' => $draw->one( array( 0, 1 ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$work = static function () use ( $side ) {
				$lock = wp_set_post_lock( $side->post );
				$data = array( 'wp-refresh-post-lock' => array( 'post_id' => (string) $side->post, 'lock' => is_array( $lock ) ? implode( ':', $lock ) : '' ) );
				$beat = wp_refresh_post_lock( array(), $data, 'post' );
				return array( is_array( $lock ) ? $lock[1] : $lock, array_keys( $beat['wp-refresh-post-lock'] ?? array() ), wp_check_post_lock( $side->post ) );
			};
			$before = get_current_user_id();
			wp_set_current_user( $step['user'] );
			try {
				return Editor::does( $side->post, array(), $work );
			} finally {
				wp_set_current_user( $before );
			}
		},
	),
);
