<?php
/**
 * Setting a status from the list: one appointment or several.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Row actions, bulk actions, and the notice that tells how it went.
 */
final class Status_Actions {

	public const ACTION = 'hospital_set_status';

	/** The steps that usually follow a status. */
	private const NEXT = array(
		'pending'     => array( 'confirmed', 'cancelled' ),
		'confirmed'   => array( 'checked_in', 'cancelled', 'no_show' ),
		'checked_in'  => array( 'in_progress', 'cancelled' ),
		'in_progress' => array( 'completed' ),
		'completed'   => array(),
		'cancelled'   => array( 'pending' ),
		'no_show'     => array( 'pending' ),
	);

	/**
	 * Hooked to post_row_actions.
	 *
	 * @param mixed $actions Links.
	 * @param mixed $post    Post.
	 * @return mixed
	 */
	public static function row( $actions, $post ) {
		if ( ! $post instanceof \WP_Post || ! self::may_set( $post->ID ) ) {
			return $actions;
		}
		$status = get_post_meta( $post->ID, 'status', true );
		$next   = self::NEXT[ is_string( $status ) ? $status : '' ] ?? array( 'pending', 'confirmed', 'cancelled' );
		$links  = array();
		foreach ( $next as $step ) {
			$links[ 'hospital_' . $step ] = sprintf(
				'<a href="%s">%s</a>',
				esc_url( self::url( $post->ID, $step ) ),
				esc_html( self::verb( $step ) )
			);
		}
		$actions = (array) $actions;
		$trash   = array_search( 'trash', array_keys( $actions ), true );
		$trash   = false === $trash ? count( $actions ) : (int) $trash;
		return array_slice( $actions, 0, $trash, true ) + $links + array_slice( $actions, $trash, null, true );
	}

	/** Hooked to admin_post_hospital_set_status. */
	public static function handle(): void {
		$post_id = isset( $_GET['post'] ) ? absint( $_GET['post'] ) : 0;
		$status  = isset( $_GET['status'] ) ? sanitize_key( wp_unslash( $_GET['status'] ) ) : '';
		check_admin_referer( self::ACTION . '_' . $post_id . '_' . $status );
		if ( ! self::may_set( $post_id ) || ! isset( Post_Types::statuses()[ $status ] ) ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to change this appointment.', 'hospital-appointments-redis' ), '', array( 'response' => 403 ) );
		}
		$set = self::set( $post_id, $status );
		wp_safe_redirect( self::result( wp_get_referer(), $set ? 1 : 0, $set ? 0 : 1, $post_id ) );
		exit;
	}

	/**
	 * Hooked to bulk_actions-edit-hospital_appointment.
	 *
	 * @param mixed $actions Bulk actions.
	 * @return array<string, mixed>
	 */
	public static function bulk( $actions ): array {
		$actions = (array) $actions;
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- which list is shown.
		if ( 'trash' === ( $_GET['post_status'] ?? '' ) ) {
			return $actions;
		}
		foreach ( Post_Types::statuses() as $status => $label ) {
			/* translators: %s: status of an appointment. */
			$actions[ self::ACTION . ':' . $status ] = sprintf( __( 'Set status: %s', 'hospital-appointments-redis' ), $label );
		}
		return $actions;
	}

	/**
	 * Hooked to handle_bulk_actions-edit-hospital_appointment; WordPress has checked the nonce of the list.
	 *
	 * @param mixed $redirect Where to go afterwards.
	 * @param mixed $action   Bulk action.
	 * @param mixed $ids      Posts.
	 * @return mixed
	 */
	public static function handle_bulk( $redirect, $action, $ids ) {
		$status = substr( (string) $action, strlen( self::ACTION ) + 1 );
		if ( 0 !== strpos( (string) $action, self::ACTION . ':' ) || ! isset( Post_Types::statuses()[ $status ] ) ) {
			return $redirect;
		}
		$ids = array_map( 'absint', (array) $ids );
		_prime_post_caches( $ids, false, true );
		$set    = 0;
		$failed = 0;
		$last   = 0;
		foreach ( $ids as $id ) {
			if ( self::may_set( $id ) && self::set( $id, $status ) ) {
				++$set;
				$last = $id;
			} else {
				++$failed;
			}
		}
		return self::result( (string) $redirect, $set, $failed, $last );
	}

