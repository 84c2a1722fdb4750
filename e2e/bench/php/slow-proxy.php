<?php
/**
 * Stands between clients and a server, and holds back what clients say for as many milliseconds as a file says.
 *
 * Arguments: port to listen on, host:port of the server, file.
 */

declare( strict_types=1 );

list( , $port, $server, $file ) = $argv;
$listener = stream_socket_server( "tcp://127.0.0.1:$port" );
$pairs    = array(); // other end, by end
$streams  = array( (int) $listener => $listener );
$clients  = array();
$held     = array(); // due, end, bytes
while ( true ) {
	$read  = $streams;
	$write = null;
	$none  = null;
	$wait  = $held ? max( 0, (int) ( ( $held[0][0] - hrtime( true ) ) / 1000 ) ) : 1000000;
	stream_select( $read, $write, $none, intdiv( $wait, 1000000 ), $wait % 1000000 );
	foreach ( $read as $end ) {
		if ( ! isset( $streams[ (int) $end ] ) ) {
			continue; // Its other end was closed a moment ago.
		}
		if ( $end === $listener ) {
			$client = stream_socket_accept( $listener );
			$other  = stream_socket_client( "tcp://$server" );
			if ( ! is_resource( $client ) || ! is_resource( $other ) ) {
				continue;
			}
			foreach ( array( array( $client, $other ), array( $other, $client ) ) as list( $one, $two ) ) {
				stream_set_blocking( $one, false );
				stream_set_read_buffer( $one, 0 );
				$pairs[ (int) $one ]   = $two;
				$streams[ (int) $one ] = $one;
			}
			$clients[ (int) $client ] = true;
			continue;
		}
		$bytes = fread( $end, 65536 );
		if ( ( '' === $bytes || false === $bytes ) && feof( $end ) ) {
			$other = $pairs[ (int) $end ] ?? null;
			foreach ( array_filter( array( $end, $other ) ) as $gone ) {
				unset( $streams[ (int) $gone ], $pairs[ (int) $gone ], $clients[ (int) $gone ] );
				fclose( $gone );
			}
			continue;
		}
		$delay  = isset( $clients[ (int) $end ] ) ? (int) file_get_contents( $file ) : 0;
		$held[] = array( hrtime( true ) + $delay * 1000000, $pairs[ (int) $end ], $bytes );
	}
	usort( $held, static fn( array $a, array $b ): int => $a[0] <=> $b[0] );
	while ( $held && $held[0][0] <= hrtime( true ) ) {
		list( , $to, $bytes ) = array_shift( $held );
		if ( is_resource( $to ) ) {
			stream_set_blocking( $to, true );
			fwrite( $to, $bytes );
			stream_set_blocking( $to, false );
		}
	}
}
