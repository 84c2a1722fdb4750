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
 * Nothing of a post that is being inserted can be waiting in Redis: nobody else knows it yet, but by its slug. What waits
 * under that is older and will change no row, but for what nobody could look up; then it is like any other post.
 *
 * wp_insert_post() writes meta_input before any hook names the new post. So the birth is seen where it happens, in the
 * INSERT into wp_posts: by the time anything asks, $wpdb->insert_id is the new post. It ends when the post is announced,
 * or after a second: then another process may have found it, and sent something to Redis.
 */
final class Births {

	/** @var string The blog of an INSERT whose id is not known yet; '' for none. */
	private static $expected = '';

	/** Nanoseconds that a birth lasts at most. */
	private const LONGEST = 1000000000;

	/** Births remembered at most: who inserts a million posts by SQL of its own announces none of them. */
	private const LIMIT = 1000;

	/** What is fired when a post is announced, before anybody hears of it. */
	private const ANNOUNCED = array( 'transition_post_status', 'save_post', 'add_attachment', 'wp_after_insert_post' );

	/** @var array<string, int> When each was born (hrtime). */
	private static $born = array();

	/** @var int How many announcements there had been when the last INSERT was seen. */
	private static $announced = 0;

	/**
	 * An INSERT is about to run.
	 *
	 * @param string $sql SQL.
	 */
	public static function see( string $sql ): void {
		global $wpdb;
		if ( 0 === strncasecmp( $sql, "INSERT INTO `$wpdb->posts` ", strlen( $wpdb->posts ) + 15 ) && ( ! self::may_be_ours( $sql ) || self::nothing_waits() ) ) {
			self::has( 0 ); // Those before it may be announced by now.
			self::$expected  = (string) get_current_blog_id();
			self::$announced = self::announcements();
		}
	}

	/** Whether the post may be of an offloaded type: its name is in the SQL. */
	private static function may_be_ours( string $sql ): bool {
		foreach ( Settings::serves() ? array_keys( Settings::post_types() ) : array() as $type ) {
			if ( false !== strpos( $sql, "'$type'" ) ) {
				return true;
			}
		}
		return false;
	}

	/** Whether nothing waits in Redis under a slug that MySQL was away for when it came. */
	private static function nothing_waits(): bool {
		$answer = Sidecar::tell( 'POST', '/v1/dirty', array( 'posts' => new \stdClass() ) );
		return $answer->ok() && ( $answer->data['lease'] ?? false ) ? ! ( $answer->data['unseen'] ?? false ) : ! Site::is_offload();
	}

	/** Whether this request is inserting the post, and nobody has been told of it yet. */
	public static function has( int $post_id ): bool {
		self::settle();
		if ( self::$born && self::announcements() !== self::$announced ) {
			self::$born = array(); // No hook of ours: before all others it would make WordPress skip some of theirs.
		}
		return self::$born && hrtime( true ) - ( self::$born[ get_current_blog_id() . ':' . $post_id ] ?? 0 ) < self::LONGEST;
	}

	/** From now on it is a post like any other. */
	public static function end( int $post_id ): void {
		unset( self::$born[ get_current_blog_id() . ':' . $post_id ] );
	}

	/** How many posts were announced by now, in some way. */
	private static function announcements(): int {
		return (int) array_sum( array_map( 'did_action', self::ANNOUNCED ) );
	}

	/** Takes note of the id of the INSERT that was seen last. Called before any further query. */
	public static function settle(): void {
		global $wpdb;
		if ( '' === self::$expected ) {
			return;
		}
		if ( $wpdb->insert_id > 0 ) {
			if ( count( self::$born ) > self::LIMIT ) {
				self::$born = array_slice( self::$born, -intdiv( self::LIMIT, 2 ), null, true );
			}
			self::$born[ self::$expected . ':' . $wpdb->insert_id ] = (int) hrtime( true );
			Posts::reconsider( (int) $wpdb->insert_id );
		}
		self::$expected = '';
	}
}
