<?php
/**
 * The rows of wp_postmeta.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Reads them with their ids, which core's own cache does not have.
 */
final class Rows {

	/** @var string The row asked for last, if of another post: core asks for each row two or three times in a row. */
	private static $foreign = '';

	/** A post may be of another type by now. */
	public static function reconsider(): void {
		self::$foreign = '';
	}

	/** Where a database object sends reads to replicas, as HyperDB does: from now on this request reads what was written. */
	public static function from_master(): void {
		global $wpdb;
		foreach ( array( 'send_reads_to_primaries', 'send_reads_to_masters' ) as $method ) { // The latter is deprecated where there are both.
			if ( method_exists( $wpdb, $method ) ) {
				$wpdb->$method();
				return;
			}
		}
	}

	/**
	 * All rows of some posts, oldest first: their values, as update_meta_cache() has them, and their ids in the same order.
	 *
	 * @param int[] $ids Posts.
	 * @return array{array<int, array<int|string, array<int, string|null>>>, array<int, array<int|string, string[]>>}|null Either by post and key; null if the database is away.
	 */
	public static function of( array $ids ): ?array {
		global $wpdb;
		$values   = array();
		$meta_ids = array();
		$rows     = $wpdb->get_results( "SELECT meta_id, post_id, meta_key, meta_value FROM $wpdb->postmeta WHERE post_id IN (" . implode( ',', array_map( 'intval', $ids ) ) . ') ORDER BY meta_id ASC' ); // phpcs:ignore WordPress.DB
		if ( ! is_array( $rows ) || '' !== $wpdb->last_error ) {
			return null;
		}
		foreach ( $rows as $row ) {
			$id  = (int) $row->post_id; // Once: a list of a hundred has a thousand rows.
			$key = (string) $row->meta_key;

			$values[ $id ][ $key ][]   = $row->meta_value;
			$meta_ids[ $id ][ $key ][] = $row->meta_id;
		}
		return array( $values, $meta_ids );
	}

	/**
	 * One row, named by its id; null if there is none, or it is not of an offloaded post.
	 *
	 * @param int $meta_id Meta id.
	 */
	public static function of_offloaded( int $meta_id ): ?\stdClass {
		global $wpdb;
		$name = get_current_blog_id() . ':' . $meta_id;
		if ( $name === self::$foreign ) {
			return null;
		}
		$row = $wpdb->get_row( $wpdb->prepare( "SELECT * FROM $wpdb->postmeta WHERE meta_id = %d", $meta_id ) );
		if ( $row instanceof \stdClass && '' !== Posts::type( (int) $row->post_id ) ) {
			return $row;
		}
		self::$foreign = $row instanceof \stdClass ? $name : '';
		return null;
	}
}
