<?php
/** XML-RPC, as old mobile and desktop clients speak it: custom fields of a post, and of many. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Editor;
use Hospital\Differential\Surfaces\Fresh;
use Hospital\Differential\Surfaces\Rows;
use Hospital\Differential\Surfaces\Texts;

require_once ABSPATH . WPINC . '/class-IXR.php';
require_once ABSPATH . WPINC . '/class-wp-xmlrpc-server.php';
require_once dirname( __DIR__ ) . '/surfaces/editor.php';
require_once dirname( __DIR__ ) . '/surfaces/fresh.php';
require_once dirname( __DIR__ ) . '/surfaces/rows.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

// A call of a method of the server about a post. Hashing a password would take most of the tester's time.
$call = static function ( string $method, int $post, array $arguments, callable $plain ) {
	$work = static function () use ( $method, $arguments, $plain ) {
		add_filter( 'authenticate', 'wp_get_current_user', 0, 0 );
		try {
			$server = new \wp_xmlrpc_server();
			$answer = $server->$method( $arguments );
		} finally {
			remove_filter( 'authenticate', 'wp_get_current_user', 0 );
		}
		return $answer instanceof \IXR_Error ? "$answer->code $answer->message" : $plain( $answer );
	};
	return Editor::does( $post, array(), $work );
};
$login = array( 1, 'admin', 'password' );
$shown = static function ( array $post ): array {
	return array( $post['post_title'], $post['post_status'], Rows::plain( $post['custom_fields'], 'key', 'value' ) );
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
		'rows'   => true,
		'draw'   => static function ( Draw $draw ) use ( $field ): array {
			$fields = array( $field( $draw ) );
			for ( $i = $draw->below( 3 ); $i > 0; $i-- ) {
				$fields[] = $field( $draw );
			}
			return array( 'title' => $draw->chance( 3 ) ? Texts::valid( $draw ) . '!' : null, 'fields' => $fields );
		},
		'take'   => static function ( array $step, Side $side ) use ( $call, $login ) {
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
			return $call( 'wp_editPost', $side->post, array( ...$login, $side->post, $content ), static fn( $answer ) => $answer );
		},
	),
	'xmlrpc_new'  => array( // A post with its custom fields.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'fields' => Texts::fields( $draw, 3 ), 'again' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) use ( $call, $login ) {
			$content = array( 'post_type' => $side->type, 'post_status' => 'publish', 'post_title' => 'By a client', 'custom_fields' => $step['fields'] );
			$fresh   = array_fill_keys( array_merge( array( 'status' ), array_column( $step['fields'], 'key' ) ), $step['again'] );
			return $call( 'wp_newPost', $side->post, array( ...$login, $content ), static fn( $answer ) => Fresh::ends( (int) $answer, $fresh ) );
		},
	),
	'xmlrpc_get'  => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) use ( $call, $login, $shown ) {
			return $call( 'wp_getPost', $side->post, array( ...$login, $side->post, array( 'post', 'custom_fields' ) ), $shown );
		},
	),
	'xmlrpc_list' => array( // The newest posts of the type; of others only that they are there is the same.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'orderby' => $draw->one( array( null, 'modified', 'title' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $call, $login, $shown ) {
			$filter = array( 'post_type' => $side->type, 'post_status' => 'any', 'number' => 10000 ) + array_filter( $step );
			$plain  = static function ( array $posts ) use ( $side, $shown ): array {
				$mine = array_filter( $posts, static fn( $post ) => (int) $post['post_id'] === $side->post );
				return array( count( $posts ) > 3, array_map( $shown, array_values( $mine ) ) );
			};
			return $call( 'wp_getPosts', $side->post, array( ...$login, $filter, array( 'post', 'custom_fields' ) ), $plain );
		},
	),
	'xmlrpc_blog' => array( // The same by the API of MetaWeblog, whose arguments come in another order.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) use ( $call ) {
			return $call( 'mw_getPost', $side->post, array( $side->post, 'admin', 'password' ), static fn( $answer ) => Rows::plain( $answer['custom_fields'], 'key', 'value' ) );
		},
	),
);
