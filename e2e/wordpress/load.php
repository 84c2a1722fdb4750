<?php
/** WordPress as a cron script of another plugin would load it. */

declare( strict_types=1 );

define( 'DISABLE_WP_CRON', true );
$_SERVER['HTTP_HOST']       = 'localhost';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
require '/var/www/html/wp-load.php';
require __DIR__ . '/network.php';
