<?php
/**
 * Loads the WordPress of the container, and the native twin of the appointment type.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Post_Types;

// What the web server would say.
$_SERVER = array(
	'HTTP_HOST'       => 'localhost',
	'SERVER_NAME'     => 'localhost',
	'SERVER_PROTOCOL' => 'HTTP/1.1',
	'REQUEST_METHOD'  => 'GET',
	'REQUEST_URI'     => '/',
	'REMOTE_ADDR'     => '127.0.0.1',
) + $_SERVER;

// A busy machine is slow, which is no outage. What is measured is, by processes of their own, with the defaults.
define( 'HOSPITAL_SIDECAR_TIMEOUT_MS', 3000 );
define( 'HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS', 1000 );

foreach ( array( 'ClinicTestCase', 'Heard', 'Side', 'Twin', 'Process', 'NumbersAsKeys' ) as $hospital_file ) {
	require_once __DIR__ . "/$hospital_file.php";
}

require_once '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';

if ( ! class_exists( Post_Types::class ) ) {
	fwrite( STDERR, "The plugin is not active in this WordPress.\n" );
	exit( 1 );
}

// The same type, with the same registered metadata, that the plugin knows nothing of.
register_post_type( Side::NATIVE, array( 'supports' => array( 'title', 'custom-fields' ) ) );
foreach ( get_registered_meta_keys( 'post', Post_Types::APPOINTMENT ) as $hospital_key => $hospital_arguments ) {
	register_post_meta( Side::NATIVE, $hospital_key, $hospital_arguments );
}
