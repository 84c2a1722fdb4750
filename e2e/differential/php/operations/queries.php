<?php
/** WP_Query by metadata. Every one brings everything home first. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

// The posts found, by name. The side's own is among three that never change.
$found = static function ( Side $side, array $arguments ) {
	$others = Siblings::of( $side->type );
	$query  = new \WP_Query(
		$arguments + array(
			'post_type'      => $side->type,
			'post_status'    => 'any',
			'post__in'       => array_merge( $others, array( $side->post ) ),
			'posts_per_page' => 10,
			'orderby'        => 'ID',
			'order'          => 'ASC',
			'fields'         => 'ids',
		)
	);
	return array_map( static fn( $id ) => $id === $side->post ? 'post' : 'sibling ' . array_search( $id, $others, true ), $query->posts );
};

// The value that the post has under the key of a clause, if a query can ask for it.
$now = static function ( Side $side, array $clause ) {
	$value = get_post_meta( $side->post, $clause['key'], true );
	return '' !== $clause['key'] && is_string( $value ) ? $value : $clause['value'];
};

return array(
	'meta_query'   => array(
		'weight' => 3,
		'draw'   => static function ( Draw $draw ): array {
			$clause = static function () use ( $draw ): array {
				$value = $draw->value();
				$compare = $draw->one( array( '=', '=', '!=', 'LIKE', 'NOT LIKE', 'EXISTS', 'NOT EXISTS', 'IN', '>=', 'REGEXP' ) );
				return array(
					'key'     => $draw->key(),
					'value'   => 'REGEXP' === $compare ? '^[a-p]' : ( is_scalar( $value ) ? $value : 'confirmed' ),
					'compare' => $compare,
					'type'    => $draw->one( array( 'CHAR', 'CHAR', 'NUMERIC', 'BINARY' ) ),
					'now'     => $draw->chance( 2 ), // The value that the post has now.
				);
			};
			return $draw->chance( 3 ) ? array( 'query' => array( 'relation' => $draw->one( array( 'AND', 'OR' ) ), $clause(), $clause() ) ) : array( 'query' => array( $clause() ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $found, $now ) {
			foreach ( $step['query'] as $i => $clause ) {
				if ( is_array( $clause ) ) {
					$step['query'][ $i ]['value'] = $clause['now'] ? $now( $side, $clause ) : $clause['value'];
				}
			}
			return $found( $side, array( 'meta_query' => $step['query'] ) );
		},
	),
	'meta_key'     => array(
		'weight' => 2,
		'draw'   => static function ( Draw $draw ): array {
			$value = $draw->value();
			return array( 'key' => $draw->key(), 'value' => $draw->chance( 2 ) && is_scalar( $value ) ? $value : null, 'now' => $draw->chance( 2 ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $found, $now ) {
			$step['value'] = $step['now'] ? $now( $side, $step ) : $step['value'];
			return $found( $side, array( 'meta_key' => $step['key'] ) + ( null === $step['value'] ? array() : array( 'meta_value' => $step['value'] ) ) );
		},
	),
	'meta_ordered' => array( // By a key of several rows the order is nobody's to say, so only by one that has one.
		'weight' => 2,
		'rows'   => true,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'by' => $draw->one( array( 'meta_value', 'meta_value_num' ) ), 'order' => $draw->one( array( 'ASC', 'DESC' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $found ) {
			$rows = array_filter( $side->rows(), static fn( $row ) => 0 === strcasecmp( rtrim( (string) $row[0] ), rtrim( $step['key'] ) ) );
			if ( count( $rows ) > 1 || preg_match( '/[^\x20-\x7E]/', $step['key'] ) ) {
				return 'no order';
			}
			return $found( $side, array( 'meta_key' => $step['key'], 'orderby' => array( $step['by'] => $step['order'], 'ID' => 'ASC' ) ) );
		},
	),
	'query_again'  => array( // A persistent cache has the answer, and somebody writes past WordPress.
		'weight' => 2,
		'writes' => 'API',
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key(), 'value' => $draw->one( array( 'once', 'twice' ) ) );
		},
		'take'   => static function ( array $step, Side $side ) use ( $found ) {
			$query = array( 'meta_key' => $step['key'], 'meta_value' => $step['value'] );
			$first = $found( $side, $query );
			$wrote = Elsewhere::api( $side, $step['key'], $step['value'] );
			if ( 'done' === $wrote && Elsewhere::$was_sql ) { // What it stands for was WordPress's own write.
				wp_cache_delete( $side->post, 'post_meta' );
				wp_cache_set_posts_last_changed();
			}
			Request::begin( true );
			return array( $first, $wrote, $found( $side, $query ) );
		},
	),
	'list'         => array( // No metadata is asked for, but that of all posts found is primed.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ): array {
			return array( 'key' => $draw->key() );
		},
		'take'   => static function ( array $step, Side $side ) {
			$query = new \WP_Query( array( 'post_type' => $side->type, 'post_status' => 'any', 'post__in' => array_merge( Siblings::of( $side->type ), array( $side->post ) ), 'orderby' => 'ID', 'order' => 'ASC' ) );
			return array_map( static fn( $post ) => get_post_meta( $post->ID, $step['key'] ), $query->posts );
		},
	),
);
