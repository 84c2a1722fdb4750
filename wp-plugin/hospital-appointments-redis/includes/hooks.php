<?php
/**
 * All hooks of the plugin.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

// Activation, upgrade, sites that come and go in a network.
register_activation_hook( FILE, array( Lifecycle::class, 'activate' ) );
register_deactivation_hook( FILE, array( Lifecycle::class, 'deactivate' ) );
add_action( 'init', array( Lifecycle::class, 'ensure' ), 1 );
add_action( 'wp_initialize_site', array( Network::class, 'join' ), 20 ); // Core makes the tables at 10,
add_action( 'wp_uninitialize_site', array( Network::class, 'leave' ), 5 ); // and drops them at 10.
add_action( 'wp_delete_site', array( Network::class, 'forget' ) );
add_filter( 'upgrader_pre_install', array( Upgrade::class, 'before' ), 5, 2 ); // Core deactivates silently at 10.
Neighbours::hook_last( 'upgrader_source_selection', array( Upgrade::class, 'replaced' ), 4 );
add_action( 'upgrader_process_complete', array( Upgrade::class, 'after' ) );

// Reading. Last of all, so that who answers instead of the database is left alone.
Neighbours::hook_last( 'update_post_metadata_cache', array( Reader::class, 'prime' ), 2 );
Neighbours::hook_last( 'get_post_metadata', array( Reader::class, 'get' ), 3 );
Neighbours::hook_last( 'get_post_metadata_by_mid', array( Reader::class, 'by_mid' ), 2 );

// Writing. Last of all, for the same reason.
Neighbours::hook_last( 'update_post_metadata', array( Writer::class, 'update' ), 5 );
Neighbours::hook_last( 'add_post_metadata', array( Writer::class, 'add' ), 5 );
Neighbours::hook_last( 'delete_post_metadata', array( Writer::class, 'delete' ), 5 );
Neighbours::hook_last( 'update_post_metadata_by_mid', array( Writer::class, 'update_by_mid' ), 4 );
Neighbours::hook_last( 'delete_post_metadata_by_mid', array( Writer::class, 'delete_by_mid' ), 2 );
foreach ( array( 'add_post_meta', 'update_post_meta', 'delete_post_meta' ) as $hospital_writing ) {
	add_action( $hospital_writing, array( Neighbours::class, 'heed' ), 10, 3 );
}
foreach ( array( 'added_post_meta', 'updated_post_meta', 'deleted_post_meta' ) as $hospital_written ) {
	add_action( $hospital_written, array( Posts::class, 'written' ), PHP_INT_MIN, 2 );
}

// What must be known of others: their transactions, the posts they insert, change and delete.
Neighbours::hook_last( 'query', array( Transaction::class, 'watch' ) );
add_action( 'clean_post_cache', array( Posts::class, 'reconsider' ) );
Neighbours::hook_last( 'pre_post_update', array( Type_Change::class, 'before' ), 2 );
add_action( 'clean_post_cache', array( Type_Change::class, 'after' ) );
Neighbours::hook_last( 'before_delete_post', array( Deletion::class, 'before' ) );
Neighbours::hook_last( 'delete_attachment', array( Deletion::class, 'before' ) );
add_action( 'added_post_meta', array( Deletion::class, 'added' ), PHP_INT_MIN, 2 );
add_action( 'added_post_meta', array( Core_Meta::class, 'added' ), PHP_INT_MIN );
add_action( 'deleted_post', array( Deletion::class, 'after' ) );

// Before core reads rows by SQL.
Neighbours::hook_last( 'get_meta_sql', array( Barrier::class, 'meta_sql' ), 6 );
add_action( 'export_wp', array( Barrier::class, 'export' ) );
add_filter( 'wxr_export_calculate_post_ids', array( Barrier::class, 'export' ) );
add_action( 'xmlrpc_call', array( Barrier::class, 'xmlrpc' ) );
add_filter( 'postmeta_form_keys', array( Barrier::class, 'form_keys' ) );
add_action( 'http_api_debug', array( Barrier::class, 'lapse' ), 10, 0 );
add_action( 'load-post.php', array( Barrier::class, 'edit_form' ) );
add_action( 'wp_ajax_add-meta', array( Barrier::class, 'edit_form' ), 0 );
add_action( 'add_meta_boxes', array( Barrier::class, 'edit_screen' ), PHP_INT_MIN, 2 );

// What came past WordPress and was synced.
add_action( 'rest_api_init', array( Synced::class, 'register' ) );

// The watchdog.
add_filter( 'cron_schedules', array( Health::class, 'schedules' ) ); // phpcs:ignore WordPress.WP.CronInterval
add_action( Health::CRON, array( Health::class, 'sync' ) );

// The post types and their screens.
add_action( 'init', array( Post_Types::class, 'register' ) );
Neighbours::hook_last( 'rest_user_query', array( Staff_Users::class, 'query' ) );
add_filter( 'get_usernumposts', array( Staff_Users::class, 'count' ), 10, 4 );
add_filter( 'use_block_editor_for_post_type', array( Post_Types::class, 'use_block_editor' ), 10, 2 );
add_filter( 'post_updated_messages', array( Post_Types::class, 'messages' ) );
add_filter( 'bulk_post_updated_messages', array( Post_Types::class, 'bulk_messages' ), 10, 2 );
add_action( 'add_meta_boxes_' . Post_Types::APPOINTMENT, array( Meta_Box::class, 'add_appointment' ) );
add_action( 'add_meta_boxes_' . Post_Types::DOCTOR, array( Meta_Box::class, 'add_doctor' ) );
add_action( 'save_post_' . Post_Types::APPOINTMENT, array( Meta_Box::class, 'save' ) );
add_action( 'save_post_' . Post_Types::DOCTOR, array( Meta_Box::class, 'save' ) );
add_action( 'load-post.php', array( Meta_Box::class, 'leave_untouched_rows' ) );
add_filter( 'manage_' . Post_Types::APPOINTMENT . '_posts_columns', array( List_Table::class, 'columns' ) );
add_filter( 'manage_edit-' . Post_Types::APPOINTMENT . '_sortable_columns', array( List_Table::class, 'sortable' ) );
add_action( 'manage_' . Post_Types::APPOINTMENT . '_posts_custom_column', array( List_Table::class, 'cell' ), 10, 2 );
add_filter( 'manage_' . Post_Types::DOCTOR . '_posts_columns', array( List_Table::class, 'doctor_columns' ) );
add_action( 'manage_' . Post_Types::DOCTOR . '_posts_custom_column', array( List_Table::class, 'doctor_cell' ), 10, 2 );
add_action( 'restrict_manage_posts', array( List_Table::class, 'filter' ) );
add_action( 'pre_get_posts', array( List_Table::class, 'query' ) );
add_filter( 'post_row_actions', array( Status_Actions::class, 'row' ), 10, 2 );
add_action( 'admin_post_' . Status_Actions::ACTION, array( Status_Actions::class, 'handle' ) );
add_filter( 'bulk_actions-edit-' . Post_Types::APPOINTMENT, array( Status_Actions::class, 'bulk' ) );
add_filter( 'handle_bulk_actions-edit-' . Post_Types::APPOINTMENT, array( Status_Actions::class, 'handle_bulk' ), 10, 3 );
add_action( 'admin_notices', array( Status_Actions::class, 'notice' ) );
add_filter( 'removable_query_args', array( Status_Actions::class, 'removable' ) );
add_action( 'admin_post_' . Dead_Letters::ACTION, array( Dead_Letters::class, 'handle' ) );
add_action( 'admin_menu', array( Screen::class, 'add' ) );
add_filter( 'plugin_action_links_' . plugin_basename( FILE ), array( Screen::class, 'link' ) );
add_action( 'admin_notices', array( Notices::class, 'show' ) );
add_filter( 'site_status_tests', array( Site_Health::class, 'add' ) );

// The guide's class and functions: when every plugin has declared what it brings, and before any uses them.
add_action(
	'plugins_loaded',
	static function (): void {
		require_once __DIR__ . '/guide/functions.php';
		initialize_hospital_appointments_redis();
	},
	0
);
