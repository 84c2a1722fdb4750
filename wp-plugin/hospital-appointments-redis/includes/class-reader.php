<?php
/**
 * Reading metadata.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Core's read filters are used as a signal that a post is about to be read. What they were given they return; core then
 * reads its cache, and finds it filled.
 */
final class Reader {

	/** @var int The post whose rows core is about to read for a key that is never in Redis. */
	private static $plain = 0;

	/** @var array<string, true> Posts whose shared entry was dropped for such a key: another process may have laid an older one there. */
	private static $dropped = array();

	/** Posts remembered for that. */
	private const LIMIT = 1000;

	/**
	 * Hooked to update_post_metadata_cache, which fires once for a whole list.
	 *
	 * @param mixed $check    Null, unless another filter answered.
	 * @param mixed $post_ids Posts.
	 * @return mixed
	 */
	public static function prime( $check, $post_ids ) {
		$plain       = self::$plain;
		self::$plain = 0;
		if ( null === $check && is_array( $post_ids ) && array( $plain ) !== $post_ids ) {
			Posts::touch( array_map( 'intval', $post_ids ) );
		}
		return $check;
	}

	/**
	 * Hooked to get_post_metadata. WordPress's own keys are never in Redis, and are asked for alone by every heartbeat, for
	 * each post of a list: for those core reads the rows by itself. That is no touch; what it has read is replaced by the first.
	 *
	 * @param mixed $check   Null, unless another filter answered.
	 * @param mixed $post_id Post.
	 * @param mixed $key     Key; '' for all.
	 * @return mixed
	 */
	public static function get( $check, $post_id, $key = '' ) {
		$post_id = (int) $post_id;
		if ( null !== $check || Posts::is_touched( $post_id ) || '' === Posts::type( $post_id ) ) {
			return $check;
		}
		if ( is_string( $key ) && '' !== $key && Settings::is_excluded( $key ) ) {
			self::$plain = 0;
			self::drop_shared( $post_id );
			if ( false === wp_cache_get( $post_id, 'post_meta' ) ) {
				Posts::forget( $post_id ); // What an earlier touch has seen would vouch for what core reads now.
				self::$plain = $post_id;
			}
			return $check;
		}
		Posts::touch( array( $post_id ) );
		return $check;
	}

	/**
	 * Drops what a persistent object cache has of a post, once in a request: an update through the sidecar lays there what its
	 * process knew, which may be from before somebody else's lock.
	 *
	 * @param int $post_id Post.
	 */
	private static function drop_shared( int $post_id ): void {
		$name = get_current_blog_id() . ":$post_id";
		if ( wp_using_ext_object_cache() && ! isset( self::$dropped[ $name ] ) ) {
			wp_cache_delete( $post_id, 'post_meta' );
			self::$dropped = array_slice( self::$dropped, -self::LIMIT, null, true ) + array( $name => true );
		}
	}

	/**
	 * Hooked to get_post_metadata_by_mid. Core has no cache for rows and reads them anew each time; so is asked anew whether
	 * a dirty field lies over this one.
	 *
	 * @param mixed $check   Null, unless another filter answered.
	 * @param mixed $meta_id Meta id.
	 * @return mixed
	 */
	public static function by_mid( $check, $meta_id ) {
		$row = null === $check ? Rows::of_offloaded( (int) $meta_id ) : null;
		if ( null === $row || Births::has( (int) $row->post_id ) || Deletion::is_leaving( (int) $row->post_id ) ) {
			return $check;
		}
		$post_id = (int) $row->post_id;
		$dirty   = Dirty_Fields::of( array( Posts::type( $post_id ) => array( $post_id ) ) )->fields[ $post_id ] ?? array();
		if ( ! array_key_exists( (string) $row->meta_key, $dirty ) ) {
			return $check;
		}
		if ( null === $dirty[ $row->meta_key ] ) {
			return false; // Deleted, and MySQL does not know yet.
		}
		$row->meta_value = maybe_unserialize( $dirty[ $row->meta_key ] );
		return $row;
	}
}
