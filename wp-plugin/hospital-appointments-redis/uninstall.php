<?php
/**
 * Runs when the plugin is deleted.
 *
 * Everything is kept, unless wp-config.php says define( 'HOSPITAL_REMOVE_DATA', true ), and even then as long as anything
 * may wait in Redis: these tables tell what is newer.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

require __DIR__ . '/includes/autoload.php';

if ( defined( 'HOSPITAL_REMOVE_DATA' ) && HOSPITAL_REMOVE_DATA ) {
	Removal::run();
}
