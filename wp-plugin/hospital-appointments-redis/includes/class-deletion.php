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

	/** @var array<string, string[]> Rows of those that are core's to delete or to leave: there when it began, or added by this request. Without an entry nobody knows. */
	private static $known = array();

	/** Whether the post is being deleted by this request. */
	public static function is_leaving( int $post_id ): bool {
		return self::$leaving && isset( self::$leaving[ get_current_blog_id() . ':' . $post_id ] );
	}

	/** Whether nothing of it is in Redis any more; what others may still send there is forgotten with the post. */
	public static function is_home( int $post_id ): bool {
		return self::$leaving[ get_current_blog_id() . ':' . $post_id ] ?? false;
	}

	/**
	 * Hooked to before_delete_post and delete_attachment.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function before( $post_id ): void {
		$post_id = (int) $post_id;
		if ( '' !== Posts::type( $post_id ) && ! self::is_leaving( $post_id ) ) {
			$this_one = get_current_blog_id() . ':' . $post_id;

			self::$leaving[ $this_one ] = Barrier::before_write( $post_id, array() );
			self::$known[ $this_one ]   = self::rows( $post_id );
			if ( '' !== $GLOBALS['wpdb']->last_error ) {
				unset( self::$known[ $this_one ] );
			}
		}
	}

	/**
	 * Hooked to added_post_meta.
	 *
	 * @param mixed $meta_id Row.
	 * @param mixed $post_id Post.
	 */
	public static function added( $meta_id, $post_id = 0 ): void {
		$this_one = self::$known ? get_current_blog_id() . ':' . (int) $post_id : '';
		if ( isset( self::$known[ $this_one ] ) ) {
			self::$known[ $this_one ][] = (string) $meta_id;
		}
	}

	/**
	 * The rows of a post.
	 *
	 * @return string[]
	 */
	private static function rows( int $post_id ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( "SELECT meta_id FROM $wpdb->postmeta WHERE post_id = %d", $post_id ) );
	}

	/**
	 * Hooked to deleted_post. A row that a sidecar has born since core looked for the post's goes too; now that the post is
	 * gone there can be no other. What still waits for it, unseen, is overtaken: without a mark it would end as a dead letter.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function after( $post_id ): void {
		$post_id = (int) $post_id;
		if ( ! self::is_leaving( $post_id ) ) {
			return;
		}
		$type     = Posts::type( $post_id );
		$this_one = get_current_blog_id() . ':' . $post_id;
		$known    = self::$known[ $this_one ] ?? null;
		unset( self::$leaving[ $this_one ], self::$known[ $this_one ] );
		if ( '' === $type || Births::has( $post_id ) ) {
			return;
		}
		global $wpdb;
		foreach ( null === $known ? array() : array_diff( self::rows( $post_id ), $known ) as $born ) {
			$wpdb->delete( $wpdb->postmeta, array( 'meta_id' => $born ), '%d' );
		}
		if ( Transaction::is_open() || ! Sidecar::tell( 'POST', '/v1/forget', array( 'posts' => array( $type => array( $post_id ) ) ) )->ok() ) {
			Take_Over::write( Meta_Write::none( $post_id ) );
		}
	}
}
