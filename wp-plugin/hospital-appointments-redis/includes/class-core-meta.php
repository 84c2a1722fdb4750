<?php
/**
 * Core's own steps, for when the write must be part of our transaction.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * add_metadata(), update_metadata() and delete_metadata() from their filter on, statement by statement, for posts.
 *
 * Values come as those filters give them: unslashed and sanitized. The actions fire outside the transaction.
 */
final class Core_Meta {

	/** @var int[]|null Rows that listeners add while core lets them know of a write; null: nobody asks. */
	private static $meanwhile = null;

	/**
	 * Adds a row.
	 *
	 * @param int    $post_id Post.
	 * @param mixed  $key     Key.
	 * @param mixed  $value   Value.
	 * @param mixed  $unique  Whether only if the key has no row.
	 * @param bool   $update  Whether it is an update of a key that has none.
	 * @return int|false Meta id.
	 */
	public static function add( int $post_id, $key, $value, $unique, bool $update = false ) {
		global $wpdb;
		if ( $unique && $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE meta_key = %s AND post_id = %d", $key, $post_id ) ) ) {
			return false;
		}
		$bytes = Meta_Write::bytes( $value );
		$own   = self::added_during(
			static function () use ( $post_id, $key, $value ): void {
				/** This action is documented in wp-includes/meta.php */
				do_action( 'add_post_meta', $post_id, $key, $value );
			}
		);
		$write = $unique || $update ? Meta_Write::first( $post_id, (string) $key, $bytes, $update, $own ) : Meta_Write::insert( $post_id, (string) $key, $bytes );
		if ( Meta_Write::is_refused( (string) $key, $bytes ) || ! Take_Over::write( $write ) ) {
			return false;
		}
		$meta_id = $write->meta_ids[0] ?? (int) $wpdb->insert_id;
		wp_cache_delete( $post_id, 'post_meta' );
		/** This action is documented in wp-includes/meta.php */
		do_action( 'added_post_meta', $meta_id, $post_id, $key, $value );
		return $meta_id;
	}

	/**
	 * The rows that listeners add: they stay beside core's, as they do in core. What comes home meanwhile is none of them.
	 *
	 * @return int[] Meta ids.
	 */
	private static function added_during( callable $actions ): array {
		$before          = self::$meanwhile;
		self::$meanwhile = array();
		try {
			$actions();
			return self::$meanwhile;
		} finally {
			self::$meanwhile = null === $before ? null : array_merge( $before, self::$meanwhile );
		}
	}

	/**
	 * Hooked to added_post_meta, first of all.
	 *
	 * @param mixed $meta_id Row.
	 */
	public static function added( $meta_id ): void {
		if ( null !== self::$meanwhile ) {
			self::$meanwhile[] = (int) $meta_id;
		}
	}

	/**
	 * Updates the rows of a key.
	 *
	 * An equal value is written all the same, without actions: one that this process cannot see may be waiting in Redis,
	 * and must not come over it later.
	 *
	 * @param int    $post_id Post.
	 * @param mixed  $key     Key.
	 * @param mixed  $value   Value.
	 * @param mixed  $prev    Previous value.
	 * @return bool|null Null when the key has no row: core adds it.
	 */
	public static function update( int $post_id, $key, $value, $prev ): ?bool {
		global $wpdb;
		$same     = self::is_same( $post_id, $key, $value, $prev );
		$rows     = (array) $wpdb->get_results( $wpdb->prepare( "SELECT meta_id, meta_key FROM $wpdb->postmeta WHERE meta_key = %s AND post_id = %d", $key, $post_id ), ARRAY_N );
		$meta_ids = array_column( $rows, 0 );
		if ( ! $meta_ids ) {
			return null;
		}
		if ( $same ) {
			self::write_again( $post_id, (string) $key, $value, $rows );
			return false;
		}
		$bytes = maybe_serialize( $value );
		Actions::before_update( $meta_ids, $post_id, $key, $value, $bytes );
		if ( ! self::update_rows( $post_id, $key, $value, $prev ) ) {
			return false;
		}
		Actions::after_update( $meta_ids, $post_id, $key, $value, $bytes );
		return true;
	}

	/**
	 * Writes the value that a key has. Rows that are this key to MySQL and not to WordPress, as one with a space at its end,
	 * may have another.
	 *
	 * @param int        $post_id Post.
	 * @param string     $key     Key.
	 * @param mixed      $value   Value.
	 * @param string[][] $rows    Meta id and key of what MySQL takes for it.
	 */
	private static function write_again( int $post_id, string $key, $value, array $rows ): void {
		$bytes = Meta_Write::bytes( $value );
		$own   = array_column( array_filter( $rows, static fn( array $row ): bool => $row[1] === $key ), 0 );
		$write = $own ? Meta_Write::rows( $post_id, $own, $key, $bytes ) : Meta_Write::none( $post_id, $key );
		if ( ! Meta_Write::is_refused( $key, $bytes ) && false !== Take_Over::write( $write ) ) {
			wp_cache_delete( $post_id, 'post_meta' );
		}
	}

