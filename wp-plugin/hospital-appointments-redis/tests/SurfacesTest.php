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

	/** Seed 952: do_enclose() finds by SQL the rows of links that the post has no more, and deletes them. */
	public function test_an_enclosure_that_was_replaced_is_let_go_of(): void {
		$twin = $this->twin( array( 'enclosure' => "http://localhost/one.mp3\n1000\naudio/mpeg\n" ) );
		$twin->same(
			'its media are looked for after another was written',
			static function ( Side $side ) {
				update_post_meta( $side->post, 'enclosure', "http://localhost/two.mp3\n1000\naudio/mpeg\n" );
				return array( do_enclose( '', $side->post ), get_enclosed( $side->post ) );
			}
		)->ends_the_same( 'afterwards', array( 'enclosure' ) );
		$this->assertSame( array(), get_post_meta( $twin->ours->post, 'enclosure' ) );
	}
}
