<?php
/** Prints wp_postmeta of a post type as MySQL has it, past every cache and filter. */

require __DIR__ . '/load.php';

$rows  = array();
$found = $wpdb->get_results( $wpdb->prepare( "SELECT post_id, meta_key, meta_value FROM $wpdb->postmeta JOIN $wpdb->posts ON ID = post_id WHERE post_type = %s ORDER BY meta_id", $argv[1] ) );
foreach ( $found as $row ) {
	$rows[ $row->post_id ][ $row->meta_key ][] = $row->meta_value;
}
echo json_encode( $rows );
