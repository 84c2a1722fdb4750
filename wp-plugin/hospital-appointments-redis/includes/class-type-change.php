<?php
/**
 * Posts whose type changes.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Under its new type a post is read and written past Redis, or under other keys there. So what waits of it is brought home
 * as of the type that it had.
 */
final class Type_Change {

	/** @var array<string, string> The type that a post had, while it is given another. */
	private static $from = array();

	/**
	 * Hooked to pre_post_update.
	 *
	 * @param mixed $post_id Post.
	 * @param mixed $data    Its columns, as they will be.
	 */
	public static function before( $post_id, $data = array() ): void {
		if ( is_array( $data ) && is_string( $data['post_type'] ?? null ) ) {
			self::begin( (int) $post_id, $data['post_type'] );
		}
	}

	/**
	 * An UPDATE is about to run: set_post_type() has no hook before its own.
	 *
	 * @param string $sql SQL.
	 */
	public static function see( string $sql ): void {
		global $wpdb;
		if ( 1 === preg_match( "/^UPDATE `{$wpdb->posts}` SET `post_type` = '([^']*)' WHERE `ID` = ([0-9]+)$/D", $sql, $found ) ) {
			self::begin( (int) $found[2], $found[1] );
		}
	}

	/**
	 * Hooked to clean_post_cache. What was written since, as by meta_input, was still of the old type.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function after( $post_id ): void {
		$name = get_current_blog_id() . ':' . (int) $post_id;
		$from = self::$from[ $name ] ?? '';
		unset( self::$from[ $name ] );
		if ( '' !== $from && ! Transaction::is_open() ) {
			Barrier::bring_home( $from, (int) $post_id );
		}
	}

	/** A post is about to be of another type. */
	private static function begin( int $post_id, string $to ): void {
		$from = Posts::type( $post_id );
		if ( '' === $from || $to === $from ) {
			return;
		}
		self::$from[ get_current_blog_id() . ':' . $post_id ] = $from;
		if ( ! Transaction::has( $post_id ) ) { // That one may have its rows locked.
			Barrier::bring_home( $from, $post_id );
		}
	}
}
