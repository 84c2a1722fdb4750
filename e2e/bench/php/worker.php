<?php
/**
 * Processes that update appointments side by side, each a WordPress of its own. Prints how many updates were acknowledged,
 * how long it took, and when each was: milliseconds, post, key.
 *
 * Plan: workers, first and count (of posts), hot (of ten updates, nine fall on so many posts; 0: evenly), rate (a second,
 * all together; 0: as fast as they can), seconds.
 */

declare( strict_types=1 );

$plan  = json_decode( $argv[1], true );
$start = hrtime( true ) + 2000000000; // when all have loaded WordPress
$files = array();
for ( $me = 0; $me < $plan['workers']; $me++ ) {
	$files[ $me ] = tempnam( sys_get_temp_dir(), 'bench' );
	if ( 0 === pcntl_fork() ) {
		require __DIR__ . '/load.php';
		file_put_contents( $files[ $me ], json_encode( bench_work( $plan, $me, $start ) ) );
		exit( 0 );
	}
}
$failed = 0;
while ( pcntl_wait( $status ) > 0 ) {
	$failed += pcntl_wexitstatus( $status );
}
if ( $failed > 0 ) {
	exit( 1 ); // They have said why.
}
$all = array( 'updates' => 0, 'seconds' => 0, 'log' => array() );
foreach ( $files as $file ) {
	$one            = json_decode( (string) file_get_contents( $file ), true );
	$all['updates'] += $one['updates'];
	$all['seconds']  = max( $all['seconds'], $one['seconds'] );
	$all['log']      = array_merge( $all['log'], $one['log'] );
	unlink( $file );
}
echo json_encode( $all );

function bench_work( array $plan, int $me, int $start ): array {
	mt_srand( 2026 + $me );
	$log = array();
	$end = $start + (int) ( $plan['seconds'] * 1e9 );
	$gap = $plan['rate'] > 0 ? 1e9 * $plan['workers'] / $plan['rate'] : 0;
	for ( $n = 0; ; $n++ ) {
		$due = $start + (int) ( ( $n + $me / $plan['workers'] ) * $gap );
		$now = hrtime( true );
		if ( $due > $now ) {
			usleep( intdiv( $due - $now, 1000 ) );
		}
		if ( max( $due, hrtime( true ) ) >= $end ) {
			break;
		}
		// A worker's share of the posts is its own, so that no two meet in a field.
		$hot  = $plan['hot'] > 0 && mt_rand( 1, 10 ) > 1;
		$of   = intdiv( $hot ? $plan['hot'] : $plan['count'], $plan['workers'] );
		$post = $plan['first'] + mt_rand( 0, $of - 1 ) * $plan['workers'] + $me;
		$key  = array( 'status', 'status', 'status', 'room', 'notes' )[ mt_rand( 0, 4 ) ];
		bench_must( true === update_post_meta( $post, $key, "$key $start $n" ), "update $n of $post" );
		$log[] = array( (int) ( ( hrtime( true ) - $start ) / 1e6 ), $post, $key );
	}
	return array( 'updates' => count( $log ), 'seconds' => ( hrtime( true ) - $start ) / 1e9, 'log' => $log );
}
