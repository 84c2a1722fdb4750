<?php
/**
 * Plugin Name: The bench's own plugin
 * Description: Equal twins of what the product brings, for a post type that nobody offloads; and pages that only read.
 *
 * Mounted as a must-use plugin into the stack of the bench; no part of the product.
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

// WP-Cron's work is not what is measured.
add_filter( 'pre_get_ready_cron_jobs', '__return_empty_array' );

// The contender "unix socket" of a request through the web server.
if ( isset( $_SERVER['HTTP_X_BENCH_ADDRESS'] ) && ! defined( 'HOSPITAL_SIDECAR_ADDRESS' ) ) {
	define( 'HOSPITAL_SIDECAR_ADDRESS', (string) $_SERVER['HTTP_X_BENCH_ADDRESS'] );
}

// WordPress as it is: without the plugin.
if ( isset( $_GET['bench_without'] ) ) {
	add_filter( 'option_active_plugins', '__return_empty_array' );
}

/** The metadata of an appointment, for the twin type: same keys, types and sanitizers. */
add_action(
	'init',
	static function (): void {
		$types = array(
			'status'      => 'string',
			'patient_ref' => 'string',
			'doctor_id'   => 'integer',
			'room'        => 'string',
			'start'       => 'string',
			'end'         => 'string',
			'notes'       => 'string',
			'checklist'   => 'array',
		);
		foreach ( $types as $key => $type ) {
			register_post_meta(
				'clinic_native',
				$key,
				array(
					'type'              => $type,
					'single'            => true,
					'show_in_rest'      => 'array' === $type ? array( 'schema' => array( 'type' => 'array', 'items' => array( 'type' => 'string' ) ) ) : true,
					'sanitize_callback' => static fn( $value ) => is_array( $value ) ? array_map( 'sanitize_text_field', $value ) : sanitize_text_field( (string) $value ),
					'auth_callback'     => static fn( $allowed, $key, $post, $user ) => user_can( (int) $user, 'edit_post', (int) $post ),
				)
			);
		}
	}
);

// The row action "confirm", for the twin type: the same checks, one update, the same kind of redirect.
add_action(
	'admin_post_bench_set_status',
	static function (): void {
		$post_id = absint( $_GET['post'] ?? 0 );
		$status  = sanitize_key( wp_unslash( $_GET['status'] ?? '' ) );
		check_admin_referer( 'bench_set_status_' . $post_id . '_' . $status );
		if ( ! current_user_can( 'edit_post', $post_id ) || 'clinic_native' !== get_post_type( $post_id ) ) {
			wp_die( 'not allowed', '', array( 'response' => 403 ) );
		}
		if ( get_post_meta( $post_id, 'status', true ) !== $status ) {
			update_post_meta( $post_id, 'status', $status );
		}
		wp_safe_redirect( admin_url( 'edit.php?post_type=clinic_native' ) );
		exit;
	}
);

add_action(
	'wp_loaded',
	static function (): void {
		// The nonces that a screen would have given.
		if ( isset( $_GET['bench_nonces'] ) ) {
			$nonces = array( 'rest' => wp_create_nonce( 'wp_rest' ) );
			foreach ( explode( ',', $_GET['bench_nonces'] ) as $name ) {
				$nonces[ $name ] = wp_create_nonce( $name );
			}
			wp_send_json( $nonces );
		}
		// A list as a theme or an API would make it: a query, then metadata of each post.
		if ( isset( $_GET['bench_list'] ) ) {
			$query = new WP_Query(
				array(
					'post_type'      => $_GET['bench_list'],
					'posts_per_page' => 100,
					'orderby'        => 'ID',
					'order'          => 'ASC',
				)
			);
			foreach ( $query->posts as $post ) {
				$all = get_post_meta( $post->ID );
				echo esc_html( $post->post_title . ' ' . $all['status'][0] . ' ' . $all['room'][0] ), "\n";
			}
			exit;
		}
	}
);
