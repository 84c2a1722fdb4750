<?php
/**
 * Plugin Name: No updates in this container
 * Description: Nothing outside can be reached from here, so WordPress does not ask for updates: each question would put a warning into the log.
 *
 * A must-use plugin of the image, no part of the product.
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

remove_action( 'init', 'wp_schedule_update_checks' );
foreach ( array( 'core', 'plugins', 'themes' ) as $what ) {
	add_filter(
		"pre_site_transient_update_$what",
		static function () {
			return (object) array(
				'last_checked'    => time(),
				'version_checked' => $GLOBALS['wp_version'],
				'updates'         => array(),
				'response'        => array(),
				'no_update'       => array(),
				'checked'         => array(),
				'translations'    => array(),
			);
		}
	);
}
