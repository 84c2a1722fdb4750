<?php
/** Brings everything acknowledged so far into wp_postmeta, as a meta query does on its way. */

require __DIR__ . '/load.php';

new WP_Query(
	array(
		'post_type'  => 'hospital_appointment',
		'meta_key'   => 'status',
		'meta_value' => 'confirmed',
		'fields'     => 'ids',
	)
);
