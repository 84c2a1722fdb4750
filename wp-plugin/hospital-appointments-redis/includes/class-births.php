<?php
/**
 * Posts born in this request.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Nothing of a post that this request inserted can be waiting in Redis, until this request sends it there.
 *
 * wp_insert_post() writes meta_input before any hook names the new post. So the birth is seen where it happens, in the
 * INSERT into wp_posts: by the time anything asks, $wpdb->insert_id is the new post.
 */
final class Births {

	/** @var string The blog of an INSERT whose id is not known yet; '' for none. */
	private static $expected = '';

	/** @var array<string, true> */
	private static $born = array();

	/**
	 * An INSERT is about to run.
	 *
	 * @param string $sql SQL.
	 */
	public static function see( string $sql ): void {
		global $wpdb;
		if ( 0 === strncasecmp( $sql, "INSERT INTO `$wpdb->posts` ", strlen( $wpdb->posts ) + 15 ) ) {
			self::$expected = (string) get_current_blog_id();
		}
	}

	/** Whether this request inserted the post, and nobody has been told of its metadata yet. */
	public static function has( int $post_id ): bool {
		self::settle();
		return isset( self::$born[ get_current_blog_id() . ':' . $post_id ] );
	}

	/** The sidecar has been told: from now on it is a post like any other. */
	public static function end( int $post_id ): void {
		unset( self::$born[ get_current_blog_id() . ':' . $post_id ] );
	}

	/** Takes note of the id of the INSERT that was seen last. Called before any further query. */
	public static function settle(): void {
		global $wpdb;
		if ( '' === self::$expected ) {
			return;
		}
		if ( $wpdb->insert_id > 0 ) {
			self::$born[ self::$expected . ':' . $wpdb->insert_id ] = true;
			Posts::reconsider( (int) $wpdb->insert_id );
		}
		self::$expected = '';
	}
}