	/**
	 * The write of an update, and the cache entry after it. Its actions are the caller's.
	 *
	 * @param int    $post_id Post.
	 * @param mixed  $key     Key.
	 * @param mixed  $value   Value.
	 * @param mixed  $prev    Previous value.
	 */
	public static function update_rows( int $post_id, $key, $value, $prev ): bool {
		$bytes = Meta_Write::bytes( $value );
		$prev  = empty( $prev ) ? null : Meta_Write::bytes( $prev );
		$rows  = Meta_Write::is_refused( (string) $key, $bytes, $prev ) ? false : Take_Over::write( Meta_Write::update( $post_id, (string) $key, $bytes, $prev ) );
		if ( false === $rows || ( 0 === $rows && self::was_seen( $post_id, (string) $key, $bytes ) ) ) {
			return false;
		}
		wp_cache_delete( $post_id, 'post_meta' );
		return true;
	}

	/**
	 * Whether these are the bytes that this process saw, so that writing them changes nothing for it.
	 *
	 * A row may have them already because an older write is in MySQL and a newer one, which this process saw, was on its
	 * way there when the sidecar was lost: then the update did change the field.
	 *
	 * @param int         $post_id Post.
	 * @param string      $key     Key.
	 * @param string|null $bytes   Value.
	 */
	private static function was_seen( int $post_id, string $key, ?string $bytes ): bool {
		$entry = wp_cache_get( $post_id, 'post_meta' );
		return ! isset( $entry[ $key ][0] ) || $entry[ $key ][0] === $bytes;
	}

	/**
	 * Deletes the rows of a key.
	 *
	 * @param int    $post_id    Post.
	 * @param mixed  $key        Key.
	 * @param mixed  $value      Only rows of this value.
	 * @param mixed  $delete_all Whether of all posts.
	 */
	public static function delete( int $post_id, $key, $value, $delete_all ): bool {
		global $wpdb;
		$bytes = maybe_serialize( $value );
		$any   = '' === $bytes || null === $bytes || false === $bytes;
		$where = $wpdb->prepare( 'meta_key = %s', $key );
		if ( ! $delete_all ) {
			$where .= $wpdb->prepare( ' AND post_id = %d', $post_id );
		}
		if ( ! $any ) {
			$where .= $wpdb->prepare( ' AND meta_value = %s', $bytes );
		}
		$meta_ids = $wpdb->get_col( "SELECT meta_id FROM $wpdb->postmeta WHERE $where" ); // phpcs:ignore WordPress.DB
		if ( ! $meta_ids ) {
			if ( $any && Take_Over::write( Meta_Write::delete_but( $delete_all ? 0 : $post_id, (string) $key, array() ) ) ) { // What waits in Redis is deleted too.
				wp_cache_delete( $post_id, 'post_meta' );
			}
			return false;
		}
		$post_ids = $delete_all ? $wpdb->get_col( "SELECT post_id FROM $wpdb->postmeta WHERE $where" ) : array( $post_id ); // phpcs:ignore WordPress.DB
		$own = self::added_during(
			static function () use ( $meta_ids, $post_id, $key, $value ): void {
				/** This action is documented in wp-includes/meta.php */
				do_action( 'delete_post_meta', $meta_ids, $post_id, $key, $value );
				/** This action is documented in wp-includes/meta.php */
				do_action( 'delete_postmeta', $meta_ids );
			}
		);
		// Of all posts some may have none yet, and get one while a lease is waited for.
		$write = $delete_all && $any ? Meta_Write::delete_but( 0, (string) $key, $own ) : Meta_Write::delete( $delete_all ? 0 : $post_id, (string) $key, $meta_ids, $any );
		if ( ! Take_Over::write( $write ) ) {
			return false;
		}
		wp_cache_delete_multiple( $post_ids, 'post_meta' );
		/** This action is documented in wp-includes/meta.php */
		do_action( 'deleted_post_meta', $meta_ids, $post_id, $key, $value );
		/** This action is documented in wp-includes/meta.php */
		do_action( 'deleted_postmeta', $meta_ids );
		return true;
	}

	/**
	 * Core's decision that an update changes nothing.
	 *
	 * @param int    $post_id Post.
	 * @param mixed  $key     Key.
	 * @param mixed  $value   Value.
	 * @param mixed  $prev    Previous value.
	 */
	public static function is_same( int $post_id, $key, $value, $prev ): bool {
		if ( ! empty( $prev ) ) {
			return false;
		}
		$old = get_metadata_raw( 'post', $post_id, $key );
		return is_countable( $old ) && 1 === count( $old ) && $old[0] === $value;
	}
}
