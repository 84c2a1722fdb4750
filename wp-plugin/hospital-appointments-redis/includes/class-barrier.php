<?php
/**
 * Bringing dirty fields home before MySQL is asked or written directly (protocol R5).
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Barriers for one post and for all.
 */
final class Barrier {

	/** Nanoseconds for which a barrier for all posts need not be repeated by the same request. */
	private const FRESH = 1000000000;

	/** Milliseconds that an export waits for one. */
	private const EXPORT = 30000;

	/** @var array<int, array{int, bool}> When that was, and whether everything came home, if this request wrote nothing since; by blog. */
	private static $last = array();

	/** @var array<int, true> Blogs for which this request has raised one, for all posts or for one. */
	private static $raised = array();

	/**
	 * Before core writes: whether it may, as the site is in offload mode and nothing older waits in Redis.
	 *
	 * @param int      $post_id Post; 0: all.
	 * @param string[] $keys    Keys about to be written, whose copies in Redis are dropped.
	 */
	public static function before_write( int $post_id, array $keys ): bool {
		if ( Births::has( $post_id ) || Deletion::is_home( $post_id ) ) {
			return true;
		}
		if ( 0 !== $post_id && Transaction::has( $post_id ) ) {
			return self::is_clean( $post_id, $keys );
		}
		$body = 0 === $post_id ? array( 'all' => true ) : array( 'posts' => array( Posts::type( $post_id ) => array( $post_id ) ) );
		$drop = array_values( array_unique( array_filter( $keys, array( self::class, 'may_be_in_redis' ) ) ) );
		if ( $drop ) {
			$body['drop'] = $drop;
		}
		$answer = Sidecar::tell( 'POST', '/v1/barrier', $body );
		if ( 'unknown_type' === $answer->code ) {
			return true; // A sidecar that does not offload this type has nothing of it, and is not gone.
		}
		if ( ! self::heed( $answer ) ) {
			return false;
		}
		if ( (int) ( $answer->data['synced'] ?? 0 ) > 0 || ! Posts::is_known_whole( $post_id ) ) {
			Posts::forget( $post_id ); // There may be new rows.
		}
		Transaction::note( $post_id );
		return true;
	}

	/**
	 * Whether none of these fields waits in Redis. For a post that the caller's transaction has written: a barrier might
	 * wait for its locks, and what another process has sent since would come over what is written now.
	 *
	 * @param int      $post_id Post.
	 * @param string[] $keys    Keys; none, or '': all.
	 */
	private static function is_clean( int $post_id, array $keys ): bool {
		$answer = Sidecar::tell( 'POST', '/v1/dirty', array( 'posts' => array( Posts::type( $post_id ) => array( $post_id ) ) ) );
		if ( ! $answer->ok() || true !== ( $answer->data['lease'] ?? false ) || ( $answer->data['unseen'] ?? false ) ) {
			return false;
		}
		$dirty = array_map( 'strval', array_keys( $answer->data['posts'][ $post_id ] ?? array() ) );
		if ( ! $keys || in_array( '', $keys, true ) ) {
			return ! $dirty;
		}
		return ! array_uintersect( $dirty, $keys, 'strcasecmp' );
	}

	/**
	 * Before all posts are read by SQL. What cannot be brought home now is read as it is.
	 *
	 * @param bool $again Also if it was done a moment ago.
	 * @return bool Whether everything is home.
	 */
	public static function all( bool $again = false ): bool {
		$blog = get_current_blog_id();
		$last = self::$last[ $blog ] ?? null;
		if ( ! Settings::serves() || Transaction::is_home() ) {
			return true;
		}
		if ( ! $again && null !== $last && hrtime( true ) - $last[0] < self::FRESH ) {
			return $last[1];
		}
		$home = self::heed( Sidecar::ask( 'POST', '/v1/barrier', array( 'all' => true ) ) );

		self::$last[ $blog ]   = array( (int) hrtime( true ), $home );
		self::$raised[ $blog ] = true;
		return $home;
	}

	/** Before one post is read by SQL. Its rows are then all there is of it, so that reading it takes no other call. */
	public static function post( int $post_id ): void {
		if ( '' !== Posts::type( $post_id ) && ! Births::has( $post_id ) && ! Transaction::is_home() && self::bring_home( Posts::type( $post_id ), $post_id ) ) {
			Posts::came_home( $post_id );
			self::$raised[ get_current_blog_id() ] = true;
		}
	}

	/** Brings a post home, as one of this type; whether that was done. */
	public static function bring_home( string $type, int $post_id ): bool {
		return self::heed( Sidecar::ask( 'POST', '/v1/barrier', array( 'posts' => array( $type => array( $post_id ) ) ) ) );
	}

	/** This request wrote to Redis: not everything is home any more. */
	public static function wrote(): void {
		unset( self::$last[ get_current_blog_id() ] );
	}

