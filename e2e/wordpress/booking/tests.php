<?php
/**
 * The plugin's own tests, as its author runs them: in a WordPress, against its functions. Prints a line for each.
 */

require __DIR__ . '/../load.php';

// A room and a day that no earlier run has used.
$room = 'Room ' . uniqid();
$day  = DAY_IN_SECONDS * ( 20000 + (int) $wpdb->get_var( "SELECT MAX(ID) FROM $wpdb->posts" ) );
$ok   = true;

/** What another visitor's process sees. */
function elsewhere( $expression ) {
	$code = sprintf( 'require "%s"; echo json_encode( %s );', __DIR__ . '/../load.php', $expression );
	return json_decode( shell_exec( 'php -r ' . escapeshellarg( $code ) ), true );
}

function check( $what, $got, $want ) {
	global $ok;
	$passed = $got === $want;
	$ok     = $ok && $passed;
	echo $passed ? 'ok' : 'FAILED', " - $what\n";
	if ( ! $passed ) {
		echo '   got  ', json_encode( $got ), "\n   want ", json_encode( $want ), "\n";
	}
}

update_option( 'booking_reminders', array(), false );
$a = booking_make( $room, $day + 36000, 60 );
$b = booking_make( $room, $day + 43200, 30, array( 'guests' => 4 ) );
$c = booking_make( 'Another ' . $room, $day + 32400, 60 );

check( 'a confirmation is one, and a second is told apart', array( booking_confirm( $a ), booking_confirm( $a ), booking_confirm( $a ) ), array( 'confirmed', 'already confirmed', 'already confirmed' ) );
check( 'another visitor finds it confirmed', elsewhere( "array( get_post_meta( $a, 'status', true ), booking_confirm( $a ) )" ), array( 'confirmed', 'already confirmed' ) );
check( 'one reminder was sent, with what was true', get_option( 'booking_reminders' ), array( array( $a, 'confirmed', 'confirmed', $room ) ) );
check( 'and noted in the booking', get_post_meta( $a, 'reminded', true ), '1' );

check( 'the counter counts by compare and swap', array( booking_count_change( $a ), booking_count_change( $a ), elsewhere( "booking_count_change( $a )" ) ), array( 2, 3, 4 ) );
check( 'and a swap against an old value fails', update_post_meta( $a, 'changes', '99', '3' ), false );
check( 'a status moves on only from the one that it has', array( booking_move_on( $a, 'requested', 'done' ), booking_move_on( $a, 'confirmed', 'done' ), get_post_meta( $a, 'status', true ) ), array( false, true, 'done' ) );

booking_save_extras( $a, array( 'projector', "a 'quoted' \\ one", 'projector' ) );
booking_save_extras( $a, array( 'coffee', "a 'quoted' \\ one", 'coffee' ) );
check( 'extras are those saved last, in their order', array( get_post_meta( $a, 'extra' ), elsewhere( "get_post_meta( $a, 'extra' )" ) ), array_fill( 0, 2, array( 'coffee', "a 'quoted' \\ one", 'coffee' ) ) );
$address = array(
	'street' => 'Rue de l\'Église "7"',
	'notes'  => array( 'door' => 'C:\\x', 'floor' => 3, 'lift' => false ),
);
booking_save_address( $b, array( 'street' => 'old', 'more' => 'gone' ) );
booking_save_address( $b, $address );
check( 'an array comes back as it went', array( get_post_meta( $b, 'address', true ), elsewhere( "get_post_meta( $b, 'address', true )" ) ), array( $address, $address ) );
update_post_meta( $b, 'address', array( 'street' => 'new' ) );
check( 'and is updated in place', array( get_post_meta( $b, 'address', true ), update_post_meta( $b, 'address', array( 'street' => 'new' ) ) ), array( array( 'street' => 'new' ), false ) );

check( 'what overlaps is in the way, in its order', array( booking_conflicts( $room, $day, $day + DAY_IN_SECONDS ), booking_conflicts( $room, $day + 39600, $day + 43200 ) ), array( array( $a, $b ), array() ) );
update_post_meta( $b, 'start', $day + 39600 );
check( 'a booking that was moved is in the way at once', array( booking_conflicts( $room, $day + 39600, $day + 43200 ), elsewhere( "booking_conflicts( '$room', $day + 39600, $day + 43200 )" ) ), array( array( $b ), array( $b ) ) );
update_post_meta( $b, 'room', "Moved $room" );
check( 'and in its new room', array( booking_conflicts( $room, $day + 39600, $day + 43200 ), booking_conflicts( "Moved $room", $day, $day + DAY_IN_SECONDS ) ), array( array(), array( $b ) ) );
check( 'cancelled once, and out of the way', array( booking_cancel( $b ), booking_cancel( $b ), booking_conflicts( "Moved $room", $day, $day + DAY_IN_SECONDS ) ), array( true, false, array() ) );
check( 'and back', array( booking_reinstate( $b ), booking_reinstate( $b ), booking_conflicts( "Moved $room", $day, $day + DAY_IN_SECONDS ) ), array( true, false, array( $b ) ) );
check( 'the day by status, latest first', array( booking_of_day( $day, array( 'requested', 'done' ) ), booking_of_day( $day, 'cancelled' ) ), array( array( $b, $a, $c ), array() ) );

check(
	'the card shows everything',
	array_diff_key( booking_card( $a ), array( 'start' => 0, 'end' => 0, 'room' => 0 ) ),
	array(
		'changes'  => '4',
		'extra'    => array( 'coffee', "a 'quoted' \\ one", 'coffee' ),
		'reminded' => '1',
		'status'   => 'done',
	)
);
check( 'a default, and a registered type', array( get_post_meta( $a, 'guests', true ), get_post_meta( $b, 'guests', true ), update_post_meta( $b, 'guests', '4 people' ) ), array( 1, '4', false ) );

$response = rest_do_request( new WP_REST_Request( 'POST', "/booking/v1/$c/confirm" ) )->get_data();
check( 'its route confirms', array( $response['said'], $response['card']['status'], rest_do_request( new WP_REST_Request( 'POST', "/booking/v1/$c/confirm" ) )->get_data()['said'] ), array( 'confirmed', 'confirmed', 'already confirmed' ) );
wp_set_current_user( 1 );
$request = new WP_REST_Request( 'POST', "/wp/v2/booking/$c" );
$request->set_body_params( array( 'meta' => array( 'guests' => 7 ) ) );
check( 'WordPress\'s own route writes a registered field', array( rest_do_request( $request )->get_data()['meta']['guests'], elsewhere( "get_post_meta( $c, 'guests', true )" ) ), array( 7, '7' ) );

wp_trash_post( $c );
check( 'a booking in the bin is in nobody\'s way', booking_conflicts( "Another $room", $day, $day + DAY_IN_SECONDS ), array() );
wp_delete_post( $c, true );
check( 'a deleted one has nothing left', array( get_post_meta( $c ), $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE post_id = %d", $c ) ) ), array( array(), '0' ) );

echo $ok ? "passed\n" : "FAILED\n";
exit( $ok ? 0 : 1 );
