<?php
/**
 * Core's own steps for one row named by its id.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * update_metadata_by_mid() and delete_metadata_by_mid() from their filter on. There the value is not sanitized yet.
 */
final class Core_Meta_By_Id {

	/**
	 * Updates a row.
	 *
	 * @param int   $meta_id Meta id.
	 * @param mixed $value   Value.
	 * @param mixed $key     New key, or false.
	 */
	public static function update( int $meta_id, $value, $key ): bool {
		$meta = get_metadata_by_mid( 'post', $meta_id );
		if ( ! $meta ) {
			return false;
		}
		$old_key = (string) $meta->meta_key;
		$post_id = $meta->post_id;
		if ( false === $key ) {
			$key = $old_key;
		} elseif ( ! is_string( $key ) ) {
			return false;
		}
		$clean = sanitize_meta( $key, $value, 'post', get_object_subtype( 'post', $post_id ) );
		$bytes = maybe_serialize( $clean );
		Actions::before_update( array( $meta_id ), $post_id, $key, $value, $bytes );
		$bytes_written = Meta_Write::bytes( $clean );
		if ( Meta_Write::is_refused( $key, $bytes_written )
			|| ! Take_Over::write( Meta_Write::update_row( (int) $post_id, $meta_id, $key, $bytes_written, $old_key ) ) ) {
			return false;
		}
		wp_cache_delete( $post_id, 'post_meta' );
		Actions::after_update( array( $meta_id ), $post_id, $key, $value, $bytes );
		return true;
	}

	/**
	 * Deletes a row.
	 *
	 * @param int $meta_id Meta id.
	 */
	public static function delete( int $meta_id ): bool {
		$meta = get_metadata_by_mid( 'post', $meta_id );
		if ( ! $meta ) {
			return false;
		}
		$post_id = (int) $meta->post_id;
		/** This action is documented in wp-includes/meta.php */
		do_action( 'delete_post_meta', (array) $meta_id, $post_id, $meta->meta_key, $meta->meta_value );
		/** This action is documented in wp-includes/meta.php */
		do_action( 'delete_postmeta', $meta_id );
		$deleted = (bool) Take_Over::write( Meta_Write::delete( $post_id, (string) $meta->meta_key, array( (string) $meta_id ), false ) );
		if ( ! $deleted ) {
			Deletion::not_deleted( $meta_id, $post_id );
		}
		wp_cache_delete( $post_id, 'post_meta' );
		/** This action is documented in wp-includes/meta.php */
		do_action( 'deleted_post_meta', (array) $meta_id, $post_id, $meta->meta_key, $meta->meta_value );
		/** This action is documented in wp-includes/meta.php */
		do_action( 'deleted_postmeta', $meta_id );
		return $deleted;
	}
}
