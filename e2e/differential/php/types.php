<?php
/** Two post types alike in everything, but that nobody offloads one of them; and metadata registered for both. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Tests\Side;

add_post_type_support( Post_Types::APPOINTMENT, array( 'revisions', 'editor', 'autosave', 'author' ) );
register_post_type(
	Side::NATIVE,
	array(
		'public'                => false,
		'show_ui'               => true,
		'show_in_rest'          => true,
		'rest_controller_class' => get_post_type_object( Post_Types::APPOINTMENT )->rest_controller_class,
		'supports'              => array_keys( get_all_post_type_supports( Post_Types::APPOINTMENT ) ),
		'capability_type'       => 'post',
		'map_meta_cap'          => true,
		'has_archive'           => false,
		'rewrite'               => false,
		'query_var'             => false,
		'delete_with_user'      => false,
	)
);

// In the same order as the other's, which REST shows.
foreach ( get_registered_meta_keys( 'post', Post_Types::APPOINTMENT ) as $key => $arguments ) {
	register_post_meta( Side::NATIVE, $key, $arguments );
}

// For any post.
register_meta(
	'post',
	'clinic_upper',
	array(
		'type'              => 'string',
		'single'            => true,
		'show_in_rest'      => true,
		'sanitize_callback' => static function ( $value ) {
			return is_string( $value ) ? strtoupper( $value ) : $value;
		},
	)
);

$registered = array(
	'clinic_default' => array( 'type' => 'string', 'single' => true, 'default' => 'by default', 'show_in_rest' => true ),
	'clinic_many'    => array( 'type' => 'string', 'single' => false, 'default' => 'one of many', 'show_in_rest' => true ),
	'clinic_typed'   => array( 'type' => 'integer', 'single' => true, 'show_in_rest' => true, 'sanitize_callback' => static function ( $value ) {
		return is_scalar( $value ) ? (int) $value : 0;
	} ),
	'clinic_revised' => array( 'type' => 'string', 'single' => true, 'show_in_rest' => true, 'revisions_enabled' => true ),
);
foreach ( array( Side::NATIVE, Post_Types::APPOINTMENT ) as $type ) {
	foreach ( $registered as $key => $arguments ) {
		register_post_meta( $type, $key, $arguments );
	}
}
