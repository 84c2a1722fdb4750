<?php
/**
 * Writing metadata.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Updates of single rows go to the sidecar. All other writes core does itself: after a barrier, by answering null; or
 * where no sidecar owns the site, step by step in the take-over's transaction.
 *
 * Each callback begins by letting other filters win.
 */
final class Writer {

	/** What core fires when it has looked at the rows and has not written yet. */
	private const BEFORE = array( 'add_post_meta', 'update_post_meta', 'update_postmeta', 'delete_post_meta', 'delete_postmeta' );

	/** Writes within writes that are told apart; a command that imports a million posts need not remember them. */
	private const DEPTH = 50;

	/** @var array<string, true> Posts, 0 for all, whose last write was left to core. */
	private static $left = array();

	/** @var string The field whose update was left to core: where it has no row, core comes back through add(). */
	private static $absent = '';

	/** @var bool Whether that was after a barrier. */
	private static $is_home = false;

	/**
	 * Hooked to update_post_metadata, last of all.
	 *
	 * @param mixed $check   Null, unless another filter answered.
	 * @param mixed $post_id Post.
	 * @param mixed $key     Key, unslashed.
	 * @param mixed $value   Value, unslashed and sanitized.
	 * @param mixed $prev    Previous value.
	 * @return mixed
	 */
	public static function update( $check, $post_id, $key, $value, $prev = '' ) {
		self::$absent = '';
		if ( null !== $check || ! self::concerns( $post_id, $key ) ) {
			return $check;
		}
		if ( Core_Meta::is_same( $post_id, $key, $value, $prev ) ) { // To look is a touch.
			$view = Posts::view( $post_id );
			if ( null !== $view && $view->complete ) {
				return false;
			}
		} elseif ( empty( $prev ) ) {
			$view   = Posts::fresh_view( $post_id );
			$stored = maybe_serialize( $value );
			if ( null !== $view && self::may_offload( $view, $post_id, (string) $key, $stored ) ) {
				return Offload::update( $view, $post_id, $key, $value, $stored );
			}
		}
		$is_home = Barrier::before_write( $post_id, array( (string) $key ) );
		$done    = $is_home ? self::leave( $post_id ) : Core_Meta::update( $post_id, $key, $value, $prev );

		self::$is_home = $is_home;
		self::$absent  = null === $done ? get_current_blog_id() . ":$post_id:$key" : '';
		return $done;
	}

	/**
	 * Hooked to add_post_metadata, last of all.
	 *
	 * @param mixed $check   Null, unless another filter answered.
	 * @param mixed $post_id Post.
	 * @param mixed $key     Key, unslashed.
	 * @param mixed $value   Value, unslashed and sanitized.
	 * @param mixed $unique  Whether only if the key has no row.
	 * @return mixed
	 */
	public static function add( $check, $post_id, $key, $value, $unique = false ) {
		$absent       = self::$absent;
		self::$absent = '';
		if ( null !== $check || ! self::concerns( $post_id, $key ) ) {
			return $check;
		}
		// Of an update: whether core found that there is no row after a barrier of a moment ago, as far as we know.
		$update = self::is_update();
		$after  = self::$is_home && get_current_blog_id() . ":$post_id:$key" === $absent;
		if ( $update ? $after : Barrier::before_write( $post_id, array( (string) $key ) ) ) {
			return self::leave( $post_id );
		}
		return Core_Meta::add( $post_id, $key, $value, $unique, $update );
	}

	/**
	 * Hooked to delete_post_metadata, last of all.
	 *
	 * @param mixed $check      Null, unless another filter answered.
	 * @param mixed $post_id    Post.
	 * @param mixed $key        Key, unslashed.
	 * @param mixed $value      Only rows of this value.
	 * @param mixed $delete_all Whether of all posts.
	 * @return mixed
	 */
	public static function delete( $check, $post_id, $key, $value = '', $delete_all = false ) {
		self::$absent = '';
		if ( null !== $check || ! self::concerns( $delete_all ? 0 : $post_id, $key ) ) {
			return $check;
		}
		if ( Barrier::before_write( $delete_all ? 0 : $post_id, array( (string) $key ) ) ) {
			return self::leave( $delete_all ? 0 : $post_id );
		}
		return Core_Meta::delete( $post_id, $key, $value, $delete_all );
	}

	/**
	 * Hooked to update_post_metadata_by_mid, last of all.
	 *
	 * @param mixed $check   Null, unless another filter answered.
	 * @param mixed $meta_id Meta id.
	 * @param mixed $value   Value, unslashed.
	 * @param mixed $key     New key, or false.
	 * @return mixed
	 */
	public static function update_by_mid( $check, $meta_id, $value, $key = false ) {
		self::$absent = '';

		$row = null === $check ? Rows::of_offloaded( (int) $meta_id ) : null;
		if ( null === $row ) {
			return $check;
		}
		$keys = array_unique( array( (string) $row->meta_key, is_string( $key ) ? $key : (string) $row->meta_key ) );
		if ( ! array_diff( $keys, array_filter( $keys, array( Settings::class, 'is_excluded' ) ) ) || Barrier::before_write( (int) $row->post_id, $keys ) ) {
			return self::leave( (int) $row->post_id );
		}
		return Core_Meta_By_Id::update( (int) $meta_id, $value, $key );
	}

