<?php
/** What an administrator of a network does, and code that works on several of its sites. */

declare( strict_types=1 );

/** Makes a site; its id. */
function clinic_site( string $name ): int {
	add_filter( 'send_new_site_email', '__return_false' );
	$site = wpmu_create_blog( 'localhost', "/$name/", $name, 1 );
	if ( is_wp_error( $site ) ) {
		throw new RuntimeException( $site->get_error_message() );
	}
	return $site;
}

/** Marks a site as deleted, which keeps its tables. */
function clinic_mark_site_deleted( int $site ): bool {
	require_once ABSPATH . 'wp-admin/includes/admin.php';
	wpmu_delete_blog( $site );
	return '1' === get_site( $site )->deleted;
}

/** Deletes a site for good. Unseen: as in a process that has not loaded the plugin. */
function clinic_delete_site( int $site, bool $unseen = false ): bool {
	require_once ABSPATH . 'wp-admin/includes/admin.php';
	if ( $unseen ) {
		remove_action( 'wp_uninitialize_site', array( 'Hospital\Appointments_Redis\Network', 'leave' ), 5 );
		remove_action( 'wp_delete_site', array( 'Hospital\Appointments_Redis\Network', 'forget' ) );
	}
	wpmu_delete_blog( $site, true );
	return null === get_site( $site );
}

/** Calls a function on another site of the network. */
function clinic_on( int $site, string $function, ...$arguments ) {
	switch_to_blog( $site );
	$value = $function( ...$arguments );
	restore_current_blog();
	return $value;
}

/** Activates or deactivates the plugin: on one site, or with 0 in the network. */
function clinic_plugin_on( int $site, string $plugin, bool $active ): bool {
	if ( 0 === $site ) {
		return clinic_plugin( $plugin, $active );
	}
	require_once ABSPATH . 'wp-admin/includes/plugin.php';
	switch_to_blog( $site );
	if ( $active ) {
		$done = null === activate_plugin( $plugin );
	} else {
		deactivate_plugins( $plugin, false, false );
		$done = ! in_array( $plugin, get_option( 'active_plugins' ), true );
	}
	restore_current_blog();
	return $done;
}
