<?php
/**
 * Plugin Name: The tests' own plugin
 * Description: What other plugins of a clinic would bring: a post type that nobody offloads, transactions, meta queries.
 *
 * Mounted as a must-use plugin into the stack of the e2e tests; no part of the product.
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

// A notice in a page is seen by the test that reads the page.
if ( 'cli' !== PHP_SAPI ) {
	error_reporting( E_ALL );
	ini_set( 'display_errors', '1' );
}

// The site is plain HTTP on loopback; application passwords want HTTPS unless told so.
add_filter( 'wp_is_application_passwords_available', '__return_true' );

add_action(
	'init',
	static function (): void {
		$capable = array(
			'public'       => false,
			'show_ui'      => true,
			'show_in_rest' => true,
			'supports'     => array( 'title', 'custom-fields' ),
		);
		register_post_type( 'clinic_native', $capable );
		register_meta(
			'post',
			'insurance',
			array(
				'type'         => 'string',
				'single'       => true,
				'show_in_rest' => true,
			)
		);
	}
);

/** Makes posts of one type with the same metadata; their ids. */
function clinic_posts( int $count, string $type, array $meta, array $more = array() ): array {
	$ids = array();
	for ( $i = 0; $i < $count; $i++ ) {
		$post  = array(
			'post_type'   => $type,
			'post_status' => 'publish',
			'post_title'  => 'Visit ' . ( $i + 1 ),
			'meta_input'  => wp_slash( $meta ),
		);
		$ids[] = wp_insert_post( $more + $post, true );
	}
	return $ids;
}

/** A plugin with a transaction of its own: updates, reads them back, and ends it by the statement given. */
function clinic_transaction( int $post, array $meta, string $end ): array {
	global $wpdb;
	$seen = array();
	$wpdb->query( 'START TRANSACTION' );
	foreach ( $meta as $key => $value ) {
		update_post_meta( $post, $key, $value );
		$seen[ $key ] = $wpdb->get_var( $wpdb->prepare( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = %s", $post, $key ) );
	}
	$wpdb->query( $end );
	return $seen;
}

/** The posts whose metadata has a value, by a meta query. */
function clinic_query( string $key, string $value ): array {
	$query = new WP_Query(
		array(
			'post_type'      => 'hospital_appointment',
			'post_status'    => 'any',
			'posts_per_page' => -1,
			'fields'         => 'ids',
			'meta_key'       => $key,
			'meta_value'     => $value,
		)
	);
	return array_map( 'intval', $query->posts );
}

/** What a list of the newest appointments reads. */
function clinic_list( int $count ): array {
	$query = new WP_Query(
		array(
			'post_type'      => 'hospital_appointment',
			'posts_per_page' => $count,
			'orderby'        => 'ID',
		)
	);
	return array_map( static fn( $post ) => get_post_meta( $post->ID, 'status', true ), $query->posts );
}

/** Updates a key so many times; the milliseconds that each took. */
function clinic_timed_updates( int $post, string $key, int $count ): array {
	$took = array();
	for ( $i = 0; $i < $count; $i++ ) {
		$began = hrtime( true );
		if ( true !== update_post_meta( $post, $key, uniqid( '', true ) ) ) {
			throw new RuntimeException( "update $i failed" );
		}
		$took[] = ( hrtime( true ) - $began ) / 1e6;
	}
	return $took;
}

/** Deactivates or activates a plugin as the screen of plugins does; in a network, the network's screen. */
function clinic_plugin( string $plugin, bool $active ): bool {
	require_once ABSPATH . 'wp-admin/includes/plugin.php';
	if ( $active ) {
		return null === activate_plugin( $plugin, '', is_multisite() );
	}
	deactivate_plugins( $plugin, false, is_multisite() );
	return ! is_plugin_active( $plugin );
}

/**
 * Calls functions one after the other; what each returned, how long it took, and how often it called the sidecar.
 *
 * @param array<int, array<int, mixed>> $steps Each a function's name and its arguments.
 */
function clinic_steps( array $steps ): array {
	$calls   = static fn() => class_exists( 'Hospital\Appointments_Redis\Sidecar' ) ? Hospital\Appointments_Redis\Sidecar::$calls : 0;
	$results = array();
	foreach ( $steps as $step ) {
		$function  = array_shift( $step );
		$before    = $calls();
		$began     = hrtime( true );
		$value     = $function( ...$step );
		$results[] = array(
			'value' => is_wp_error( $value ) ? array( 'error' => $value->get_error_message() ) : $value,
			'ms'    => ( hrtime( true ) - $began ) / 1e6,
			'calls' => $calls() - $before,
		);
	}
	return $results;
}

// The same from a web server's PHP process, which shares its memory with the others.
add_action(
	'wp_loaded',
	static function (): void {
		if ( isset( $_POST['clinic_steps'] ) ) {
			ini_set( 'display_errors', '0' );
			wp_send_json( clinic_steps( json_decode( wp_unslash( $_POST['clinic_steps'] ), true ) ) );
		}
	}
);

/** A method of the guide's class. */
function clinic_guide( string $method, ...$arguments ) {
	return Hospital_Appointments_Redis_Manager::get_instance()->$method( ...$arguments );
}

/** A command of the guide's Redis client. */
function clinic_redis( string $command, ...$arguments ) {
	return Hospital_Appointments_Redis_Manager::get_instance()->get_redis_client()->$command( ...$arguments );
}
