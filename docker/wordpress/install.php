<?php
/**
 * Sets up the WordPress of this container without a browser, and without sending mail or asking the internet.
 *
 *   php install.php --url=http://localhost:8080 --title=Clinic --user=admin --password=... --email=admin@example.org [--multisite]
 *   php install.php --activate=hospital-appointments-redis/hospital-appointments-redis.php [--network]
 *
 * Two calls, because a plugin is activated in a WordPress that is already there. Each may be repeated: what is
 * done is said and left alone. Exit code 1, and the reason on standard error, when something failed.
 */

declare( strict_types=1 );

$options = getopt( '', array( 'url:', 'title:', 'user:', 'password:', 'email:', 'multisite', 'activate:', 'network' ) );

function fail( string $reason ): void {
	fwrite( STDERR, "install.php: $reason\n" );
	exit( 1 );
}

/** WordPress, loaded as at the given address. Without one any does, but a network knows itself only by its own. */
function load( ?string $url ): void {
	$network                    = (array) json_decode( (string) @file_get_contents( '/config/constants.json' ), true );
	$parts                      = parse_url( $url ?? 'http://' . ( $network['DOMAIN_CURRENT_SITE'] ?? 'localhost' ) );
	$_SERVER['HTTP_HOST']       = ( $parts['host'] ?? 'localhost' ) . ( isset( $parts['port'] ) ? ':' . $parts['port'] : '' );
	$_SERVER['SERVER_NAME']     = $parts['host'] ?? 'localhost';
	$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
	$_SERVER['REQUEST_METHOD']  = 'GET';
	$_SERVER['REQUEST_URI']     = ( $parts['path'] ?? '' ) . '/';
	$_SERVER['REMOTE_ADDR']     = '127.0.0.1';
	if ( 'https' === ( $parts['scheme'] ?? '' ) ) {
		$_SERVER['HTTPS'] = 'on';
	}
	$loaded = false;
	register_shutdown_function(
		static function () use ( &$loaded ): void {
			$loaded || fail( 'WordPress ended while it was loading: is the database there, is --url the address of this site?' );
		}
	);
	require_once '/var/www/html/wp-load.php';
	$loaded = true;
}

/** WordPress writes to the new administrator; here nobody does. Pluggable, so it is defined before core's. */
function wp_mail(): bool {
	return true;
}

if ( isset( $options['activate'] ) ) {
	define( 'WP_ADMIN', true );
	load( $options['url'] ?? null );
	require_once ABSPATH . 'wp-admin/includes/admin.php';
	is_blog_installed() || fail( 'WordPress is not installed yet; call with --url, --title, --user, --password, --email first' );
	$plugin  = $options['activate'];
	$network = isset( $options['network'] );
	$active  = $network ? 'is_plugin_active_for_network' : 'is_plugin_active';
	if ( $active( $plugin ) ) {
		echo "already active: $plugin\n";
		exit( 0 );
	}
	// As the first administrator, so that a plugin which asks "may you?" hears yes.
	$admins = get_users( array( 'role' => 'administrator', 'number' => 1, 'fields' => 'ID' ) );
	wp_set_current_user( (int) ( $admins[0] ?? 0 ) );
	$result = activate_plugin( $plugin, '', $network );
	if ( is_wp_error( $result ) ) {
		$output = $result->get_error_data();
		fail( "cannot activate $plugin: " . $result->get_error_message() . ( is_string( $output ) ? "\n$output" : '' ) );
	}
	wp_cache_flush();
	$active( $plugin ) || fail( "$plugin did not stay active" );
	echo "activated: $plugin\n";
	exit( 0 );
}

foreach ( array( 'url', 'title', 'user', 'password', 'email' ) as $name ) {
	isset( $options[ $name ] ) || fail( "--$name is missing" );
}
define( 'WP_INSTALLING', true );
load( $options['url'] );
require_once ABSPATH . 'wp-admin/includes/admin.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

if ( is_blog_installed() ) {
	echo 'already installed: ' . get_option( 'siteurl' ) . "\n";
} else {
	// wp_install() guesses the address from the request unless it is told.
	defined( 'WP_SITEURL' ) || define( 'WP_SITEURL', rtrim( $options['url'], '/' ) );
	wp_install( $options['title'], $options['user'], $options['email'], true, '', wp_slash( $options['password'] ) );
	update_option( 'permalink_structure', '/%postname%/' );
	if ( wp_get_theme( WP_DEFAULT_THEME )->exists() ) {
		switch_theme( WP_DEFAULT_THEME );
	}
	flush_rewrite_rules( false );
	echo 'installed: ' . get_option( 'siteurl' ) . ' (WordPress ' . get_bloginfo( 'version' ) . ', PHP ' . PHP_VERSION . ")\n";
}

if ( ! isset( $options['multisite'] ) ) {
	exit( 0 );
}
if ( is_multisite() ) {
	echo "already a network\n";
	exit( 0 );
}
foreach ( $wpdb->tables( 'ms_global' ) as $table => $prefixed ) {
	$wpdb->$table = $prefixed;
}
$domain = $_SERVER['HTTP_HOST'];
install_network();
$result = populate_network( 1, $domain, $options['email'], $options['title'], '/', false );
if ( is_wp_error( $result ) && 'no_wildcard_dns' !== $result->get_error_code() ) {
	fail( 'cannot make a network: ' . $result->get_error_message() );
}
// Kept beside wp-config.php, which is then written again with them.
file_put_contents(
	'/config/constants.json',
	json_encode(
		array(
			'MULTISITE'            => true,
			'SUBDOMAIN_INSTALL'    => false,
			'DOMAIN_CURRENT_SITE'  => $domain,
			'PATH_CURRENT_SITE'    => '/',
			'SITE_ID_CURRENT_SITE' => 1,
			'BLOG_ID_CURRENT_SITE' => 1,
		)
	)
);
passthru( '/usr/local/share/hospital/entrypoint.sh true', $code );
0 === $code || fail( 'cannot write wp-config.php again' );
echo "a network now: $domain\n";
