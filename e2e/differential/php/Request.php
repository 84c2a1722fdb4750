<?php
/** A new request in the same process: WordPress and the plugin forget what only a request remembers. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Request {

	/** A connection, which costs time and remembers nothing; and what was hooked when the plugin was loaded. */
	private const KEPT = array( 'Hospital\Appointments_Redis\Site::aside', 'Hospital\Appointments_Redis\Neighbours::ours' );

	/** @var array<int, array{\ReflectionProperty, mixed}> The plugin's static properties, as they are declared. */
	private static $fresh = array();

	/** Loads every class of the plugin, and notes what its static properties are at first. */
	public static function learn(): void {
		foreach ( array( 'includes/class-*.php', 'includes/guide/class-*.php' ) as $files ) {
			foreach ( glob( WP_PLUGIN_DIR . "/hospital-appointments-redis/$files" ) as $file ) {
				require_once $file;
			}
		}
		foreach ( get_declared_classes() as $class ) {
			if ( 0 !== strpos( $class, 'Hospital\Appointments_Redis\\' ) || 0 === strpos( $class, 'Hospital\Appointments_Redis\Tests\\' ) ) {
				continue;
			}
			$reflection = new \ReflectionClass( $class );
			foreach ( $reflection->getProperties( \ReflectionProperty::IS_STATIC ) as $property ) {
				if ( ! in_array( "$class::" . $property->getName(), self::KEPT, true ) && $property->getDeclaringClass()->getName() === $class ) {
					$property->setAccessible( true );
					self::$fresh[] = array( $property, $reflection->getDefaultProperties()[ $property->getName() ] ?? null );
				}
			}
		}
	}

	/**
	 * The next one begins.
	 *
	 * Where WordPress has a persistent object cache, what this process has seen of it is forgotten.
	 *
	 * @param bool $cached Whether to play that there is one, where there is none: WordPress's own cache stays.
	 */
	public static function begin( bool $cached = false ): void {
		if ( wp_using_ext_object_cache() ) {
			wp_cache_flush_runtime();
		} elseif ( ! $cached ) {
			wp_cache_flush();
		}
		foreach ( self::$fresh as $each ) {
			$each[0]->setValue( null, $each[1] );
		}
	}
}
