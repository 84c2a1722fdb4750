<?php
/** A network of sites: a request switches to the second one, works on a post of the same id there, and comes back. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\Rows;
use Hospital\Differential\Surfaces\SecondSite;
use Hospital\Differential\Surfaces\Texts;

require_once dirname( __DIR__ ) . '/surfaces/rows.php';
require_once dirname( __DIR__ ) . '/surfaces/second-site.php';
require_once dirname( __DIR__ ) . '/surfaces/texts.php';

$fields = static function ( Draw $draw ): array {
	return array( 'first' => $draw->value(), 'fields' => Texts::fields( $draw, 3 ) );
};

return array(
	'other_site'         => array(
		'needs'  => 'is_multisite',
		'weight' => 4,
		'draw'   => $fields,
		'take'   => static function ( array $step, Side $side ) {
			$work = static function () use ( $step, $side ): array {
				$seen = array( update_post_meta( $side->post, 'status', wp_slash( $step['first'] ) ) );
				foreach ( $step['fields'] as $field ) {
					$seen[] = (bool) update_post_meta( $side->post, wp_slash( $field['key'] ), wp_slash( $field['value'] ) );
					$seen[] = get_post_meta( $side->post, $field['key'] );
				}
				return $seen;
			};
			return array( SecondSite::does( $side, $work ), get_post_meta( $side->post ) );
		},
	),
	'other_site_reads'   => array(
		'needs'  => 'is_multisite',
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			return SecondSite::does( $side, static fn() => array( get_post_meta( $side->post ), Rows::of_the_box( $side->post ) ) );
		},
	),
	'between_two_sites'  => array( // Writes here, there and here again.
		'needs'  => 'is_multisite',
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'here' => $draw->value(), 'there' => $draw->value(), 'again' => $draw->value() );
		},
		'take'   => static function ( array $step, Side $side ) {
			$write = static function ( $value ) use ( $step, $side ): array {
				return array( (bool) update_post_meta( $side->post, wp_slash( $step['key'] ), wp_slash( $value ) ), get_post_meta( $side->post, $step['key'] ) );
			};
			return array( $write( $step['here'] ), SecondSite::does( $side, static fn() => $write( $step['there'] ) ), $write( $step['again'] ) );
		},
	),
	'other_site_deletes' => array(
		'needs'  => 'is_multisite',
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			return SecondSite::does( $side, static fn() => array( is_object( wp_delete_post( $side->post, true ) ), array_values( $side->rows() ) ) );
		},
	),
);
