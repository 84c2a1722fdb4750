<?php
/**
 * The other end of Process: loads WordPress as told, runs the code and prints what it returned.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

if ( 'cli' !== PHP_SAPI ) {
	exit( 1 );
}

$hospital_order = unserialize( (string) stream_get_contents( STDIN ), array( 'allowed_classes' => false ) );
foreach ( $hospital_order['constants'] as $hospital_name => $hospital_value ) {
	define( $hospital_name, $hospital_value );
}
$_SERVER['HTTP_HOST']      = 'localhost';
$_SERVER['SERVER_NAME']    = 'localhost';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI']    = '/';
$_SERVER['REMOTE_ADDR']    = '127.0.0.1';
if ( ! $hospital_order['active'] ) {
	// WordPress takes hooks that were there before it.
	$hospital_none = array(
		10 => array(
			array(
				'function'      => static function (): array {
					return array();
				},
				'accepted_args' => 1,
			),
		),
	);
	$wp_filter     = array(
		'pre_option_active_plugins'                => $hospital_none,
		'pre_site_option_active_sitewide_plugins' => $hospital_none,
	);
}
require_once '/var/www/html/wp-load.php';

$hospital_run = static function ( array $arguments ) use ( $hospital_order ) {
	return eval( 'namespace Hospital\Appointments_Redis; ' . $hospital_order['code'] ); // phpcs:ignore Squiz.PHP.Eval -- the test's own text.
};
$hospital_out = $hospital_run( $hospital_order['arguments'] );
echo "\n" . json_encode( array( 'outcome' => $hospital_out ), JSON_INVALID_UTF8_SUBSTITUTE ) . "\n";
