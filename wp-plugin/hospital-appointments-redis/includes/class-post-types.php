<?php
/**
 * The two post types, unless the site brings its own.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Registers `hospital_appointment` and `hospital_doctor` with their metadata.
 *
 * A site that defines HOSPITAL_APPOINTMENT_POST_TYPES names types that it registers itself; then nothing here applies.
 * The types are for staff: no front end, no search, no feed, and the REST API asks for a signed-in editor of the post.
 */
final class Post_Types {

	public const APPOINTMENT = 'hospital_appointment';
	public const DOCTOR      = 'hospital_doctor';

	/** Whether the plugin's own post types are in use: a constant that names none means the default, as in Settings. */
	public static function ours(): bool {
		$named = defined( 'HOSPITAL_APPOINTMENT_POST_TYPES' ) ? constant( 'HOSPITAL_APPOINTMENT_POST_TYPES' ) : '';
		return ! is_scalar( $named ) || '' === trim( (string) $named );
	}

	/** Whether this is one of the plugin's own post types, and in use. */
	public static function is_ours( string $post_type ): bool {
		return self::ours() && in_array( $post_type, array( self::APPOINTMENT, self::DOCTOR ), true );
	}

	/** Hooked to init. */
	public static function register(): void {
		if ( ! self::ours() ) {
			return;
		}
		register_post_type( self::APPOINTMENT, self::arguments( self::appointment_labels(), 'dashicons-calendar-alt' ) );
		register_post_type( self::DOCTOR, self::arguments( self::doctor_labels(), 'dashicons-businessperson' ) );
		Post_Meta::register();
	}

	/**
	 * Hooked to use_block_editor_for_post_type: one meta box on the standard edit screen is all that these types need.
	 *
	 * @param mixed $use       What WordPress or another plugin decided.
	 * @param mixed $post_type Post type.
	 * @return mixed
	 */
	public static function use_block_editor( $use, $post_type ) {
		return self::is_ours( (string) $post_type ) ? false : $use;
	}

	/**
	 * Hooked to post_updated_messages: without its own, a type is told of as a post.
	 *
	 * @param mixed $messages Messages by post type and number.
	 * @return mixed
	 */
	public static function messages( $messages ) {
		if ( ! is_array( $messages ) || ! self::ours() ) {
			return $messages;
		}
		foreach ( array( self::APPOINTMENT, self::DOCTOR ) as $type ) {
			$messages[ $type ] = array_fill( 1, 10, get_post_type_object( $type )->labels->item_updated ?? '' );
		}
		return $messages;
	}

	/**
	 * Hooked to bulk_post_updated_messages: the same for what was done to several.
	 *
	 * @param mixed $messages Messages by post type and what was done.
	 * @param mixed $counts   Numbers of posts by what was done.
	 * @return mixed
	 */
	public static function bulk_messages( $messages, $counts ) {
		if ( ! is_array( $messages ) || ! is_array( $counts ) || ! self::ours() ) {
			return $messages;
		}
		$counts += array_fill_keys( array( 'updated', 'locked', 'deleted', 'trashed', 'untrashed' ), 0 );
		$texts   = array(
			/* translators: %s: number of appointments or doctors. */
			'updated'   => _n( '%s item updated.', '%s items updated.', (int) $counts['updated'], 'hospital-appointments-redis' ),
			/* translators: %s: number of appointments or doctors. */
			'locked'    => _n( '%s item not updated, somebody is editing it.', '%s items not updated, somebody is editing them.', (int) $counts['locked'], 'hospital-appointments-redis' ),
			/* translators: %s: number of appointments or doctors. */
			'deleted'   => _n( '%s item permanently deleted.', '%s items permanently deleted.', (int) $counts['deleted'], 'hospital-appointments-redis' ),
			/* translators: %s: number of appointments or doctors. */
			'trashed'   => _n( '%s item moved to the Trash.', '%s items moved to the Trash.', (int) $counts['trashed'], 'hospital-appointments-redis' ),
			/* translators: %s: number of appointments or doctors. */
			'untrashed' => _n( '%s item restored from the Trash.', '%s items restored from the Trash.', (int) $counts['untrashed'], 'hospital-appointments-redis' ),
		);
		return array(
			self::APPOINTMENT => $texts,
			self::DOCTOR      => $texts,
		) + $messages;
	}

