<?php
/**
 * What the differential tester found on WordPress' own surfaces.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * One test for each.
 */
final class SurfacesTest extends ClinicTestCase {

	/** Seeds 2000, 2001: the client was shown what was there before. */
	public function test_xmlrpc_lists_the_custom_fields_that_were_written_last(): void {
		require_once ABSPATH . WPINC . '/class-IXR.php';
		require_once ABSPATH . WPINC . '/class-wp-xmlrpc-server.php';
		wp_set_current_user( 1 );
		add_filter( 'authenticate', 'wp_get_current_user', 0, 0 );
		$fields = static function ( string $method, array $arguments ) {
			$answer = ( new \wp_xmlrpc_server() )->$method( $arguments );
			return $answer instanceof \IXR_Error ? $answer->message : wp_list_pluck( $answer['custom_fields'], 'value', 'key' );
		};
		$twin   = $this->twin( array( 'vital' => 'old' ) );
		foreach ( array( 'new', 'newer' ) as $value ) {
			$twin->same(
				"custom fields, $value",
				static function ( Side $side ) use ( $fields, $value ) {
					update_post_meta( $side->post, 'vital', $value );
					return array(
						$fields( 'wp_getPost', array( 1, 'admin', '', $side->post, array( 'custom_fields' ) ) ),
						update_post_meta( $side->post, 'vital', "$value still" ),
						$fields( 'mw_getPost', array( $side->post, 'admin', '' ) ),
					);
				}
			);
		}
		$this->assertSame( array( 'vital' => 'newer still' ), $fields( 'wp_getPost', array( 1, 'admin', '', $twin->ours->post, array( 'custom_fields' ) ) ) );
	}
}
