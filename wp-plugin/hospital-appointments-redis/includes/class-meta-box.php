<?php
/**
 * The meta box of each post type, and what it saves.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Saves by plain update_post_meta(), and only what was changed in the form.
 *
 * An edit screen may stay open for minutes while a kiosk checks the patient in. So each field carries the text with which
 * the form was rendered, and one that comes back the same is not written: it would undo what happened meanwhile.
 */
final class Meta_Box {

	private const NONCE  = 'hospital_appointments_redis_nonce';
	private const ACTION = 'hospital_appointments_redis_save_';

	/** Hooked to add_meta_boxes_hospital_appointment. */
	public static function add_appointment(): void {
		self::add( Post_Types::APPOINTMENT, __( 'Appointment', 'hospital-appointments-redis' ) );
	}

	/** Hooked to add_meta_boxes_hospital_doctor. */
	public static function add_doctor(): void {
		self::add( Post_Types::DOCTOR, __( 'Availability', 'hospital-appointments-redis' ) );
	}

	/** Prints the box. */
	public static function render( \WP_Post $post ): void {
		wp_nonce_field( self::ACTION . $post->ID, self::NONCE );
		echo '<table class="form-table" role="presentation"><tbody>';
		foreach ( Meta_Fields::of( $post->post_type ) as $key => $field ) {
			Meta_Fields::render( $key, $field, Meta_Fields::text( $post->ID, $key, $field ), get_post_meta( $post->ID, $key, true ) );
		}
		echo '</tbody></table>';
	}

	/**
	 * Hooked to save_post_hospital_appointment and save_post_hospital_doctor.
	 *
	 * @param mixed $post_id Post.
	 */
	public static function save( $post_id ): void {
		$post_id = (int) $post_id;
		if ( ( defined( 'DOING_AUTOSAVE' ) && DOING_AUTOSAVE ) || wp_is_post_revision( $post_id ) || wp_is_post_autosave( $post_id ) ) {
			return;
		}
		$nonce = isset( $_POST[ self::NONCE ] ) ? sanitize_key( wp_unslash( $_POST[ self::NONCE ] ) ) : '';
		if ( ! wp_verify_nonce( $nonce, self::ACTION . $post_id ) || ! current_user_can( 'edit_post', $post_id ) ) {
			return;
		}
		$now = self::form( 'hospital' );
		$was = self::form( 'hospital_was' );
		foreach ( Meta_Fields::of( (string) get_post_type( $post_id ) ) as $key => $field ) {
			if ( ! isset( $now[ $key ] ) || ( isset( $was[ $key ] ) && $now[ $key ] === $was[ $key ] ) ) {
				continue;
			}
			$value = Meta_Fields::value( $field, $now[ $key ] );
			if ( null !== $value && current_user_can( 'edit_post_meta', $post_id, $key ) ) {
				update_post_meta( $post_id, $key, wp_slash( $value ) );
			}
		}
	}

	/**
	 * Hooked to load-post.php: the Custom Fields box, shown or hidden, sends every row back as it was when the screen was
	 * opened, and WordPress writes each of them. Rows of this box that nobody touched are taken out of the form.
	 */
	public static function leave_untouched_rows(): void {
		// Nothing is written here; WordPress checks its own nonce before it looks at what is left.
		// phpcs:disable WordPress.Security.NonceVerification.Missing
		if ( empty( $_POST['meta'] ) || ! is_array( $_POST['meta'] ) || empty( $_POST['hospital_was'] ) ) {
			return;
		}
		$was = self::form( 'hospital_row' ) + self::form( 'hospital_was' );
		foreach ( array_keys( $_POST['meta'] ) as $id ) {
			$row   = $_POST['meta'][ $id ]; // phpcs:ignore WordPress.Security.ValidatedSanitizedInput -- only compared.
			$key   = is_array( $row ) && isset( $row['key'] ) && is_string( $row['key'] ) ? wp_unslash( $row['key'] ) : '';
			$value = is_array( $row ) && isset( $row['value'] ) && is_string( $row['value'] ) ? wp_unslash( $row['value'] ) : null;
			if ( isset( $was[ $key ] ) && null !== $value && self::plain( $value ) === $was[ $key ] ) {
				unset( $_POST['meta'][ $id ] );
			}
		}
		// phpcs:enable
	}

	/** Adds the box to one post type. */
	private static function add( string $post_type, string $title ): void {
		if ( Post_Types::is_ours( $post_type ) ) {
			add_meta_box( 'hospital-appointments-redis', $title, array( self::class, 'render' ), $post_type, 'normal', 'high' );
		}
	}

	/**
	 * The texts of one of the two arrays of the form, unslashed. They are made into values by Meta_Fields, and cleaned by
	 * the sanitisers of the registered keys.
	 *
	 * @return array<string, string>
	 */
	private static function form( string $name ): array {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
		$texts = isset( $_POST[ $name ] ) && is_array( $_POST[ $name ] ) ? wp_unslash( $_POST[ $name ] ) : array();
		return array_map( array( self::class, 'plain' ), array_filter( $texts, 'is_string' ) );
	}

	/** Browsers send a line break as CR LF. */
	private static function plain( string $text ): string {
		return str_replace( array( "\r\n", "\r" ), "\n", $text );
	}
}
