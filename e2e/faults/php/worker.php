<?php
/**
 * A PHP worker: answers one line of JSON for each line it is given. Each operation is a request of its own: a process
 * forked off a WordPress that is loaded and has touched nothing, with a connection to the database of its own.
 *
 * Argument: where the sidecar is, if not where wp-config.php says, as for a second web server.
 */

declare( strict_types=1 );

error_reporting( E_ALL & ~E_WARNING ); // wp-config.php defines the address again.
if ( isset( $argv[1] ) ) {
	define( 'HOSPITAL_SIDECAR_ADDRESS', $argv[1] );
}
require '/e2e/wordpress/load.php';
error_reporting( E_ALL );
$wpdb->close();

/** What the child does and says; it never returns. */
function answer_in_child( array $op, $parent ): void {
	global $wpdb;
	ob_start( static fn() => '' ); // What WordPress prints when it dies is no answer.
	if ( ! $wpdb->db_connect( false ) ) {
		fwrite( $parent, '{"refused":true,"error":"no database"}' );
	} else {
		fwrite( $parent, json_encode( faults_op( $op['do'], $op['post'], $op['key'] ?? '', $op['value'] ?? '' ) ) );
	}
	fclose( $parent );
	exit( 0 );
}

/** Waits for the child's answer, or kills it when its time is up. */
function hear_child( int $child, $end, int $kill_after ): array {
	$text  = '';
	$until = hrtime( true ) + ( $kill_after > 0 ? $kill_after * 1000 : 30000000000 );
	while ( ! feof( $end ) ) {
		$left  = max( 0, $until - hrtime( true ) );
		$ready = array( $end );
		$none  = null;
		if ( 0 === stream_select( $ready, $none, $none, (int) ( $left / 1000000000 ), (int) ( $left % 1000000000 / 1000 ) ) ) {
			posix_kill( $child, SIGKILL );
			pcntl_waitpid( $child, $status );
			return array( 'killed' => true );
		}
		$text .= (string) fread( $end, 65536 );
	}
	pcntl_waitpid( $child, $status );
	return json_decode( $text, true ) ?? array( 'error' => 'the process ended without an answer: ' . $text );
}

echo "ready\n";
while ( false !== ( $line = fgets( STDIN ) ) ) {
	$op = json_decode( $line, true );
	list( $mine, $its ) = stream_socket_pair( STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0 );
	$child = pcntl_fork();
	if ( 0 === $child ) {
		fclose( $mine );
		answer_in_child( $op, $its );
	}
	fclose( $its );
	echo json_encode( array( 'id' => $op['id'] ) + hear_child( $child, $mine, $op['kill_after'] ?? 0 ) ), "\n";
	fclose( $mine );
}
