<?php
/**
 * Updates posts that were read before, all of them at once. Prints the nanoseconds of each. However long reading took,
 * the updates of a block begin 250 ms after it: what is idle for longer answers slower at first.
 * Plan: ours, blocks, count.
 */

declare( strict_types=1 );

require __DIR__ . '/load.php';

$plan = bench_plan();
$took = array();
update_post_meta( $plan['ours'], 'status', 'warm ' . hrtime( true ) );
for ( $block = 0; $block < $plan['blocks']; $block++ ) {
	$posts = range( $plan['ours'] + 1 + $block * $plan['count'], $plan['ours'] + ( $block + 1 ) * $plan['count'] );
	$read  = hrtime( true );
	_prime_post_caches( $posts, false, true );
	usleep( max( 0, 250000 - intdiv( hrtime( true ) - $read, 1000 ) ) );
	foreach ( $posts as $post ) {
		$began  = hrtime( true );
		$done   = update_post_meta( $post, 'status', "primed $began" );
		$took[] = hrtime( true ) - $began;
		bench_must( true === $done, "update of $post" );
	}
}
echo json_encode( $took );
