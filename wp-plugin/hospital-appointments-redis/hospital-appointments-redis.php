<?php
/**
 * Plugin Name:       Hospital Appointments Redis
 * Description:       Takes high-frequency appointment metadata updates off MySQL: a local sidecar keeps them in Redis and brings them to wp_postmeta in batches.
 * Version:           1.1.0
 * Requires at least: 6.1
 * Requires PHP:      7.4
 * License:           GPL-2.0-or-later
 * License URI:       https://www.gnu.org/licenses/gpl-2.0.html
 * Text Domain:       hospital-appointments-redis
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

if ( defined( __NAMESPACE__ . '\VERSION' ) ) {
	return; // A second copy of the plugin.
}

const VERSION = '1.1.0';
const FILE    = __FILE__;

require __DIR__ . '/includes/autoload.php';
require __DIR__ . '/includes/hooks.php';
