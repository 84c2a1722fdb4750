<?php
/** Updates posts that were read before, all of them at once. Prints the nanoseconds of each. Plan: ours, blocks, count. */

declare( strict_types=1 );

require __DIR__ . '/load.php';

$plan = bench_plan();
$took = array();
update_post_meta( $plan['ours'], 'status', 'warm ' . hrtime( true ) );
for ( $block = 0; $block < $plan['blocks']; $block++ ) {
	$posts = range( $plan['ours'] + 1 + $block * $plan['count'], $plan['ours'] + ( $block + 1 ) * $plan['count'] );
	_prime_post_caches( $posts, false, true );
	foreach ( $posts as $post ) {
		$began  = hrtime( true );
		$done   = update_post_meta( $post, 'status', "primed $began" );
		$took[] = hrtime( true ) - $began;
		bench_must( true === $done, "update of $post" );
	}
}
echo json_encode( $took );
