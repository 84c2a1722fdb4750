<?php
/**
 * Where the time of an update goes in PHP: calls and microseconds of each function that the plugin calls, SQL queries and
 * calls of the sidecar, per update. The plugin's code says `curl_exec()`, not `\curl_exec()`; so a function of that name
 * in its namespace is called in its place, and counts.
 *
 * Plan: ours and native, the first of as many posts as count.
 */

declare( strict_types=1 );

namespace Hospital\Appointments_Redis {

	/** Calls and nanoseconds by name. */
	final class Bench_Profile {
		public static array $calls = array();
		public static array $time  = array();

		public static function timed( string $name, array $arguments, ?\Closure $instead = null ) {
			$began  = \hrtime( true );
			$result = ( $instead ?? $name )( ...$arguments );

			self::$time[ $name ]  = ( self::$time[ $name ] ?? 0 ) + \hrtime( true ) - $began;
			self::$calls[ $name ] = ( self::$calls[ $name ] ?? 0 ) + 1;
			return $result;
		}
	}

	/** This one takes its arguments by reference. */
	function stream_select( ?array &$read, ?array &$write, ?array &$other, ?int $seconds, ?int $microseconds = null ) {
		return Bench_Profile::timed(
			'waiting (stream_select)',
			array(),
			static function () use ( &$read, &$write, &$other, $seconds, $microseconds ) {
				return \stream_select( $read, $write, $other, $seconds, $microseconds );
			}
		);
	}

	foreach ( array(
		'fwrite', 'fread', 'stream_get_meta_data', 'json_encode', 'json_decode', 'random_bytes',
		'apcu_fetch', 'apcu_enabled', 'wp_cache_get', 'wp_cache_set', 'wp_cache_set_multiple', 'get_post_type', 'get_option', 'maybe_serialize',
		'do_action', 'apply_filters', 'get_current_blog_id', 'is_multisite',
	) as $each ) {
		eval( "namespace Hospital\Appointments_Redis; function $each( ...\$arguments ) { return Bench_Profile::timed( '\\\\$each', \$arguments ); }" );
	}
}

namespace {
	require __DIR__ . '/load.php';

	/** What one kind of update costs. */
	function bench_profile( string $what, int $first, int $count, bool $read ): void {
		global $wpdb;
		for ( $post = $first; $post < $first + $count; $post++ ) {
			get_post( $post );
			if ( $read ) {
				get_post_meta( $post, 'status', true );
			}
			$queries  = $wpdb->num_queries;
			$sidecar  = Hospital\Appointments_Redis\Sidecar::$calls;
			$before   = array( Hospital\Appointments_Redis\Bench_Profile::$calls, Hospital\Appointments_Redis\Bench_Profile::$time );
			$began    = hrtime( true );
			$done     = update_post_meta( $post, 'status', "profiled-$began" );
			$total[]  = hrtime( true ) - $began;
			$sql[]    = $wpdb->num_queries - $queries;
			$calls[]  = Hospital\Appointments_Redis\Sidecar::$calls - $sidecar;
			bench_must( true === $done, "update $post" );
			foreach ( Hospital\Appointments_Redis\Bench_Profile::$calls as $name => $n ) {
				$parts[ $name ][0][] = $n - ( $before[0][ $name ] ?? 0 );
				$parts[ $name ][1][] = Hospital\Appointments_Redis\Bench_Profile::$time[ $name ] - ( $before[1][ $name ] ?? 0 );
			}
		}
		$median = static function ( array $values ): float {
			sort( $values );
			return (float) $values[ intdiv( count( $values ), 2 ) ];
		};
		printf( "\n%s: %.0f us, %.0f SQL queries, %.0f calls of the sidecar\n", $what, $median( $total ) / 1e3, $median( $sql ), $median( $calls ) );
		uasort( $parts, static fn( array $a, array $b ): int => $median( $b[1] ) <=> $median( $a[1] ) );
		foreach ( $parts as $name => $part ) {
			if ( $median( $part[0] ) > 0 ) {
				printf( "  %-24s %3.0f calls %8.1f us\n", $name, $median( $part[0] ), $median( $part[1] ) / 1e3 );
			}
		}
	}

	$plan = bench_plan();
	bench_profile( 'native, post read', $plan['native'], $plan['count'], true );
	bench_profile( 'native, post not read', $plan['native'] + $plan['count'], $plan['count'], false );
	bench_profile( 'ours, post read', $plan['ours'], $plan['count'], true );
	bench_profile( 'ours, post not read', $plan['ours'] + $plan['count'], $plan['count'], false );
}
