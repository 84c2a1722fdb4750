<?php
/**
 * Posts that are deleted.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Brings a post home before it goes, and has it forgotten once it is gone.
 */
final class Deletion {

	/** @var array<string, bool> Posts on their way out: nothing more of them goes to Redis. Whether a barrier brought all of it home. */
	private static $leaving = array();

	/** @var array<string, string[]|null> Rows of those that are core's to delete or to leave: there when it began, or added by this request. Null: nobody knows. */
	private static $known = array();

	/** @var array<string, string> Their types. */
	private static $types = array();

	/** Whether the post is being deleted by this request. One whose deletion failed half way is a post like any other again. */
	public static function is_leaving( int $post_id ): bool {
		if ( ! self::$leaving || ! isset( self::$leaving[ self::name( $post_id ) ] ) ) {
			return false;
		}
		foreach ( debug_backtrace( 0 ) as $call ) { // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			$post = $call['args'][0] ?? null; // Another may be deleted meanwhile, and write to this one.
			if ( in_array( $call['function'], array( 'wp_delete_post', 'wp_delete_attachment' ), true ) && is_scalar( $post ) && (int) $post === $post_id ) {
				return true;
			}
		}
		return false;
	}

	/** Whether nothing of it is in Redis any more; what others may still send there is forgotten with the post. */
	public static function is_home( int $post_id ): bool {
		return self::is_leaving( $post_id ) && self::$leaving[ self::name( $post_id ) ];
	}

	/**
	 * Hooked to before_delete_post and delete_attachment.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function before( $post_id ): void {
		$post_id = (int) $post_id;
		unset( self::$leaving[ self::name( $post_id ) ], self::$known[ self::name( $post_id ) ] ); // Of a deletion that failed.
		if ( '' !== Posts::type( $post_id ) ) {
			self::$leaving[ self::name( $post_id ) ] = Barrier::before_write( $post_id, array() );
			self::$known[ self::name( $post_id ) ]   = self::rows( $post_id );
			self::$types[ self::name( $post_id ) ]   = Posts::type( $post_id );
		}
	}

	/** The type of a post that this request deletes, once its row is gone; '' of any other. */
	public static function former_type( int $post_id ): string {
		return self::$types[ self::name( $post_id ) ] ?? '';
	}

	/**
	 * Hooked to added_post_meta.
	 *
	 * @param mixed $meta_id Row.
	 * @param mixed $post_id Post.
	 */
	public static function added( $meta_id, $post_id = 0 ): void {
		if ( self::$known && isset( self::$known[ self::name( (int) $post_id ) ] ) ) {
			self::$known[ self::name( (int) $post_id ) ][] = (string) $meta_id;
		}
	}

	/**
	 * A row that core meant to delete is still there: our tables were away, not wp_postmeta. It goes with the post, as one that
	 * was not there when it began.
	 *
	 * @param int $meta_id Row.
	 * @param int $post_id Post.
	 */
	public static function not_deleted( int $meta_id, int $post_id ): void {
		if ( isset( self::$known[ self::name( $post_id ) ] ) ) {
			self::$known[ self::name( $post_id ) ] = array_diff( self::$known[ self::name( $post_id ) ], array( (string) $meta_id ) );
		}
	}

	/**
	 * Hooked to deleted_post. A row that a sidecar has born since core looked for the post's goes too; now that the post is
	 * gone there can be no other. What still waits for it, unseen, is overtaken: without a mark it would end as a dead letter.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function after( $post_id ): void {
		$post_id = (int) $post_id;
		if ( self::is_leaving( $post_id ) ) {
			$known = self::$known[ self::name( $post_id ) ];
			unset( self::$leaving[ self::name( $post_id ) ], self::$known[ self::name( $post_id ) ] );
			self::clear( $post_id, Posts::type( $post_id ), $known );
			unset( self::$types[ self::name( $post_id ) ] );
		}
	}

	/**
	 * Clears away what is left of a post that is gone.
	 *
	 * @param int           $post_id Post.
	 * @param string        $type    Type that it had.
	 * @param string[]|null $known   Rows that are core's to leave.
	 */
	private static function clear( int $post_id, string $type, ?array $known ): void {
		if ( '' === $type || Births::has( $post_id ) ) {
			return;
		}
		global $wpdb;
		foreach ( null === $known ? array() : array_diff( (array) self::rows( $post_id ), $known ) as $born ) {
			$wpdb->delete( $wpdb->postmeta, array( 'meta_id' => $born ), '%d' );
		}
		if ( Transaction::is_open() || ! self::forget( $type, $post_id ) ) {
			Take_Over::write( Meta_Write::none( $post_id ) );
			if ( ! Transaction::is_open() && Site::is_offload() ) { // It has returned meanwhile: nothing was written.
				self::forget( $type, $post_id );
			}
		}
	}

	/** Whether a sidecar has forgotten the post. */
	private static function forget( string $type, int $post_id ): bool {
		return Sidecar::tell( 'POST', '/v1/forget', array( 'posts' => array( $type => array( $post_id ) ) ) )->ok();
	}

	/**
	 * The rows of a post; null when MySQL did not say.
	 *
	 * @return string[]|null
	 */
	private static function rows( int $post_id ): ?array {
		global $wpdb;
		$ids = $wpdb->get_col( $wpdb->prepare( "SELECT meta_id FROM $wpdb->postmeta WHERE post_id = %d", $post_id ) );
		return '' === $wpdb->last_error ? $ids : null;
	}

	/** A post of the current blog, as a key. */
	private static function name( int $post_id ): string {
		return get_current_blog_id() . ':' . $post_id;
	}
}
