<?php
/**
 * The posts that this request has touched.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Lays the dirty fields over the rows, once per post and request, and remembers what an update needs to know.
 *
 * The metadata itself is kept where core keeps it, in the `post_meta` cache. A post whose entry there is not the one that was
 * laid there has not been touched: it was dropped, and a persistent cache may since have another process' older one.
 */
final class Posts {

	/** Posts asked for in one call. */
	private const CHUNK = 500;

	/** Nanoseconds after which an update looks again. */
	private const FRESH = 1000000000;

	/** Posts remembered at most: a command that walks through a million posts needs none of the first. */
	private const LIMIT = 20000;

	/** @var array<int, array<int, string>> Post type, '' if not offloaded; by blog and post. */
	private static $types = array();

	/** @var array<int, array<int, View>> What was seen; by blog and post. */
	private static $views = array();

	/** @var bool */
	private static $loading = false;

	/** @var string The post whose entry an update of ours has just replaced: blog and id. */
	private static $replaced = '';

	/** @var string Name of a note in the object cache that no other process sees; a flush takes it away. */
	private static $note = '';

	/** The post type, if it is an offloaded one; else ''. */
	public static function type( int $post_id ): string {
		$blog = get_current_blog_id();
		if ( isset( self::$types[ $blog ][ $post_id ] ) ) {
			return self::$types[ $blog ][ $post_id ];
		}
		if ( $post_id <= 0 || ! Settings::serves() ) {
			return '';
		}
		$type = get_post_type( $post_id );
		if ( ! is_string( $type ) ) {
			return Deletion::former_type( $post_id ); // Or there is no such post yet.
		}
		if ( count( self::$types[ $blog ] ?? array() ) > self::LIMIT ) {
			self::$types[ $blog ] = array();
		}
		return self::$types[ $blog ][ $post_id ] = isset( Settings::post_types()[ $type ] ) ? $type : ''; // phpcs:ignore Squiz.PHP.DisallowMultipleAssignments
	}

	/**
	 * First touch: loads those of these posts that are offloaded and were not touched yet.
	 *
	 * @param int[] $ids Posts.
	 */
	public static function touch( array $ids ): void {
		if ( self::$loading ) {
			return;
		}
		self::$loading = true;
		try {
			if ( count( $ids ) > 1 ) {
				self::prime_types( $ids );
			}
			$posts = array();
			foreach ( $ids as $id ) {
				if ( '' !== self::type( $id ) && null === self::known( $id ) ) {
					$posts[ $id ] = self::type( $id );
				}
			}
			foreach ( array_chunk( $posts, self::CHUNK, true ) as $chunk ) {
				self::load( $chunk );
			}
		} finally {
			self::$loading = false;
		}
	}

	/** What is known of a post, touching it if need be; null if it is not offloaded, or the database is away. */
	public static function view( int $post_id ): ?View {
		$view = self::known( $post_id );
		if ( null === $view ) {
			self::touch( array( $post_id ) );
			$view = self::known( $post_id );
		}
		return $view;
	}

	/** The same, at most a second old. */
	public static function fresh_view( int $post_id ): ?View {
		$view = self::view( $post_id );
		if ( null !== $view && ! $view->is_younger_than( self::FRESH ) ) {
			self::forget( $post_id );
			$view = self::view( $post_id );
		}
		return $view;
	}

	/** Whether this post need not be asked for: it was touched, and its cache entry is still there. */
	public static function is_touched( int $post_id ): bool {
		return null !== self::known( $post_id );
	}

	/** Whether what is known of this post, if anything, is all there was. */
	public static function is_known_whole( int $post_id ): bool {
		$view = self::known( $post_id );
		return null === $view || $view->complete;
	}

	/** First touch of a post that a barrier has brought home: nothing is dirty, and nobody need be asked. */
	public static function came_home( int $post_id ): void {
		self::load( array( $post_id => self::type( $post_id ) ), Dirty_Fields::none() );
	}

	/** Takes note that the sidecar has a new value: the cache entry is replaced, or dropped when it is not fresh any more. */
	public static function wrote( View $view, int $post_id, string $key, string $bytes ): void {
		if ( $view->is_younger_than( self::FRESH ) ) {
			$view->entry[ $key ] = array( $bytes );
			self::$replaced      = get_current_blog_id() . ":$post_id";
			wp_cache_set( $post_id, $view->entry, 'post_meta' );
			return;
		}
		wp_cache_delete( $post_id, 'post_meta' );
		self::forget( $post_id );
	}

