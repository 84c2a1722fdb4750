<?php
/** Requests to the REST API, answered in this process. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Draw;

final class Rest {

	/** Keys that both types have registered for REST, and what their values are like. */
	private const KEYS = array(
		'status'         => 'text',
		'room'           => 'text',
		'notes'          => 'text',
		'doctor_id'      => 'number',
		'checklist'      => 'list',
		'clinic_many'    => 'list',
		'clinic_default' => 'text',
		'clinic_typed'   => 'number',
		'clinic_upper'   => 'text',
		'clinic_revised' => 'text',
		'insurance'      => 'text',
	);

	/**
	 * The metadata of a request: some keys, now and then to be deleted or of a wrong type.
	 *
	 * @return array<string, mixed>
	 */
	public static function meta( Draw $draw ): array {
		$meta = array();
		for ( $i = $draw->below( 3 ); $i >= 0; $i-- ) {
			$key          = $draw->chance( 2 ) && isset( self::KEYS[ $draw->keys[0] ] ) ? $draw->keys[0] : $draw->one( array_keys( self::KEYS ) );
			$kind         = $draw->chance( 12 ) ? $draw->one( array( 'text', 'number', 'list', 'tree' ) ) : self::KEYS[ $key ];
			$meta[ $key ] = $draw->chance( 6 ) ? null : self::value( $draw, $kind );
		}
		return $meta;
	}

	/**
	 * A request about a post, or about its type; what is answered, without ids and times.
	 *
	 * @param string  $method     Method.
	 * @param string  $route      Route.
	 * @param mixed[] $parameters Parameters.
	 * @return array{status: int, answer: mixed, id: int}
	 */
	public static function request( string $method, string $route, array $parameters ): array {
		$response = self::ask( $method, $route, $parameters );
		$data     = json_decode( (string) wp_json_encode( $response->get_data() ), true );
		return array(
			'status' => $response->get_status(),
			'answer' => self::plain( (array) $data ),
			'id'     => (int) ( $data['id'] ?? 0 ),
		);
	}

	/**
	 * Several requests in one.
	 *
	 * @param mixed[] $parameters Parameters.
	 * @return mixed[] The same of each.
	 */
	public static function batch( array $parameters ): array {
		$data   = json_decode( (string) wp_json_encode( self::ask( 'POST', '/batch/v1', $parameters )->get_data() ), true );
		$answer = array( $data['failed'] ?? '' );
		foreach ( (array) ( $data['responses'] ?? array( array( 'body' => $data ) ) ) as $each ) {
			$answer[] = array( 'status' => $each['status'] ?? null, 'answer' => self::plain( (array) ( $each['body'] ?? array() ) ) );
		}
		return $answer;
	}

	/**
	 * What is compared of an answer.
	 *
	 * @param mixed[] $data Answer.
	 * @return mixed[]
	 */
	private static function plain( array $data ): array {
		return array_intersect_key( $data, array_flip( array( 'code', 'message', 'additional_errors', 'status', 'meta', 'title' ) ) );
	}

	/**
	 * The server's response.
	 *
	 * @param mixed[] $parameters Parameters.
	 */
	private static function ask( string $method, string $route, array $parameters ): \WP_REST_Response {
		$request = new \WP_REST_Request( $method, $route );
		if ( 'GET' === $method ) {
			$request->set_query_params( $parameters );
		} else {
			$request->set_header( 'Content-Type', 'application/json' );
			$request->set_body( (string) wp_json_encode( $parameters ) );
		}
		Clock::stop();
		try {
			return rest_do_request( $request );
		} finally {
			Clock::go_on();
		}
	}

	/** The route of the type of a side's post, of its revision too; '' if the post is gone. */
	public static function type_route( Side $side ): string {
		$type = get_post_type( $side->post );
		return is_string( $type ) ? rest_get_route_for_post_type_items( $type ) : '';
	}

	/**
	 * A value of a kind.
	 *
	 * @return mixed
	 */
	private static function value( Draw $draw, string $kind ) {
		switch ( $kind ) {
			case 'number':
				return $draw->one( array( 0, 1, 5, '5', 7, -1 ) );
			case 'list':
				$list = array();
				for ( $i = $draw->below( 4 ); $i > 0; $i-- ) {
					$list[] = Texts::valid( $draw );
				}
				return $list;
			case 'tree':
				return array( 'a' => array( Texts::valid( $draw ), 5, null ) );
			default:
				return Texts::valid( $draw );
		}
	}
}
