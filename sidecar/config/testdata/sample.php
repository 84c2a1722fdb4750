<?php
/**
 * The base configuration for WordPress
 *
 * define( 'DB_NAME', 'commented_out' );
 *
 * @package WordPress
 */

// ** Database settings - You can get this info from your web host ** //
/** The name of the database for WordPress */
define( 'DB_NAME', 'clinic' );

/** Database username */
define( 'DB_USER', 'wp' );

/** Database password */
define( 'DB_PASSWORD', 'it\'s a \\ back\slash $notavariable' );

/** Database hostname */
define( 'DB_HOST', 'db.example.com:3307' );

define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );

define( 'AUTH_KEY',         'put your unique phrase here' );
define( 'NONCE_SALT',       '`[:"#/*//?><<<EOT' );

$table_prefix = 'clinic_';

# define( 'DB_NAME', 'commented_too' );
define( 'WP_DEBUG', false );

define( 'HOSPITAL_REDIS_HOST', 'your-redis-host.example.com' ); define( 'HOSPITAL_REDIS_PORT', 6379 ); define( 'HOSPITAL_REDIS_PASSWORD', 'your_redis_password' );

/* Add any custom values between this line and the "stop editing" line. */

/* That's all, stop editing! Happy publishing. */

/** Absolute path to the WordPress directory. */
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

/** Sets up WordPress vars and included files. */
require_once ABSPATH . 'wp-settings.php';
