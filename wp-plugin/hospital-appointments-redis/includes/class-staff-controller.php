<?php
/**
 * REST access for staff only.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Core's posts controller, with reading closed to the public.
 *
 * `show_in_rest` makes core answer anybody with the title and the registered metadata of every published post, also of a
 * post type that is not public. An appointment is patient data: here reading asks for what editing asks for.
 */
final class Staff_Controller extends \WP_REST_Posts_Controller {

	/**
	 * Whether the list may be read: by people who work with this type.
	 *
	 * @param \WP_REST_Request $request Request.
	 * @return true|\WP_Error
	 */
	public function get_items_permissions_check( $request ) {
		$type = get_post_type_object( $this->post_type );
		if ( null === $type || ! current_user_can( $type->cap->edit_posts ) ) {
			return new \WP_Error(
				'rest_forbidden',
				__( 'Sorry, you are not allowed to see these posts.', 'hospital-appointments-redis' ),
				array( 'status' => rest_authorization_required_code() )
			);
		}
		return parent::get_items_permissions_check( $request );
	}

	/**
	 * Whether one post may be read. Core asks this for a single post and for each post of a list.
	 *
	 * @param \WP_Post $post Post.
	 */
	public function check_read_permission( $post ): bool {
		return current_user_can( 'edit_post', $post->ID );
	}
}
