<?php
/**
 * Who has appointments is nobody's business either.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Core's REST API names to anybody the users who have published something of a type with `show_in_rest`. An appointment is
 * not published in that sense: who has made nothing else is not named.
 */
final class Staff_Users {

	/**
	 * Hooked to rest_user_query.
	 *
	 * @param mixed $arguments Of the WP_User_Query.
	 * @return mixed
	 */
	public static function query( $arguments ) {
		$types = is_array( $arguments ) ? ( $arguments['has_published_posts'] ?? null ) : null;
		if ( ! self::hides( $types ) ) {
			return $arguments;
		}
		$arguments['has_published_posts'] = self::others( $types );
		if ( ! $arguments['has_published_posts'] ) {
			$arguments['include'] = array( 0 ); // No types would mean no such condition.
		}
		return $arguments;
	}

	/**
	 * Hooked to get_usernumposts, which the REST API asks about one user.
	 *
	 * @param mixed $count       Number of posts.
	 * @param mixed $user_id     User.
	 * @param mixed $types       Post types.
	 * @param mixed $public_only Whether private posts are left out.
	 * @return mixed
	 */
	public static function count( $count, $user_id = 0, $types = '', $public_only = false ) {
		if ( ! did_action( 'rest_api_init' ) || ! self::hides( $types ) ) {
			return $count;
		}
		return self::others( $types ) ? count_user_posts( (int) $user_id, self::others( $types ), (bool) $public_only ) : '0';
	}

	/**
	 * Whether there are types of the plugin's among these, and the current user does not work with them.
	 *
	 * @param mixed $types Post types.
	 */
	private static function hides( $types ): bool {
		return is_array( $types ) && count( self::others( $types ) ) < count( $types ) && ! current_user_can( 'edit_posts' );
	}

	/**
	 * The types that are not the plugin's.
	 *
	 * @param array<mixed> $types Post types.
	 * @return array<int, mixed>
	 */
	private static function others( array $types ): array {
		return array_values( array_filter( $types, static fn( $type ): bool => ! Post_Types::is_ours( (string) $type ) ) );
	}
}
