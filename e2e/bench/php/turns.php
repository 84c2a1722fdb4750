<?php
/**
 * Contenders take turns in one PHP process: native, ours, guide, and the bare parts of ours (bare.php). Prints the nanoseconds that each step took, by contender, and the largest
 * number of calls of the sidecar that a step of ours made.
 *
 * Plan: what ("field", "eight", "eight_in_one_call"), read (whether each post was read before), blocks, count (steps of
 * a block), native and ours: the first of the posts that this process has to itself, one for each step and one more.
 */

declare( strict_types=1 );

require __DIR__ . '/load.php';
require __DIR__ . '/guide.php';
require __DIR__ . '/bare.php';

$plan = bench_plan();
$bare = new Bare_Parts();
$step = array(
	'field'             => array(
		'native' => static fn( int $post, int $n ) => update_post_meta( $post, 'status', "confirmed-$n" ),
		'ours'   => static fn( int $post, int $n ) => update_post_meta( $post, 'status', "confirmed-$n" ),
		'guide'  => static fn( int $post, int $n ) => Guide_Manager::get_instance()->update_appointment_metadata_field( (string) $post, 'status', "confirmed-$n" ),
		'bare'   => static fn( int $post, int $n ) => $bare->write( $post, array( 'status' => "confirmed-$n" ) ),
	),
	'eight'             => array(
		'native' => 'bench_update_each',
		'ours'   => 'bench_update_each',
		'guide'  => static function ( int $post, int $n ): bool {
			foreach ( bench_eight( $n ) as $key => $value ) {
				$done = Guide_Manager::get_instance()->update_appointment_metadata_field( (string) $post, $key, $value );
			}
			return $done;
		},
		'bare'   => static function ( int $post, int $n ) use ( $bare ): bool {
			foreach ( bench_eight( $n ) as $key => $value ) {
				$done = $bare->write( $post, array( $key => $value ) );
			}
			return $done;
		},
	),
	'eight_in_one_call' => array(
		'native' => 'bench_update_each',
		'ours'   => static fn( int $post, int $n ) => Hospital_Appointments_Redis_Manager::get_instance()->set_appointment_metadata( (string) $post, bench_eight( $n ) ),
		'guide'  => static fn( int $post, int $n ) => Guide_Manager::get_instance()->set_appointment_metadata( (string) $post, bench_eight( $n ) ),
		'bare'   => static fn( int $post, int $n ) => $bare->write( $post, bench_eight( $n ) ),
	),
)[ $plan['what'] ];

function bench_update_each( int $post, int $n ): bool {
	foreach ( bench_eight( $n ) as $key => $value ) {
		$done = update_post_meta( $post, $key, $value );
		bench_must( true === $done, "update of $key" );
	}
	return $done;
}

// What each needs before: connections, code, and for the guide its copy of the appointment.
$last  = $plan['blocks'] * $plan['count'];
$posts = array(
	'native' => range( $plan['native'], $plan['native'] + $last ),
	'ours'   => range( $plan['ours'], $plan['ours'] + $last ),
	'guide'  => range( $plan['ours'], $plan['ours'] + $last ),
	'bare'   => range( $plan['ours'], $plan['ours'] + $last ),
);
foreach ( $step as $contender => $do ) {
	$do( array_pop( $posts[ $contender ] ), 900000 + getmypid() );
}
foreach ( $posts['guide'] as $post ) {
	Guide_Manager::get_instance()->set_appointment_metadata( (string) $post, bench_eight( 0 ) );
}

$took  = array( 'native' => array(), 'ours' => array(), 'guide' => array(), 'bare' => array() );
$order = array_keys( $took );
$calls = 0;
for ( $block = 0; $block < $plan['blocks']; $block++ ) {
	foreach ( $order as $contender ) {
		for ( $i = 0; $i < $plan['count']; $i++ ) {
			$post = $posts[ $contender ][ $block * $plan['count'] + $i ];
			if ( $plan['read'] && in_array( $contender, array( 'native', 'ours' ), true ) ) {
				get_post_meta( $post, 'status', true );
			}
			$called               = Hospital\Appointments_Redis\Sidecar::$calls;
			$n                    = hrtime( true );
			$done                 = $step[ $contender ]( $post, $n );
			$took[ $contender ][] = hrtime( true ) - $n;
			$calls                = max( $calls, Hospital\Appointments_Redis\Sidecar::$calls - $called );
			bench_must( true === $done, "$contender: step $i of {$plan['what']}" );
		}
		if ( 'ours' === $contender ) {
			Hospital\Appointments_Redis\Barrier::all( true ); // Whose turn is next does not pay for this sync.
		}
	}
	$order[] = array_shift( $order );
}
Guide_Manager::get_instance()->get_redis_client()->flushDB();
echo json_encode( array( 'took' => $took, 'calls' => $calls ) );
