<?php
/**
 * Finds the plugin's classes: Hospital\Appointments_Redis\Guide\Target is includes/guide/class-target.php.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

spl_autoload_register(
	static function ( string $name ): void {
		if ( 0 !== strpos( $name, __NAMESPACE__ . '\\' ) ) {
			return;
		}
		$path = explode( '\\', strtolower( str_replace( '_', '-', substr( $name, strlen( __NAMESPACE__ ) + 1 ) ) ) );
		$last = 'class-' . array_pop( $path ) . '.php';
		$file = __DIR__ . '/' . implode( '/', array_merge( $path, array( $last ) ) );
		if ( is_readable( $file ) ) {
			require $file;
		}
	}
);
