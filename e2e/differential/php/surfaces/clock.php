<?php
/**
 * The two sides of a step are not done in the same second. Core's own notes of the time are made equal where core lets
 * others sanitize them.
 */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

final class Clock {

	private const NOTES = array( '_edit_lock', '_wp_trash_meta_time' );

	public static function stop(): void {
		foreach ( self::NOTES as $key ) {
			add_filter( "sanitize_post_meta_$key", array( self::class, 'at' ), PHP_INT_MIN );
		}
	}

	public static function go_on(): void {
		foreach ( self::NOTES as $key ) {
			remove_filter( "sanitize_post_meta_$key", array( self::class, 'at' ), PHP_INT_MIN );
		}
	}

	/**
	 * The note with another time.
	 *
	 * @param mixed $note A time, or a time and a user.
	 * @return mixed
	 */
	public static function at( $note ) {
		if ( is_int( $note ) ) {
			return 1700000000;
		}
		return is_string( $note ) ? preg_replace( '/^\d{10}(?=:)/', '1700000000', $note ) : $note;
	}
}
