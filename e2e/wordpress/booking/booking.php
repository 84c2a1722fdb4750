<?php
/**
 * Plugin Name: Simple Bookings
 * Description: Books rooms. Knows nothing of any other plugin.
 *
 * A fixture of the tests, written as its author would have: against WordPress, with the habits that plugins have.
 */

defined( 'ABSPATH' ) || exit;

add_action( 'init', 'booking_init' );
add_action( 'rest_api_init', 'booking_rest_routes' );
add_action( 'updated_post_meta', 'booking_remind', 10, 4 );

function booking_init() {
	register_post_type(
		'booking',
		array(
			'label'        => 'Bookings',
			'public'       => false,
			'show_ui'      => true,
			'show_in_rest' => true,
			'supports'     => array( 'title', 'custom-fields' ),
		)
	);
	register_post_meta(
		'booking',
		'guests',
		array(
			'type'              => 'integer',
			'single'            => true,
			'default'           => 1,
			'show_in_rest'      => true,
			'sanitize_callback' => 'absint',
			'auth_callback'     => '__return_true',
		)
	);
}

/** Makes a booking of a room for some minutes from a time; its id. */
function booking_make( $room, $start, $minutes, $more = array() ) {
	return wp_insert_post(
		array(
			'post_type'   => 'booking',
			'post_status' => 'publish',
			'post_title'  => "$room at $start",
			'meta_input'  => $more + array(
				'room'    => $room,
				'start'   => $start,
				'end'     => $start + 60 * $minutes,
				'status'  => 'requested',
				'changes' => 0,
			),
		)
	);
}

/** Confirms it. false from WordPress means that the value was there already. */
function booking_confirm( $id ) {
	if ( update_post_meta( $id, 'status', 'confirmed' ) === false ) {
		return 'already confirmed';
	}
	booking_count_change( $id );
	return 'confirmed';
}

/** Sets a status, if it is a certain one now. */
function booking_move_on( $id, $from, $to ) {
	return (bool) update_post_meta( $id, 'status', $to, $from );
}

/** A counter, by compare and swap. */
function booking_count_change( $id ) {
	for ( $try = 0; $try < 5; $try++ ) {
		$was = get_post_meta( $id, 'changes', true );
		if ( update_post_meta( $id, 'changes', (string) ( $was + 1 ), $was ) ) {
			return $was + 1;
		}
		wp_cache_delete( $id, 'post_meta' );
	}
	return false;
}

/** Extras are saved as plugins save lists: all rows away, then one for each. */
function booking_save_extras( $id, array $extras ) {
	delete_post_meta( $id, 'extra' );
	foreach ( $extras as $extra ) {
		add_post_meta( $id, 'extra', wp_slash( $extra ) );
	}
}

/** And the address in one array, deleted first lest anything of the old one stays. */
function booking_save_address( $id, array $address ) {
	delete_post_meta( $id, 'address' );
	return add_post_meta( $id, 'address', wp_slash( $address ), true );
}

/** The bookings that a room is taken by at some time between two. Cancelled ones do not count. */
function booking_conflicts( $room, $from, $to ) {
	return get_posts(
		array(
			'post_type'   => 'booking',
			'numberposts' => -1,
			'fields'      => 'ids',
			'orderby'     => array( 'starts' => 'ASC' ),
			'meta_query'  => array(
				'relation' => 'AND',
				array(
					'key'   => 'room',
					'value' => $room,
				),
				'starts'   => array(
					'key'     => 'start',
					'value'   => $to,
					'compare' => '<',
					'type'    => 'NUMERIC',
				),
				array(
					'key'     => 'end',
					'value'   => $from,
					'compare' => '>',
					'type'    => 'NUMERIC',
				),
				array(
					'key'     => 'cancelled_at',
					'compare' => 'NOT EXISTS',
				),
			),
		)
	);
}

/** The bookings of a day that have a status. */
function booking_of_day( $day, $status ) {
	$query = new WP_Query(
		array(
			'post_type'      => 'booking',
			'posts_per_page' => -1,
			'orderby'        => 'meta_value_num',
			'meta_key'       => 'start',
			'order'          => 'DESC',
			'meta_query'     => array(
				array(
					'key'     => 'start',
					'value'   => array( $day, $day + DAY_IN_SECONDS - 1 ),
					'compare' => 'BETWEEN',
					'type'    => 'NUMERIC',
				),
				array(
					'key'     => 'status',
					'value'   => (array) $status,
					'compare' => 'IN',
				),
			),
		)
	);
	return wp_list_pluck( $query->posts, 'ID' );
}

/** Cancels it: a row that is there or not is the truth. */
function booking_cancel( $id ) {
	return add_post_meta( $id, 'cancelled_at', time(), true ) ? update_post_meta( $id, 'status', 'cancelled' ) : false;
}

/** Reinstates it. */
function booking_reinstate( $id ) {
	return delete_post_meta( $id, 'cancelled_at' ) && update_post_meta( $id, 'status', 'requested' );
}

/** Everything that a template would print of it. */
function booking_card( $id ) {
	$card = array();
	foreach ( get_post_custom( $id ) as $key => $values ) {
		if ( ! is_protected_meta( $key, 'post' ) ) {
			$card[ $key ] = count( $values ) > 1 ? $values : maybe_unserialize( $values[0] );
		}
	}
	ksort( $card );
	return $card;
}

/** A reminder for each confirmation. The new value is read back, as it is not trusted. */
function booking_remind( $meta_id, $id, $key, $value ) {
	if ( 'status' === $key && 'booking' === get_post_type( $id ) && 'confirmed' === get_post_meta( $id, 'status', true ) ) {
		$row    = get_metadata_by_mid( 'post', $meta_id );
		$sent   = get_option( 'booking_reminders', array() );
		$sent[] = array( $id, $value, $row ? $row->meta_value : null, get_post_meta( $id, 'room', true ) );
		update_option( 'booking_reminders', $sent, false );
		update_post_meta( $id, 'reminded', (string) count( $sent ) );
	}
}

function booking_rest_routes() {
	register_rest_route(
		'booking/v1',
		'/(?P<id>\d+)/confirm',
		array(
			'methods'             => 'POST',
			'permission_callback' => '__return_true',
			'callback'            => function ( $request ) {
				return array(
					'said' => booking_confirm( (int) $request['id'] ),
					'card' => booking_card( (int) $request['id'] ),
				);
			},
		)
	);
}