	/**
	 * The statuses that the screens offer. Others are allowed: the guide itself writes `pending_confirmation`.
	 *
	 * @return array<string, string> Label by status.
	 */
	public static function statuses(): array {
		return array(
			'pending'     => __( 'Pending', 'hospital-appointments-redis' ),
			'confirmed'   => __( 'Confirmed', 'hospital-appointments-redis' ),
			'checked_in'  => __( 'Checked in', 'hospital-appointments-redis' ),
			'in_progress' => __( 'In progress', 'hospital-appointments-redis' ),
			'completed'   => __( 'Completed', 'hospital-appointments-redis' ),
			'cancelled'   => __( 'Cancelled', 'hospital-appointments-redis' ),
			'no_show'     => __( 'No show', 'hospital-appointments-redis' ),
		);
	}

	/** The label of a status, or the status itself where it is none of ours. */
	public static function status_label( string $status ): string {
		return self::statuses()[ $status ] ?? $status;
	}

	/**
	 * What both types share.
	 *
	 * @param array<string, string> $labels Labels.
	 * @param string                $icon   Menu icon.
	 * @return array<string, mixed>
	 */
	private static function arguments( array $labels, string $icon ): array {
		return array(
			'labels'                => $labels,
			'public'                => false,
			'show_ui'               => true,
			'show_in_rest'          => true,
			'rest_controller_class' => Staff_Controller::class,
			'supports'              => array( 'title', 'custom-fields' ),
			'capability_type'       => 'post',
			'map_meta_cap'          => true,
			'menu_icon'             => $icon,
			'has_archive'           => false,
			'rewrite'               => false,
			'query_var'             => false,
			'delete_with_user'      => false,
		);
	}

	/**
	 * Labels of the appointment type.
	 *
	 * @return array<string, string>
	 */
	private static function appointment_labels(): array {
		return array(
			'name'               => __( 'Appointments', 'hospital-appointments-redis' ),
			'singular_name'      => __( 'Appointment', 'hospital-appointments-redis' ),
			'add_new'            => __( 'Add Appointment', 'hospital-appointments-redis' ),
			'add_new_item'       => __( 'Add Appointment', 'hospital-appointments-redis' ),
			'edit_item'          => __( 'Edit Appointment', 'hospital-appointments-redis' ),
			'new_item'           => __( 'New Appointment', 'hospital-appointments-redis' ),
			'view_item'          => __( 'View Appointment', 'hospital-appointments-redis' ),
			'search_items'       => __( 'Search Appointments', 'hospital-appointments-redis' ),
			'not_found'          => __( 'No appointments found.', 'hospital-appointments-redis' ),
			'not_found_in_trash' => __( 'No appointments found in Trash.', 'hospital-appointments-redis' ),
			'all_items'          => __( 'All Appointments', 'hospital-appointments-redis' ),
			'item_updated'       => __( 'Appointment updated.', 'hospital-appointments-redis' ),
		);
	}

	/**
	 * Labels of the doctor type.
	 *
	 * @return array<string, string>
	 */
	private static function doctor_labels(): array {
		return array(
			'name'               => __( 'Doctors', 'hospital-appointments-redis' ),
			'singular_name'      => __( 'Doctor', 'hospital-appointments-redis' ),
			'add_new'            => __( 'Add Doctor', 'hospital-appointments-redis' ),
			'add_new_item'       => __( 'Add Doctor', 'hospital-appointments-redis' ),
			'edit_item'          => __( 'Edit Doctor', 'hospital-appointments-redis' ),
			'new_item'           => __( 'New Doctor', 'hospital-appointments-redis' ),
			'view_item'          => __( 'View Doctor', 'hospital-appointments-redis' ),
			'search_items'       => __( 'Search Doctors', 'hospital-appointments-redis' ),
			'not_found'          => __( 'No doctors found.', 'hospital-appointments-redis' ),
			'not_found_in_trash' => __( 'No doctors found in Trash.', 'hospital-appointments-redis' ),
			'all_items'          => __( 'All Doctors', 'hospital-appointments-redis' ),
			'item_updated'       => __( 'Doctor updated.', 'hospital-appointments-redis' ),
		);
	}
}
