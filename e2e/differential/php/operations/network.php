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

if ( ! is_multisite() ) {
	return array();
}
SecondSite::make();

// What is a step by itself on the first site, and on the second one here.
$ours   = ( require __DIR__ . '/meta.php' ) + ( require __DIR__ . '/queries.php' );
$theirs = ( require __DIR__ . '/elsewhere.php' ) + ( require __DIR__ . '/transaction.php' );
$inner  = static function ( Draw $draw, array $operations, array $names ): array {
	$name = $draw->one( $names );
	return array( 'does' => $name, 'with' => $operations[ $name ]['draw']( $draw ) );
};
$there  = static function ( array $step, array $operations, Side $side ) {
	return SecondSite::does(
		$side,
		static function () use ( $step, $operations, $side ) {
			$result = $operations[ $step['does'] ]['take']( $step['with'], $side );
			return is_int( $result ) ? 'a meta id' : $result;
		}
	);
};

return array(
	'other_site'           => array(
		'weight' => 4,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'first' => $draw->value(), 'fields' => Texts::fields( $draw, 3 ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$work = static function () use ( $step, $side ): array {
				$seen = array( (bool) update_post_meta( $side->post, 'status', wp_slash( $step['first'] ) ) );
				foreach ( $step['fields'] as $field ) {
					$seen[] = (bool) update_post_meta( $side->post, wp_slash( $field['key'] ), wp_slash( $field['value'] ) );
					$seen[] = get_post_meta( $side->post, $field['key'] );
				}
				return $seen;
			};
			return array( SecondSite::does( $side, $work ), get_post_meta( $side->post ) );
		},
	),
	'other_site_does'      => array( // No revision is made: it would take the id that the other side's post has.
		'weight' => 4,
		'draw'   => static function ( Draw $draw ) use ( $inner, $ours ): array {
			return $inner( $draw, $ours, array( 'update', 'update', 'update_previous', 'add', 'add_unique', 'delete', 'delete_value', 'update_row', 'rename_row', 'delete_row', 'meta_query', 'meta_key', 'list' ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $there, $ours ) {
			return array( $there( $step, $ours, $side ), $there( array( 'does' => 'list', 'with' => array( 'key' => $step['with']['key'] ?? 'status' ) ), $ours, $side ) );
		},
	),
	'other_site_elsewhere' => array( // Somebody else writes there, or this process does in a transaction.
		'weight' => 2,
		'writes' => 'SQL',
		'draw'   => static function ( Draw $draw ) use ( $inner, $theirs ): array {
			return $inner( $draw, $theirs, array( 'by_api', 'by_api', 'by_sql', 'sql_delete', 'barrier', 'sync', 'transaction' ) ) + array( 'by_another_process' => $draw->chance( 3 ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $there, $theirs ) {
			if ( $step['by_another_process'] ) {
				return OtherProcess::get()->take( array( 'operation' => 'other_site_elsewhere', 'arguments' => array( 'by_another_process' => false ) + $step ), $side );
			}
			return $there( $step, $theirs, $side );
		},
	),
	'other_site_reads'     => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			return SecondSite::does( $side, static fn() => array( get_post_meta( $side->post ), Rows::of_the_box( $side->post ) ) );
		},
	),
	'other_site_home'      => array( // Rows, byte for byte, after a barrier.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			return SecondSite::does( $side, static fn() => SecondSite::rows( $side ) );
		},
	),
	'between_two_sites'    => array( // Writes here, there and here again.
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
	'other_site_deletes'   => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array();
		},
		'take'   => static function ( array $step, Side $side ) {
			return SecondSite::does( $side, static fn() => array( is_object( wp_delete_post( $side->post, true ) ), array_values( $side->rows() ) ) );
		},
	),
);