	/**
	 * Hooked to delete_post_metadata_by_mid, last of all.
	 *
	 * @param mixed $check   Null, unless another filter answered.
	 * @param mixed $meta_id Meta id.
	 * @return mixed
	 */
	public static function delete_by_mid( $check, $meta_id ) {
		self::$absent = '';

		$row = null === $check ? Rows::of_offloaded( (int) $meta_id ) : null;
		if ( null === $row || ! self::concerns( (int) $row->post_id, (string) $row->meta_key ) ) {
			return $check;
		}
		if ( Barrier::before_write( (int) $row->post_id, array( (string) $row->meta_key ) ) ) {
			return self::leave( (int) $row->post_id );
		}
		return Core_Meta_By_Id::delete( (int) $meta_id );
	}

	/**
	 * Core is about to write a field of which it has not asked us.
	 *
	 * @param int    $post_id Post; 0: all.
	 * @param string $key     Key.
	 */
	public static function unasked( int $post_id, string $key ): void {
		if ( ! self::concerns( $post_id, $key ) ) {
			return;
		}
		if ( ! Barrier::before_write( $post_id, array( $key ) ) ) {
			Take_Over::write( Meta_Write::none( $post_id, $key ) );
		}
		self::leave( $post_id );
	}

	/** Whether we left this field to core as one without a row, without a barrier. Core may find that it has one by now. */
	public static function expects_none( int $post_id, string $key ): bool {
		return '' !== self::$absent && ! self::$is_home && get_current_blog_id() . ":$post_id:$key" === self::$absent;
	}

	/** Whether core adds what it was told to update: the filter is called from add_metadata(), and that from update_metadata(). */
	private static function is_update(): bool {
		$calls = array_column( debug_backtrace( DEBUG_BACKTRACE_IGNORE_ARGS, 7 ), 'function' ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		$adds  = array_search( 'add_metadata', $calls, true );
		return false !== $adds && 'update_metadata' === ( $calls[ $adds + 1 ] ?? '' );
	}

	/**
	 * Whether core is about to write rows of this post and only lets others know. What they write meanwhile must be there
	 * before core's SQL, not come out of Redis after it.
	 */
	public static function is_core_writing( int $post_id ): bool {
		if ( ! self::$left ) {
			return false;
		}
		$blog = get_current_blog_id();
		return ( isset( self::$left[ "$blog:$post_id" ] ) || isset( self::$left[ "$blog:0" ] ) ) && array_intersect( self::BEFORE, (array) $GLOBALS['wp_current_filter'] );
	}

	/** A write of this post that is not left to core begins. */
	public static function take( int $post_id ): void {
		if ( self::$left ) {
			$blog = get_current_blog_id();
			unset( self::$left[ "$blog:$post_id" ], self::$left[ "$blog:0" ] );
		}
	}

	/**
	 * Leaves a write to core.
	 *
	 * @param int $post_id Post; 0: all.
	 * @return null
	 */
	public static function leave( int $post_id ) {
		$name = get_current_blog_id() . ":$post_id";
		unset( self::$left[ $name ] );
		self::$left = array_slice( self::$left, -self::DEPTH, null, true ) + array( $name => true );
		return null;
	}

	/**
	 * Whether a write is to an offloaded post, under a key that is not WordPress's own. A key of digits is an int where PHP has
	 * made one of it, as of an array's.
	 *
	 * @param mixed $post_id Post; 0: all.
	 * @param mixed $key     Key.
	 */
	private static function concerns( $post_id, $key ): bool {
		Posts::heed_flushes();
		$offloaded = is_int( $post_id ) && ( 0 === $post_id ? Settings::serves() : '' !== Posts::type( $post_id ) );
		return $offloaded && is_scalar( $key ) && ! Settings::is_excluded( (string) $key );
	}

	/**
	 * Whether an update may go to the sidecar at all. What core would do differently with it, core does.
	 *
	 * @param View   $view    The post.
	 * @param int    $post_id Post.
	 * @param string $key     Key.
	 * @param mixed  $stored  maybe_serialize() of the value.
	 */
	private static function may_offload( View $view, int $post_id, string $key, $stored ): bool {
		if ( Transaction::is_open() || Deletion::is_leaving( $post_id ) || self::is_core_writing( $post_id ) ) {
			return false;
		}
		return 1 === count( $view->ids( $key ) ) && ! $view->collides( $key ) && Meta_Write::means_the_same( $key, Meta_Write::text( $stored ) );
	}
}