	/** Hooked to admin_notices. */
	public static function notice(): void {
		$screen = get_current_screen();
		// phpcs:disable WordPress.Security.NonceVerification.Recommended -- numbers to show.
		if ( null === $screen || 'edit-' . Post_Types::APPOINTMENT !== $screen->id || ! isset( $_GET['hospital_set'], $_GET['hospital_failed'] ) ) {
			return;
		}
		$set    = absint( $_GET['hospital_set'] );
		$failed = absint( $_GET['hospital_failed'] );
		$one    = 1 === $set && isset( $_GET['hospital_one'] ) ? absint( $_GET['hospital_one'] ) : 0;
		// phpcs:enable
		if ( $set > 0 ) {
			/* translators: %s: number of appointments. */
			$text = sprintf( _n( 'Status of %s appointment set.', 'Status of %s appointments set.', $set, 'hospital-appointments-redis' ), number_format_i18n( $set ) );
			$text = self::may_set( $one ) ? self::outcome( $one ) : $text;
			printf( '<div class="notice notice-success is-dismissible"><p>%s</p></div>', esc_html( $text ) );
		}
		if ( $failed > 0 ) {
			/* translators: %s: number of appointments. */
			$text = sprintf( _n( 'Status of %s appointment could not be set.', 'Status of %s appointments could not be set.', $failed, 'hospital-appointments-redis' ), number_format_i18n( $failed ) );
			printf( '<div class="notice notice-error is-dismissible"><p>%s</p></div>', esc_html( $text ) );
		}
	}

	/**
	 * Hooked to removable_query_args.
	 *
	 * @param mixed $names Names of arguments that the address bar loses.
	 * @return array<int, string>
	 */
	public static function removable( $names ): array {
		return array_merge( (array) $names, array( 'hospital_set', 'hospital_failed', 'hospital_one' ) );
	}

	/** What a click does, as a verb. */
	private static function verb( string $step ): string {
		$verbs = array(
			'pending'     => __( 'Mark pending', 'hospital-appointments-redis' ),
			'confirmed'   => __( 'Confirm', 'hospital-appointments-redis' ),
			'checked_in'  => __( 'Check in', 'hospital-appointments-redis' ),
			'in_progress' => _x( 'Start', 'verb', 'hospital-appointments-redis' ),
			'completed'   => __( 'Complete', 'hospital-appointments-redis' ),
			'cancelled'   => _x( 'Cancel', 'an appointment', 'hospital-appointments-redis' ),
			'no_show'     => __( 'Mark no-show', 'hospital-appointments-redis' ),
		);
		return $verbs[ $step ] ?? Post_Types::status_label( $step );
	}

	/** How one appointment stands now. */
	private static function outcome( int $post_id ): string {
		$status = get_post_meta( $post_id, 'status', true );
		/* translators: 1: title of an appointment, 2: its status. */
		return sprintf( __( '%1$s: %2$s.', 'hospital-appointments-redis' ), Meta_Fields::name( $post_id ), Post_Types::status_label( is_scalar( $status ) ? (string) $status : '' ) );
	}

	/** Whether this is an appointment, not in the bin, and the user may change its status. */
	private static function may_set( int $post_id ): bool {
		return $post_id > 0 && Post_Types::ours() && Post_Types::APPOINTMENT === get_post_type( $post_id ) && 'trash' !== get_post_status( $post_id )
			&& current_user_can( 'edit_post', $post_id ) && current_user_can( 'edit_post_meta', $post_id, 'status' );
	}

	/** Sets it; true also when it was that already, which WordPress answers like a failure. */
	private static function set( int $post_id, string $status ): bool {
		return (bool) update_post_meta( $post_id, 'status', wp_slash( $status ) ) || get_post_meta( $post_id, 'status', true ) === $status;
	}

	/** The address of a row action. */
	private static function url( int $post_id, string $status ): string {
		$arguments = array(
			'action' => self::ACTION,
			'post'   => $post_id,
			'status' => $status,
		);
		return wp_nonce_url( add_query_arg( $arguments, admin_url( 'admin-post.php' ) ), self::ACTION . '_' . $post_id . '_' . $status );
	}

	/**
	 * Back to the list, with the result.
	 *
	 * @param string|false $address Where the user came from.
	 * @param int          $set     How many were set.
	 * @param int          $failed  How many were not.
	 * @param int          $one     Which it is, if one was set.
	 */
	private static function result( $address, int $set, int $failed, int $one ): string {
		$address = $address ? $address : admin_url( 'edit.php?post_type=' . Post_Types::APPOINTMENT );
		return add_query_arg(
			array(
				'hospital_set'    => $set,
				'hospital_failed' => $failed,
				'hospital_one'    => 1 === $set ? $one : false,
			),
			$address
		);
	}
}
