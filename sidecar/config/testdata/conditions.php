<?php
if ( ! defined( 'DB_NAME' ) ) define( 'DB_NAME', 'guarded' );
if ( ! defined( 'DB_NAME' ) ) { define( 'DB_NAME', 'too late' ); }
defined( 'DB_USER' ) || define( 'DB_USER', 'by_or' );
defined( 'DB_USER' ) or define( 'DB_USER', 'too late' );
! defined( 'DB_PASSWORD' ) && define( 'DB_PASSWORD', 'by_and' );
if ( file_exists( __DIR__ . '/no-such-file.php' ) ) {
	define( 'DB_HOST', 'file' );
	include __DIR__ . '/no-such-file.php';
} elseif ( ! file_exists( dirname( __FILE__ ) . '/conditions.php' ) ) {
	define( 'DB_HOST', 'elseif' );
} else {
	define( 'DB_HOST', 'else' );
}
if ( defined( 'HOSPITAL_LISTEN' ) ):
	define( 'HOSPITAL_TOKEN', 'if' );
elseif ( true && ( false or ! defined( 'HOSPITAL_LISTEN' ) ) ):
	if ( false ) define( 'HOSPITAL_TOKEN', 'inner if' ); else define( 'HOSPITAL_TOKEN', 'colon form' );
else:
	define( 'HOSPITAL_TOKEN', 'else' );
endif;
if ( getenv( 'STAGING' ) ) {
	define( 'HOSPITAL_REDIS_HOST', 'staging' );
} else {
	define( 'HOSPITAL_REDIS_HOST', 'live' );
}
define( 'HOSPITAL_REDIS_PORT', 6380 );
if ( getenv( 'STAGING' ) ) {
	define( 'HOSPITAL_REDIS_PORT', 1 );
}
switch ( $_SERVER['HTTP_HOST'] ) {
	case 'a':
		define( 'HOSPITAL_REDIS_DB', 1 );
		break;
}
foreach ( array( 1 ) as $i ):
	define( 'HOSPITAL_REDIS_PREFIX', 'loop' );
endforeach;
function later() { define( 'HOSPITAL_LOG_LEVEL', 'debug' ); include 'not followed: it is not called'; }
if ( ! defined( 'ABSPATH' ) ) exit;
$table_prefix = 'x_';
if ( defined( 'WP_CLI' ) ) $table_prefix = 'cli_';
return;
define( 'HOSPITAL_MAX_OPS', 5 );
