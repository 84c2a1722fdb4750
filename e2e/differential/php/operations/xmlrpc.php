<?php
/** XML-RPC, as old mobile and desktop clients speak it: custom fields of a post. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Rows;
use Hospital\Differential\Surfaces\Texts;

require_once ABSPATH . WPINC . '/class-IXR.php';
require_once ABSPATH . WPINC . '/class-wp-xmlrpc-server.php';
require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/rows.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

// A call of a method of the server about a post. Hashing a password would take most of the tester's time.
$call = static function ( string $method, int $post, array $more, callable $plain ) {
	$work = static function () use ( $method, $post, $more, $plain ) {
		add_filter( 'authenticate', 'wp_get_current_user', 0, 0 );
		try {
			$server = new \wp_xmlrpc_server();
			$answer = $server->$method( array( 1, 'admin', 'password', $post, ...$more ) );
		} finally {
			remove_filter( 'authenticate', 'wp_get_current_user', 0 );
		}
		return $answer instanceof \IXR_Error ? "$answer->code $answer->message" : $plain( $answer );
	};
	return Editor::does( $post, array(), $work );
};

// A custom field of the client's form: a new one, one with another value, one that goes.
$field = static function ( Draw $draw ): array {
	return array(
		'does'  => $draw->one( array( 'add', 'update', 'update', 'update', 'delete' ) ),
		'place' => $draw->below( 7 ),
		'key'   => $draw->chance( 5 ) ? $draw->key() : null,
		'value' => $draw->chance( 4 ) ? $draw->value() : Texts::one( $draw ),
	);
};

return array(
	'xmlrpc_edit' => array(
		'weight' => 3,
		'draw'   => static function ( Draw $draw ) use ( $field ): array {
			$fields = array( $field( $draw ) );
			for ( $i = $draw->below( 3 ); $i > 0; $i-- ) {
				$fields[] = $field( $draw );
			}
			return array( 'title' => $draw->chance( 3 ) ? Texts::valid( $draw ) . '!' : null, 'fields' => $fields );
		},
		'take'   => static function ( array $step, Side $side ) use ( $call ) {
			$content = null === $step['title'] ? array() : array( 'post_title' => $step['title'] );
			foreach ( $step['fields'] as $field ) {
				$sent = 'delete' === $field['does'] ? array() : array( 'value' => $field['value'] );
				if ( 'add' === $field['does'] ) {
					$sent['key'] = $field['key'] ?? 'status';
				} else {
					$sent['id'] = $side->mid( $field['place'] );
				}
				if ( 'update' === $field['does'] ) {
					$sent['key'] = $field['key'] ?? Rows::key( $sent['id'] );
				}
				$content['custom_fields'][] = $sent;
			}
			return $call( 'wp_editPost', $side->post, array( $content ), static fn( $answer ) => $answer );
		},
	),
	'xmlrpc_get'  => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) use ( $call ) {
			$plain = static function ( array $post ): array {
				return array( $post['post_title'], $post['post_status'], Rows::plain( $post['custom_fields'], 'key', 'value' ) );
			};
			return $call( 'wp_getPost', $side->post, array( array( 'post', 'custom_fields' ) ), $plain );
		},
	),
	'xmlrpc_blog' => array( // The same by the API of MetaWeblog, whose arguments come in another order.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			$work = static function () use ( $side ) {
				add_filter( 'authenticate', 'wp_get_current_user', 0, 0 );
				try {
					$server = new \wp_xmlrpc_server();
					$answer = $server->mw_getPost( array( $side->post, 'admin', 'password' ) );
				} finally {
					remove_filter( 'authenticate', 'wp_get_current_user', 0 );
				}
				return $answer instanceof \IXR_Error ? "$answer->code $answer->message" : Rows::plain( $answer['custom_fields'], 'key', 'value' );
			};
			return Editor::does( $side->post, array(), $work );
		},
	),
);
