<?php
/** WordPress as another plugin's cron script would load it: no web server, no call of ours. */

declare( strict_types=1 );

define( 'DISABLE_WP_CRON', true ); // The job's commits are counted; WP-Cron's are not the job's.
$_SERVER['HTTP_HOST']       = 'localhost';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
require '/var/www/html/wp-load.php';

/** The posts of a type, by id. */
function posts_of( string $type ): array {
	global $wpdb;
	return array_map( 'intval', $wpdb->get_col( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_type = %s ORDER BY ID", $type ) ) );
}
