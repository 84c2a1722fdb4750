<?php
/** What a bad plugin would do, so that it can be shown that the tester finds it. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;

final class Breakages {

	/** Breaks the offloaded type in the named way. */
	public static function make( string $name ): void {
		self::$name();
	}

	/** An update that changes nothing is answered true, where core says false. */
	private static function true_for_unchanged(): void {
		add_filter(
			'update_post_metadata',
			static function ( $check, $post ) {
				return false === $check && Post_Types::APPOINTMENT === get_post_type( $post ) ? true : $check;
			},
			PHP_INT_MAX,
			2
		);
	}

	/** An update is written past core, without its actions. */
	private static function no_actions(): void {
		add_filter(
			'update_post_metadata',
			static function ( $check, $post, $key, $value ) {
				global $wpdb;
				$there = array_keys( (array) get_post_meta( $post, $key ) );
				if ( null !== $check || Post_Types::APPOINTMENT !== get_post_type( $post ) || array( 0 ) !== $there || ! is_string( $value ) || get_post_meta( $post, $key, true ) === $value ) {
					return $check;
				}
				wp_cache_delete( $post, 'post_meta' );
				return (bool) $wpdb->update( $wpdb->postmeta, array( 'meta_value' => $value ), array( 'post_id' => $post, 'meta_key' => $key ) );
			},
			10,
			4
		);
	}

	/** A reader sees text without the spaces around it. */
	private static function trimmed_reads(): void {
		add_filter(
			'get_post_metadata',
			static function ( $check, $post, $key, $single ) {
				if ( null !== $check || '' === $key || Post_Types::APPOINTMENT !== get_post_type( $post ) ) {
					return $check;
				}
				$values = wp_cache_get( $post, 'post_meta' )[ $key ] ?? null;
				return is_array( $values ) && is_string( $values[0] ) && trim( $values[0] ) !== $values[0] ? array_map( 'trim', $values ) : $check;
			},
			10,
			4
		);
	}
}
