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
			self::$leaving[ get_current_blog_id() . ':' . $post_id ] = Barrier::before_write( $post_id, array() );
		}
	}

	/**
	 * Hooked to deleted_post. A row that a sidecar has born since core deleted the post's goes too; now that the post is gone
	 * there can be no other. What still waits for it, unseen, is overtaken: without a mark it would end as a dead letter.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function after( $post_id ): void {
		$post_id = (int) $post_id;
		if ( ! self::is_leaving( $post_id ) ) {
			return;
		}
		$type = Posts::type( $post_id );
		unset( self::$leaving[ get_current_blog_id() . ':' . $post_id ] );
		if ( '' === $type || Births::has( $post_id ) ) {
			return;
		}
		global $wpdb;
		$wpdb->delete( $wpdb->postmeta, array( 'post_id' => $post_id ), '%d' );
		if ( Transaction::is_open() || ! Sidecar::tell( 'POST', '/v1/forget', array( 'posts' => array( $type => array( $post_id ) ) ) )->ok() ) {
			Take_Over::write( Meta_Write::none( $post_id ) );
		}
	}
}
