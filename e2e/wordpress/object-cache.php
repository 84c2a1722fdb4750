<?php
/**
 * Plugin Name: The tests' persistent object cache
 *
 * A drop-in for wp-content of the test stack; no part of the product. Files in shared memory, one an entry, which every
 * PHP process of the container sees: the web server's and the command line's. Each process keeps what it has seen, as the
 * drop-ins of Redis and Memcached do. What is not here (the functions for several keys, most of all), core makes of this.
 */

declare( strict_types=1 );

defined( 'ABSPATH' ) || exit;

final class WP_Object_Cache {

	private const FOLDER = '/dev/shm/hospital-object-cache';

	/** @var array<string, mixed> What this process has seen, by name; false: nothing there. */
	private $seen = array();

	/** @var array<string, true> */
	private $global = array();

	/** @var array<string, true> */
	private $ephemeral = array();

	/** @var int */
	private $blog;

	public function __construct() {
		$this->blog = (int) get_current_blog_id();
		is_dir( self::FOLDER ) || mkdir( self::FOLDER, 0777, true );
	}

	public function add_global_groups( array $groups ): void {
		$this->global += array_fill_keys( $groups, true );
	}

	public function add_non_persistent_groups( array $groups ): void {
		$this->ephemeral += array_fill_keys( $groups, true );
	}

	public function switch_to_blog( int $blog ): void {
		$this->blog = $blog;
	}

	public function get( $key, string $group, bool $force, &$found ) {
		$name = $this->name( $key, $group );
		if ( ! isset( $this->ephemeral[ $group ] ) && ( $force || ! isset( $this->seen[ $name ] ) ) ) {
			$this->seen[ $name ] = $this->read( $name );
		}
		$entry = $this->seen[ $name ] ?? null;
		$found = null !== $entry;
		return ! $found ? false : ( is_object( $entry[0] ) ? clone $entry[0] : $entry[0] );
	}

	/** Writes; with $only "new" or "old" only if nothing, or something, is there. */
	public function put( $key, $data, string $group, int $expire, string $only ): bool {
		$name = $this->name( $key, $group );
		$path = self::FOLDER . "/$name";
		$data = array( is_object( $data ) ? clone $data : $data, $expire > 0 ? time() + $expire : 0 );
		if ( isset( $this->ephemeral[ $group ] ) ) {
			if ( '' !== $only && ( 'new' === $only ) === isset( $this->seen[ $name ] ) ) {
				return false;
			}
			$this->seen[ $name ] = $data;
			return true;
		}
		$temporary = tempnam( self::FOLDER, '.' );
		file_put_contents( $temporary, serialize( array( (string) $key, $group, $data ) ) );
		if ( null === $this->read( $name ) ) {
			is_file( $path ) && unlink( $path ); // Expired.
		}
		if ( 'new' === $only ) {
			$done = @link( $temporary, $path );
			unlink( $temporary );
		} elseif ( 'old' === $only && ! is_file( $path ) ) {
			$done = false;
			unlink( $temporary );
		} else {
			$done = rename( $temporary, $path );
		}
		if ( $done ) {
			$this->seen[ $name ] = $data;
		}
		return $done;
	}

	public function delete( $key, string $group ): bool {
		$name = $this->name( $key, $group );
		$had  = isset( $this->seen[ $name ] );
		unset( $this->seen[ $name ] );
		return isset( $this->ephemeral[ $group ] ) ? $had : @unlink( self::FOLDER . "/$name" );
	}

	public function flush(): bool {
		$this->seen = array();
		foreach ( (array) glob( self::FOLDER . '/*' ) as $file ) {
			@unlink( $file );
		}
		return true;
	}

	public function flush_runtime(): bool {
		$this->seen = array();
		return true;
	}

	private function read( string $name ): ?array {
		$text  = @file_get_contents( self::FOLDER . "/$name" );
		$entry = is_string( $text ) ? unserialize( $text )[2] : null;
		return null === $entry || ( $entry[1] > 0 && $entry[1] <= time() ) ? null : $entry;
	}

	private function name( $key, string $group ): string {
		return md5( ( isset( $this->global[ $group ] ) ? '' : $this->blog . ':' ) . $group . ':' . $key );
	}
}

function wp_cache_init() {
	$GLOBALS['wp_object_cache'] = new WP_Object_Cache();
}

function wp_cache_close() {
	return true;
}

function wp_cache_add_global_groups( $groups ) {
	$GLOBALS['wp_object_cache']->add_global_groups( (array) $groups );
}

function wp_cache_add_non_persistent_groups( $groups ) {
	$GLOBALS['wp_object_cache']->add_non_persistent_groups( (array) $groups );
}

function wp_cache_switch_to_blog( $blog_id ) {
	$GLOBALS['wp_object_cache']->switch_to_blog( (int) $blog_id );
}

function wp_cache_get( $key, $group = '', $force = false, &$found = null ) {
	return $GLOBALS['wp_object_cache']->get( $key, $group ?: 'default', (bool) $force, $found );
}

function wp_cache_set( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->put( $key, $data, $group ?: 'default', (int) $expire, '' );
}

function wp_cache_add( $key, $data, $group = '', $expire = 0 ) {
	return ! wp_suspend_cache_addition() && $GLOBALS['wp_object_cache']->put( $key, $data, $group ?: 'default', (int) $expire, 'new' );
}

function wp_cache_replace( $key, $data, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->put( $key, $data, $group ?: 'default', (int) $expire, 'old' );
}

function wp_cache_delete( $key, $group = '' ) {
	return $GLOBALS['wp_object_cache']->delete( $key, $group ?: 'default' );
}

function wp_cache_incr( $key, $offset = 1, $group = '' ) {
	$value = wp_cache_get( $key, $group, true );
	return false !== $value && wp_cache_set( $key, max( 0, (int) $value + $offset ), $group ) ? max( 0, (int) $value + $offset ) : false;
}

function wp_cache_decr( $key, $offset = 1, $group = '' ) {
	return wp_cache_incr( $key, -$offset, $group );
}

function wp_cache_flush() {
	return $GLOBALS['wp_object_cache']->flush();
}

function wp_cache_flush_runtime() {
	return $GLOBALS['wp_object_cache']->flush_runtime();
}

function wp_cache_supports( $feature ) {
	return 'flush_runtime' === $feature;
}
