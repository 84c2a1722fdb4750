<?php
/** WordPress as a cron script would load it: no web server. BENCH_ADDRESS says where the sidecar is. */

declare( strict_types=1 );

if ( '' !== (string) getenv( 'BENCH_ADDRESS' ) ) {
	define( 'HOSPITAL_SIDECAR_ADDRESS', getenv( 'BENCH_ADDRESS' ) );
}
if ( '' !== (string) getenv( 'BENCH_DB_HOST' ) ) {
	define( 'DB_HOST', getenv( 'BENCH_DB_HOST' ) ); // the first definition counts
	set_error_handler( static fn( int $level, string $text ): bool => false !== strpos( $text, 'DB_HOST already defined' ) );
}
$_SERVER['HTTP_HOST']       = 'localhost';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
require '/var/www/html/wp-load.php';

/** What the bench wants of this process. */
function bench_plan(): array {
	return json_decode( $GLOBALS['argv'][1], true );
}

/** The eight fields of an appointment, new ones for each n. */
function bench_eight( int $n ): array {
	return array(
		'status'      => "confirmed-$n",
		'patient_ref' => sprintf( 'P-%06d', $n ),
		'doctor_id'   => (string) ( 100 + $n ),
		'room'        => "room $n",
		'start'       => "2026-12-01T08:00:$n",
		'end'         => "2026-12-01T08:15:$n",
		'notes'       => "Prefers mornings; called $n times",
		'checklist'   => array( 'insurance card', "consent form $n" ),
	);
}

/** Fails the process, and with it the bench. */
function bench_must( bool $so, string $what ): void {
	if ( ! $so ) {
		fwrite( STDERR, "$what\n" );
		exit( 1 );
	}
}
