<?php
/**
 * Core's caches of metadata and of queries.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Drops what may be old in a persistent object cache. The plugin does not believe its entries of offloaded posts, but
 * other readers may, and core does once the plugin is gone.
 */
final class Caches {

	/** Posts in one step. */
	private const CHUNK = 1000;

	/**
	 * Drops the metadata of some posts, and every query's result.
	 *
	 * @param int[] $ids Posts.
	 */
	public static function drop( array $ids ): void {
		if ( ! $ids ) {
			return;
		}
		wp_cache_delete_multiple( $ids, 'post_meta' );
		foreach ( $ids as $id ) {
			Posts::forget( $id );
		}
		wp_cache_set_posts_last_changed();
	}

	/** Drops the metadata of every offloaded post of this blog: core is about to believe what is in the cache. */
	public static function drop_all(): void {
		global $wpdb;
		if ( ! wp_using_ext_object_cache() ) {
			return; // There is none that outlives this request.
		}
		$types = "'" . implode( "','", array_map( 'esc_sql', array_keys( Settings::post_types() ) ) ) . "'";
		$last  = 0;
		do {
			$ids = array_map( 'intval', $wpdb->get_col( "SELECT ID FROM $wpdb->posts WHERE post_type IN ($types) AND ID > $last ORDER BY ID LIMIT " . self::CHUNK ) ); // phpcs:ignore WordPress.DB
			self::drop( $ids );
			$last = (int) end( $ids );
		} while ( count( $ids ) === self::CHUNK );
		wp_cache_set_posts_last_changed();
	}

	/**
	 * What the sidecar says of its syncs, told by a barrier before a query's result is looked for in the cache: with each one
	 * the generation grows. What was cached before may then lack what was on its way.
	 *
	 * Queries are told first, and the generation is noted after: who finds it noted finds them told. This process may have
	 * looked before that, so it looks again.
	 */
	public static function heed( string $generation ): void {
		if ( (string) wp_cache_get( 'hospital_generation', 'hospital_appointments_redis', true ) === $generation ) {
			wp_cache_get( 'last_changed', 'posts', true );
			return;
		}
		wp_cache_set_posts_last_changed();
		wp_cache_set( 'hospital_generation', $generation, 'hospital_appointments_redis' );
	}
}
