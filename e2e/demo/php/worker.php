<?php
/**
 * One of several processes that update appointments as any plugin would. All walk the same seeded list of updates;
 * each makes those whose field falls to it. Prints what WordPress acknowledged.
 */

require __DIR__ . '/load.php';

list( , $type, $updates, $workers, $me ) = $argv;
$posts    = posts_of( $type );
$statuses = array( 'pending', 'confirmed', 'checked_in', 'in_progress', 'completed', 'cancelled', 'no_show' );
$answer   = array(
	'acknowledged' => 0,
	'failed'       => 0,
	'last'         => new stdClass(),
);
mt_srand( 2026 );
for ( $i = 0; $i < (int) $updates; $i++ ) {
	// Nine in ten fall on twenty busy appointments, the rest anywhere.
	$post = $posts[ mt_rand( 1, 10 ) > 1 ? mt_rand( 0, 19 ) : mt_rand( 0, count( $posts ) - 1 ) ];
	$kind = mt_rand( 1, 100 );
	$roll = mt_rand( 0, 1000000 );
	if ( $kind <= 60 ) {
		$key   = 'status';
		$value = $statuses[ $roll % 7 ];
	} elseif ( $kind <= 75 ) {
		$key   = 'room';
		$value = (string) ( 100 + $roll % 40 );
	} elseif ( $kind <= 90 ) {
		$key   = 'notes';
		$value = "Called back at $i; said \"it's fine\" \\ ça va 👍";
	} else {
		$key   = 'checklist';
		$value = array( 'insurance card', $roll % 2 ? 'consent form' : 'privacy form', "asked in call $i" );
	}
	if ( crc32( "$post:$key" ) % (int) $workers !== (int) $me ) {
		continue;
	}
	if ( get_post_meta( $post, $key, true ) === $value ) {
		$value = is_string( $value ) ? ( 'status' === $key ? $statuses[ ( $roll + 1 ) % 7 ] : $value . "\u{200A}" ) : array( "asked in call $i" );
	}
	if ( true === update_post_meta( $post, $key, wp_slash( $value ) ) ) {
		++$answer['acknowledged'];
		$answer['last']->{$post}         = $answer['last']->{$post} ?? new stdClass();
		$answer['last']->{$post}->{$key} = maybe_serialize( $value );
	} else {
		++$answer['failed'];
	}
}
echo json_encode( $answer );
