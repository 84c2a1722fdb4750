<?php
/**
 * One operation of a fault campaign, as another plugin would do it. WordPress loads this as a must-use plugin.
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

/**
 * Updates or reads one field, or deletes a post.
 *
 * An update is read again in the same request; "at" is the time between the two (CLOCK_MONOTONIC, ns). WordPress is not told
 * a level of acknowledgement: "ack" is sql if it wrote rows itself, else memory.
 *
 * What a read saw is all there is ("whole") if a sidecar under a lease said so; what no sidecar answered for is "blind":
 * then what was acknowledged and not synced yet may be missing, as the README says.
 *
 * @param string $do    update, delete, same (an update to what is there), transaction (one in one of the caller's), read or delete_post.
 * @param int    $post  Post.
 * @param string $key   Key.
 * @param string $value Value, of an update.
 */
function faults_op( string $do, int $post, string $key = '', string $value = '' ): array {
	if ( 'update' === $do && null === get_post( $post ) ) {
		return array(
			'refused' => true, // Core would add a row to a post that is not there.
			'error'   => 'no post',
		);
	}
	if ( 'update' === $do ) {
		$ack = 'memory';
		add_filter(
			'query',
			static function ( $query ) use ( &$ack ) {
				global $wpdb;
				$ack = preg_match( "/^(UPDATE|INSERT INTO) `?$wpdb->postmeta\\b/", ltrim( $query ) ) ? 'sql' : $ack;
				return $query;
			}
		);
		$done  = true === update_post_meta( $post, $key, wp_slash( $value ) );
		$at    = hrtime( true );
		$again = $done ? faults_op( 'read', $post, $key ) : array( 'done' => false );
		return array(
			'done'  => $done,
			'ack'   => $ack,
			'at'    => $at,
			'again' => $again['done'],
		) + $again;
	}
	if ( 'delete' === $do ) {
		return array(
			'done' => delete_post_meta( $post, $key ),
			'at'   => hrtime( true ),
		);
	}
	if ( 'same' === $do ) { // Core says "unchanged": then its caller relies on what is there.
		return array(
			'done' => false === update_post_meta( $post, $key, wp_slash( $value ) ) && array( $value ) === get_post_meta( $post, $key ),
			'at'   => hrtime( true ),
		);
	}
	if ( 'transaction' === $do ) {
		global $wpdb;
		$wpdb->query( 'START TRANSACTION' );
		$wpdb->query( "SELECT 'in the transaction'" ); // Where a test stops it.
		$began = hrtime( true );
		$done  = true === update_post_meta( $post, $key, wp_slash( $value ) );
		return array(
			'done'  => false !== $wpdb->query( 'COMMIT' ) && $done,
			'began' => $began,
			'at'    => hrtime( true ),
		);
	}
	if ( 'delete_post' === $do ) {
		return array( 'done' => wp_delete_post( $post, true ) instanceof WP_Post );
	}
	global $wpdb;
	$seen = get_post_meta( $post, $key );
	$view = Hospital\Appointments_Redis\Posts::view( $post );
	return array(
		'done'  => null !== $view && is_array( $seen ) && '' === $wpdb->last_error,
		'seen'  => $seen,
		'whole' => null !== $view && $view->complete,
	);
}
