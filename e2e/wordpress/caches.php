<?php
/**
 * Plugin Name: The tests' own plugin, caches
 * Description: A plugin that listens to what came past WordPress, and what tests do to the object cache.
 *
 * Mounted as a must-use plugin into the stack of the e2e tests; no part of the product.
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

// A reminder service: it notes what it hears where there is a file for it, and has a bad day while there is another.
add_action(
	'hospital_appointments_synced',
	static function ( array $posts ): void {
		if ( is_file( '/tmp/hospital-bad-day' ) ) {
			throw new RuntimeException( 'a bad day' );
		}
		if ( ! is_file( '/tmp/hospital-heard' ) ) {
			return;
		}
		$seen = array();
		foreach ( $posts as $post => $keys ) {
			foreach ( $keys as $key ) {
				$seen[] = array(
					'post'  => $post,
					'key'   => $key,
					'value' => (string) get_post_meta( $post, $key, true ),
				);
			}
		}
		file_put_contents( '/tmp/hospital-heard', json_encode( $seen ) . "\n", FILE_APPEND | LOCK_EX );
	}
);

/** Puts an entry into the object cache as another process would that read before somebody wrote: this one has not seen it. */
function clinic_plant( int $post, array $meta ): bool {
	if ( ! wp_using_ext_object_cache() ) {
		return false;
	}
	return ( new WP_Object_Cache() )->put( $post, array_map( static fn( $value ) => array( $value ), $meta ), 'post_meta', 0, '' );
}

/** Calls functions in another process while this one waits; what they returned. */
function clinic_elsewhere( array ...$steps ): array {
	exec( PHP_BINARY . ' /e2e/wordpress/steps.php ' . escapeshellarg( json_encode( $steps ) ), $lines, $code );
	if ( 0 !== $code ) {
		throw new RuntimeException( implode( "\n", $lines ) );
	}
	return array_column( json_decode( implode( "\n", $lines ), true, 512, JSON_THROW_ON_ERROR ), 'value' );
}

/** A kiosk writes past WordPress, and it is synced. */
function clinic_kiosk( int $post, array $fields ): bool {
	$sidecar = 'Hospital\Appointments_Redis\Sidecar';
	return $sidecar::wait_for( 'PUT', "/v1/appointments/$post", array( 'fields' => $fields ) )->ok() && $sidecar::wait_for( 'POST', '/v1/sync', array() )->ok();
}