	/**
	 * Hooked to what fires after each write, first of all: core has dropped the entry, and what comes into its place may be
	 * what another process read before.
	 *
	 * @param mixed $meta_ids Rows.
	 * @param mixed $post_id  Post; 0: any.
	 */
	public static function written( $meta_ids, $post_id = 0 ): void {
		$replaced       = get_current_blog_id() . ':' . (int) $post_id === self::$replaced;
		self::$replaced = '';
		if ( 0 === (int) $post_id ) {
			unset( self::$views[ get_current_blog_id() ] );
		} elseif ( ! $replaced ) {
			self::forget( (int) $post_id );
		}
	}

	/** The next touch of the post loads it afresh. */
	public static function forget( int $post_id ): void {
		unset( self::$views[ get_current_blog_id() ][ $post_id ] );
	}

	/** Hooked to clean_post_cache: the post may be of another type now. */
	public static function reconsider( $post_id ): void {
		unset( self::$types[ get_current_blog_id() ][ (int) $post_id ] );
		self::forget( (int) $post_id );
		Rows::reconsider();
	}

	/** What is known, if what the cache has is what was laid there. */
	private static function known( int $post_id ): ?View {
		$blog = get_current_blog_id();
		if ( ! isset( self::$views[ $blog ][ $post_id ] ) ) {
			return null;
		}
		if ( wp_using_ext_object_cache() ) { // One that ends with the request has lost its entries itself.
			self::heed_flushes();
		}
		$view = self::$views[ $blog ][ $post_id ] ?? null;
		return null !== $view && wp_cache_get( $post_id, 'post_meta' ) === $view->entry ? $view : null;
	}

	/**
	 * After a flush of the object cache, or of what this process keeps of it, nothing was touched: who makes room is given it,
	 * and a post may be of another type by now.
	 */
	public static function heed_flushes(): void {
		if ( '' === self::$note ) {
			self::$note = bin2hex( random_bytes( 8 ) );
			wp_cache_add_non_persistent_groups( array( 'hospital_appointments_process' ) );
			wp_cache_add_global_groups( array( 'hospital_appointments_process' ) ); // One note for all blogs.
		}
		if ( false === wp_cache_get( self::$note, 'hospital_appointments_process' ) ) {
			self::$views = array();
			self::$types = array();
			Rows::reconsider();
			wp_cache_set( self::$note, 1, 'hospital_appointments_process', HOUR_IN_SECONDS );
		}
	}

	/**
	 * Brings the posts themselves into the cache, which their types are asked from; not their metadata.
	 *
	 * @param int[] $ids Posts.
	 */
	private static function prime_types( array $ids ): void {
		$unknown = array_keys( array_diff_key( array_flip( $ids ), self::$types[ get_current_blog_id() ] ?? array() ) );
		if ( $unknown && Settings::serves() ) {
			_prime_post_caches( $unknown, false, false );
		}
	}

	/**
	 * Dirty fields first, rows last (protocol R8).
	 *
	 * @param array<int, string> $posts Type by post.
	 * @param Dirty_Fields|null  $dirty What is dirty, if that was asked just now.
	 */
	private static function load( array $posts, ?Dirty_Fields $dirty = null ): void {
		if ( count( self::$views[ get_current_blog_id() ] ?? array() ) > self::LIMIT ) {
			self::$views[ get_current_blog_id() ] = array();
		}
		$ask = array();
		foreach ( $posts as $id => $type ) {
			if ( ! Births::has( $id ) ) {
				$ask[ $type ][] = $id;
			}
		}
		$dirty = $dirty ?? Dirty_Fields::of( $ask );
		$rows  = Rows::of( array_keys( $posts ) );
		if ( null === $rows ) {
			return; // The database is away, and core will find out.
		}
		self::heed_flushes();
		list( $values, $meta_ids ) = $rows;

		$blog    = get_current_blog_id();
		$entries = array();
		foreach ( $posts as $id => $type ) {
			$view = new View( $values[ $id ] ?? array(), $meta_ids[ $id ] ?? array(), $dirty->leased || Births::has( $id ) );
			$view->lay_over( $dirty->fields[ $id ] ?? array() );

			self::$views[ $blog ][ $id ] = $view;
			$entries[ $id ]              = $view->entry;
		}
		wp_cache_set_multiple( $entries, 'post_meta' );
	}
}
