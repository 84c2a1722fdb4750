<?php
/** What a bad plugin would do, so that it can be shown that the tester finds it. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Barrier;
use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Reader;
use Hospital\Appointments_Redis\Site;

final class Breakages {

	/** @var bool Whether only what core writes natively is broken. */
	private static $natively = false;

	/** Breaks the offloaded type in the named way; with "_natively" behind it only while no sidecar owns the site. */
	public static function make( string $name ): void {
		$broken         = preg_replace( '/_natively$/D', '', $name );
		self::$natively = $broken !== $name;
		self::$broken();
	}

	/** An update that changes nothing is answered true, where core says false. */
	private static function true_for_unchanged(): void {
		self::hook(
			'update_post_metadata',
			static function ( $check, $post, $key, $value ) {
				return metadata_exists( 'post', $post, $key ) && array( $value ) === get_post_meta( $post, $key ) ? true : $check;
			}
		);
	}

	/** An update is written past core, without its actions. */
	private static function no_actions(): void {
		self::hook(
			'update_post_metadata',
			static function ( $check, $post, $key, $value ) {
				global $wpdb;
				if ( ! is_string( $value ) || ! metadata_exists( 'post', $post, $key ) || 1 !== count( get_post_meta( $post, $key ) ) || get_post_meta( $post, $key, true ) === $value ) {
					return $check;
				}
				wp_cache_delete( $post, 'post_meta' );
				return (bool) $wpdb->update( $wpdb->postmeta, array( 'meta_value' => $value ), array( 'post_id' => $post, 'meta_key' => $key ) );
			}
		);
	}

	/** A reader sees text without the spaces around it. */
	private static function trimmed_reads(): void {
		self::hook(
			'get_post_metadata',
			static function ( $check, $post, $key ) {
				$values = '' === $key ? null : ( wp_cache_get( $post, 'post_meta' )[ $key ] ?? null );
				return is_array( $values ) && is_string( $values[0] ) && trim( $values[0] ) !== $values[0] ? array_map( 'trim', $values ) : $check;
			}
		);
	}

	/** What is found in a persistent object cache is believed on first touch. */
	private static function believed_cache(): void {
		remove_filter( 'get_post_metadata', array( Reader::class, 'get' ), PHP_INT_MAX );
	}

	/** A query does not wait for what is dirty. */
	private static function hasty_queries(): void {
		remove_filter( 'get_meta_sql', array( Barrier::class, 'meta_sql' ), PHP_INT_MAX );
	}

	/** An update leaves the answers of earlier queries where they are. */
	private static function stale_queries(): void {
		add_action(
			'updated_post_meta',
			static function ( $mid, $post ): void {
				Post_Types::APPOINTMENT === get_post_type( $post ) && wp_cache_set( 'last_changed', 'long ago', 'posts' );
			},
			PHP_INT_MAX,
			2
		);
	}

	/** A filter that answers for the offloaded type alone, if nobody has. */
	private static function hook( string $filter, callable $answers ): void {
		add_filter(
			$filter,
			static function ( $check, $post, ...$more ) use ( $answers ) {
				return null === $check && ! ( self::$natively && Site::is_offload() ) && Post_Types::APPOINTMENT === get_post_type( $post ) ? $answers( $check, $post, ...$more ) : $check;
			},
			10,
			4
		);
	}
}
