<?php
/** The REST API: posts read, updated and created with registered metadata. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Fresh;
use Hospital\Differential\Surfaces\Rest;
use Hospital\Differential\Surfaces\Texts;

require_once dirname( __DIR__ ) . '/surfaces/rest.php';
require_once dirname( __DIR__ ) . '/surfaces/clock.php';
require_once dirname( __DIR__ ) . '/surfaces/fresh.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

$one = static function ( string $method, array $parameters, Side $side ): array {
	$answer = Rest::request( $method, (string) ( rest_get_route_for_post( $side->post ) ?: '/wp/v2/gone/1' ), $parameters );
	unset( $answer['id'] );
	return $answer;
};

return array(
	'rest_read'   => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'context' => $draw->one( array( 'view', 'edit' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $one ) {
			return $one( 'GET', $step, $side );
		},
	),
	'rest_list'   => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			$route = Rest::type_route( $side );
			if ( '' === $route ) {
				return 'gone';
			}
			$request = new \WP_REST_Request( 'GET', $route );
			$request->set_query_params( array( 'include' => array( $side->post ), 'context' => 'edit', 'status' => 'any' ) );
			return array_column( (array) rest_do_request( $request )->get_data(), 'meta' );
		},
	),
	'rest_update' => array(
		'weight' => 4,
		'draw'   => static function ( Draw $draw ): array {
			$fields = array( 'meta' => Rest::meta( $draw ) );
			return $draw->chance( 3 ) ? $fields + array( 'title' => Texts::valid( $draw ) . '!' ) : $fields;
		},
		'take'   => static function ( array $step, Side $side ) use ( $one ) {
			return $one( 'POST', $step, $side );
		},
	),
	'rest_batch'  => array( // As the block editor saves several things at once.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'first' => Rest::meta( $draw ), 'second' => Rest::meta( $draw ), 'validation' => $draw->one( array( 'normal', 'require-all-validate' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$path     = (string) ( rest_get_route_for_post( $side->post ) ?: '/wp/v2/gone/1' );
			$requests = array();
			foreach ( array( $step['first'], $step['second'] ) as $meta ) {
				$requests[] = array( 'method' => 'PATCH', 'path' => $path, 'body' => array( 'meta' => $meta ) );
			}
			return Rest::batch( array( 'validation' => $step['validation'], 'requests' => $requests ) );
		},
	),
	'rest_create' => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'meta' => Rest::meta( $draw ), 'title' => 'fresh', 'status' => $draw->one( array( 'draft', 'publish' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$route = Rest::type_route( $side );
			if ( '' === $route ) {
				return 'gone';
			}
			$answer = Rest::request( 'POST', $route, $step );
			$fresh  = Fresh::ends( $answer['id'], $step['meta'] );
			unset( $answer['id'] );
			return array( $answer, $fresh );
		},
	),
);
