<?php
/**
 * Keys of digits, in either mode.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * An array's key of digits is a number to PHP, as in meta_input. To core it is the same key.
 */
trait NumbersAsKeys {

	public function test_a_key_that_php_made_a_number_of(): void {
		$twin = $this->twin( array( '42' => 'a' ) );
		$twin->same(
			'a number as key',
			static function ( Side $side ) {
				return array(
					update_post_meta( $side->post, '42', 'b' ),
					update_metadata( 'post', $side->post, 42, 'a' ),
					wp_update_post( array( 'ID' => $side->post, 'meta_input' => array( '42' => 'c', '43' => 'x' ) ) ) === $side->post,
					update_metadata( 'post', $side->post, 42, 'c' ),
					add_metadata( 'post', $side->post, 42, 'd', true ),
					delete_metadata( 'post', $side->post, 43 ),
					update_metadata( 'post', $side->post, 42, 'e', 'c' ),
				);
			}
		)->ends_the_same( 'a number as key', array( '42', '43' ) );
	}
}