	/** Whether this request would do without a barrier now, as it has raised one. */
	public static function holds(): bool {
		return array() !== self::$last;
	}

	/**
	 * This request has done something else than to read. It may have waited for another (a lock, a row, an answer by HTTP),
	 * and must see what that one wrote meanwhile, as it would in MySQL. What could not be brought home is not tried again.
	 *
	 * Hooked to http_api_debug, which fires after each request that WordPress makes.
	 */
	public static function lapse(): void {
		self::$last = array_filter(
			self::$last,
			static function ( array $last ): bool {
				return ! $last[1];
			}
		);
	}

	/**
	 * Hooked to get_meta_sql: every meta query. It runs before WP_Query makes the key of its cached results.
	 *
	 * @param mixed $sql     The query's SQL.
	 * @param mixed $queries The clauses.
	 * @param mixed $type    Meta type.
	 * @param mixed $table   Primary table.
	 * @param mixed $column  Primary column.
	 * @param mixed $context The main query.
	 * @return mixed
	 */
	public static function meta_sql( $sql, $queries = null, $type = '', $table = '', $column = '', $context = null ) {
		if ( 'post' === $type && self::concerns( $context ) ) {
			self::all();
		}
		return $sql;
	}

	/**
	 * Hooked to export_wp, and to wxr_export_calculate_post_ids of WP-CLI, which fires no export_wp. A copy that is kept must not
	 * be of an older moment, and who makes one may wait for longer than a page: for what a sidecar that is well has not
	 * brought home yet.
	 *
	 * @param mixed $posts What is exported.
	 * @return mixed
	 */
	public static function export( $posts = null ) {
		if ( ! self::all() && ! Breaker::is_open() ) {
			self::heed( Sidecar::wait_for( 'POST', '/v1/barrier', array( 'all' => true ), self::EXPORT ) );
		}
		return $posts;
	}

	/**
	 * Hooked to xmlrpc_call: what reads posts lists their custom fields by SQL.
	 *
	 * @param mixed $method The method called.
	 */
	public static function xmlrpc( $method ): void {
		if ( is_string( $method ) && 1 === preg_match( '/\.get(?:Recent)?(?:Post|Page)s?$/D', $method ) ) {
			self::all();
		}
	}

	/**
	 * Hooked to postmeta_form_keys: the keys that the Custom Fields box offers are those of all posts. They are names, not
	 * values; the barrier that an edit screen raises for its own post will do.
	 *
	 * @param mixed $keys Keys, if another filter knows them.
	 * @return mixed
	 */
	public static function form_keys( $keys ) {
		if ( null === $keys && ! isset( self::$raised[ get_current_blog_id() ] ) ) {
			self::all();
		}
		return $keys;
	}

	/** Hooked to load-post.php and wp_ajax_add-meta, which look up custom fields by SQL when a form is sent. */
	public static function edit_form(): void {
		// phpcs:disable WordPress.Security.NonceVerification -- nothing of the request is acted upon.
		foreach ( array( $_POST['post_ID'] ?? 0, $_POST['post_id'] ?? 0 ) as $post_id ) { // phpcs:ignore WordPress.Security.ValidatedSanitizedInput
			self::post( is_scalar( $post_id ) ? absint( $post_id ) : 0 );
		}
		// phpcs:enable
	}

	/**
	 * Hooked to add_meta_boxes, before a post's screen is printed: the Custom Fields box lists rows by SQL. Earlier, the lock
	 * that WordPress sets on the post would make the first reading of it another call.
	 *
	 * @param mixed $type Post type, or what else has boxes.
	 * @param mixed $post Post.
	 */
	public static function edit_screen( $type, $post = null ): void {
		if ( $post instanceof \WP_Post && 'post.php' === ( $GLOBALS['pagenow'] ?? '' ) ) {
			self::post( $post->ID );
		}
	}

	/**
	 * Whether a query may find offloaded posts. One that names other post types cannot.
	 *
	 * @param mixed $query Query.
	 */
	private static function concerns( $query ): bool {
		$types = $query instanceof \WP_Query ? array_filter( (array) $query->get( 'post_type' ) ) : array();
		return ! $types || in_array( 'any', $types, true ) || array_intersect( $types, array_keys( Settings::post_types() ) );
	}

	/** Whether the sidecar would take this key. One that it would refuse must not make it refuse the barrier. */
	private static function may_be_in_redis( string $key ): bool {
		return 1 === preg_match( '/^.{1,255}$/Dsu', $key ) && ! Settings::is_excluded( $key );
	}

	/** Whether a barrier was answered. Something may have been synced then, so that no cached query result holds. */
	private static function heed( Answer $answer ): bool {
		if ( $answer->ok() ) {
			Caches::heed( (string) ( $answer->data['generation'] ?? 0 ) );
		}
		return $answer->ok();
	}
}
