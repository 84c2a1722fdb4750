<?php
/**
 * Prints wp-config.php for the environment this container was started with. The entrypoint calls it on each start.
 *
 * Only literals: the sidecar reads the file too, and it does not run PHP.
 *
 * DB_HOST ("database"), DB_NAME ("wordpress"), DB_USER ("wordpress"), DB_PASSWORD (required),
 * WORDPRESS_TABLE_PREFIX ("wp_"), WP_HOME and WP_SITEURL (only if given), each HOSPITAL_* variable as a constant
 * of that name, and WORDPRESS_CONFIG_EXTRA: lines of PHP, appended as they are, after the constants above them
 * and before WordPress starts.
 *
 * Argument: the directory where salts.json keeps the eight secret keys, made on the first start so that a restart
 * logs nobody out, and constants.json, if there, those which install.php --multisite adds.
 */

declare( strict_types=1 );

$salts_file = $argv[1] . '/salts.json';
$more_file  = $argv[1] . '/constants.json';
$keys       = array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' );
if ( ! is_file( $salts_file ) ) {
	$salts = array();
	foreach ( $keys as $key ) {
		$salts[ $key ] = bin2hex( random_bytes( 32 ) );
	}
	file_put_contents( $salts_file, json_encode( $salts ) );
	chmod( $salts_file, 0600 );
}
$salts = json_decode( (string) file_get_contents( $salts_file ), true );

$env = static function ( string $name, ?string $fallback = null ): string {
	$value = getenv( $name );
	$value = false === $value || '' === $value ? $fallback : $value;
	if ( null === $value ) {
		fwrite( STDERR, "config.php: set $name\n" );
		exit( 1 );
	}
	return $value;
};
$define = static function ( string $name, $value ): string {
	return sprintf( "define( '%s', %s );\n", $name, var_export( $value, true ) );
};

$out = "<?php\n// Written by the container on each start from its environment; edits are lost.\n\n";
foreach ( array( 'DB_NAME' => 'wordpress', 'DB_USER' => 'wordpress', 'DB_PASSWORD' => null, 'DB_HOST' => 'database' ) as $name => $fallback ) {
	$out .= $define( $name, $env( $name, $fallback ) );
}
$out .= $define( 'DB_CHARSET', 'utf8mb4' ) . $define( 'DB_COLLATE', '' ) . "\n";
$out .= '$table_prefix = ' . var_export( $env( 'WORDPRESS_TABLE_PREFIX', 'wp_' ), true ) . ";\n\n";
foreach ( $keys as $key ) {
	$out .= $define( $key, $salts[ $key ] );
}
$out .= "\n// Nothing outside is asked for updates or by them; scheduled tasks run as usual.\n";
$out .= $define( 'DISALLOW_FILE_MODS', true ) . $define( 'AUTOMATIC_UPDATER_DISABLED', true );
$out .= $define( 'WP_HTTP_BLOCK_EXTERNAL', true ) . $define( 'DISABLE_WP_CRON', false ) . "\n";

$extra = (string) getenv( 'WORDPRESS_CONFIG_EXTRA' );
$given = getenv();
ksort( $given );
foreach ( $given as $name => $value ) {
	// What the extra lines define wins: a constant can only be defined once.
	$wanted = preg_match( '/^(HOSPITAL_[A-Z0-9_]+|WP_HOME|WP_SITEURL)$/', $name ) && '' !== $value;
	if ( $wanted && ! preg_match( "/['\"]" . $name . "['\"]/", $extra ) ) {
		$out .= $define( $name, preg_match( '/^(0|[1-9][0-9]{0,8})$/', $value ) ? (int) $value : $value );
	}
}
$more = is_file( $more_file ) ? (array) json_decode( (string) file_get_contents( $more_file ), true ) : array();
foreach ( $more as $name => $value ) {
	$out .= $define( $name, $value );
}
$out .= '' === $extra ? '' : "\n" . trim( $extra ) . "\n";
$out .= "\ndefined( 'ABSPATH' ) || define( 'ABSPATH', '/var/www/html/' );\nrequire_once ABSPATH . 'wp-settings.php';\n";
echo $out;
