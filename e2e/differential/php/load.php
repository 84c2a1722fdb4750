<?php
/** Loads WordPress once, as an administrator's process, with the types and everything of the tester. */

declare(strict_types=1);

namespace Hospital\Differential;

// What goes wrong is said on standard error, and ends the run.
error_reporting( E_ALL );
ini_set( 'display_errors', 'stderr' );
ini_set( 'log_errors', '0' );
ini_set( 'memory_limit', '-1' ); // Several values of a megabyte, each by every reader.
define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
// A machine that is busy is slow, which is no difference.
define( 'HOSPITAL_SIDECAR_TIMEOUT_MS', 2000 );
define( 'HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS', 1000 );
require '/e2e/wordpress/load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

foreach ( array( 'Heard', 'Side' ) as $file ) {
	require WP_PLUGIN_DIR . "/hospital-appointments-redis/tests/$file.php";
}
foreach ( array( 'Values', 'Draw', 'Operations', 'Home', 'Elsewhere', 'Siblings', 'Request', 'Difference', 'OtherProcess', 'Listeners', 'Sequence', 'Pair', 'Player', 'Shrinker', 'Console', 'Breakages' ) as $file ) {
	require __DIR__ . "/$file.php";
}
require __DIR__ . '/types.php';

wp_set_current_user( 1 );
$GLOBALS['wpdb']->suppress_errors(); // What MySQL refuses is drawn too.
Request::learn();
