<?php
/**
 * The actions around an update.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Core's four, with core's arguments: once for each row, the newer with the value, the older with its bytes.
 */
final class Actions {

	/**
	 * Before an update.
	 *
	 * @param array<int|string> $meta_ids Rows.
	 * @param int|string        $post_id  Post.
	 * @param int|string        $key      Key, as the caller gave it.
	 * @param mixed             $value    Value.
	 * @param mixed             $bytes    maybe_serialize() of it.
	 */
	public static function before_update( array $meta_ids, $post_id, $key, $value, $bytes ): void {
		foreach ( $meta_ids as $meta_id ) {
			/** This action is documented in wp-includes/meta.php */
			do_action( 'update_post_meta', $meta_id, $post_id, $key, $value );
			/** This action is documented in wp-includes/meta.php */
			do_action( 'update_postmeta', $meta_id, $post_id, $key, $bytes );
		}
	}

	/**
	 * After an update that changed something.
	 *
	 * @param array<int|string> $meta_ids Rows.
	 * @param int|string        $post_id  Post.
	 * @param int|string        $key      Key, as the caller gave it.
	 * @param mixed             $value    Value.
	 * @param mixed             $bytes    maybe_serialize() of it.
	 */
	public static function after_update( array $meta_ids, $post_id, $key, $value, $bytes ): void {
		foreach ( $meta_ids as $meta_id ) {
			/** This action is documented in wp-includes/meta.php */
			do_action( 'updated_post_meta', $meta_id, $post_id, $key, $value );
			/** This action is documented in wp-includes/meta.php */
			do_action( 'updated_postmeta', $meta_id, $post_id, $key, $bytes );
		}
	}
}
