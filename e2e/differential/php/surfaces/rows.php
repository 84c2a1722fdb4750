<?php
/** Rows as core's screens list them, without the ids, which are others on each side. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

final class Rows {

	/**
	 * The list of the Custom Fields box, as post.php comes to it.
	 *
	 * @return array<int, array{string, string|null}> Key and bytes.
	 */
	public static function of_the_box( int $post ): array {
		self::screen( $post );
		return self::plain( has_meta( $post ), 'meta_key', 'meta_value' );
	}

	/** What post.php fires before it prints a post's screen, which lists the rows by SQL. */
	public static function screen( int $post ): void {
		$before             = array( $_GET, $GLOBALS['pagenow'] ?? '' );
		$_GET               = array( 'post' => (string) $post );
		$GLOBALS['pagenow'] = 'post.php';
		try {
			do_action( 'load-post.php' );
			do_action( 'add_meta_boxes', (string) get_post_type( $post ), get_post( $post ) );
		} finally {
			list( $_GET, $GLOBALS['pagenow'] ) = $before;
		}
	}

	/**
	 * Key and value of each.
	 *
	 * @param mixed  $rows  Rows.
	 * @param string $key   Name of the key.
	 * @param string $value Name of the value.
	 * @return array<int, array{mixed, mixed}>
	 */
	public static function plain( $rows, string $key, string $value ): array {
		$plain = array();
		foreach ( (array) $rows as $row ) {
			$plain[] = array( $row[ $key ], $row[ $value ] );
		}
		return $plain;
	}

	/** The key of a row, which is never in Redis alone. */
	public static function key( int $meta_id ): string {
		global $wpdb;
		return (string) $wpdb->get_var( $wpdb->prepare( "SELECT meta_key FROM $wpdb->postmeta WHERE meta_id = %d", $meta_id ) );
	}
}
