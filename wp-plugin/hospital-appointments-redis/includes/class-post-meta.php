<?php
/**
 * The metadata of the plugin's own post types, as WordPress and its REST API know it.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Registers every key with its type, its sanitiser and who may write it.
 */
final class Post_Meta {

	/** Keys of an appointment and their REST types. */
	public const APPOINTMENT = array(
		'status'      => 'string',
		'patient_ref' => 'string',
		'doctor_id'   => 'integer',
		'room'        => 'string',
		'start'       => 'string',
		'end'         => 'string',
		'notes'       => 'string',
		'checklist'   => 'array',
	);

	/** Keys of a doctor and their REST types. */
	public const DOCTOR = array(
		'available' => 'boolean',
		'room'      => 'string',
		'specialty' => 'string',
		'until'     => 'string',
	);

	/** Called once the post types exist. */
	public static function register(): void {
		foreach ( self::APPOINTMENT as $key => $type ) {
			self::register_key( Post_Types::APPOINTMENT, $key, $type );
		}
		foreach ( self::DOCTOR as $key => $type ) {
			self::register_key( Post_Types::DOCTOR, $key, $type );
		}
	}

	/**
	 * Who may write a key: whoever may edit the post.
	 *
	 * @param mixed $allowed  Not used: the keys are not protected.
	 * @param mixed $meta_key Meta key.
	 * @param mixed $post_id  Post.
	 * @param mixed $user_id  User.
	 */
	public static function may_edit( $allowed, $meta_key, $post_id, $user_id ): bool {
		return user_can( (int) $user_id, 'edit_post', (int) $post_id );
	}

	/**
	 * A whole number from zero, as the text that the row holds: then an equal value needs no write. What is none names nobody,
	 * not whose number it begins with.
	 *
	 * @param mixed $value Value.
	 */
	public static function sanitize_id( $value ): string {
		$text = is_scalar( $value ) ? trim( (string) $value ) : '';
		return ctype_digit( $text ) ? (string) absint( $text ) : '';
	}

	/**
	 * Text on one line.
	 *
	 * @param mixed $value Value.
	 */
	public static function sanitize_line( $value ): string {
		return is_scalar( $value ) ? sanitize_text_field( (string) $value ) : '';
	}

	/**
	 * Text on several lines, with every character of it: of "BP <120 and >80" or "NaCl 0.9%50 ml" sanitize_textarea_field()
	 * takes something away. What a browser would take for a tag gets a space, and is none any more.
	 *
	 * @param mixed $value Value.
	 */
	public static function sanitize_lines( $value ): string {
		return is_scalar( $value ) ? (string) preg_replace( '~<(?=[a-z/!?]|$)~iD', '< ', trim( wp_check_invalid_utf8( (string) $value ) ) ) : '';
	}

	/**
	 * A list of lines, the same way.
	 *
	 * @param mixed $value Value.
	 * @return string[]
	 */
	public static function sanitize_list( $value ): array {
		if ( null === $value || '' === $value ) {
			return array();
		}
		return array_values( array_map( static fn( $line ): string => (string) preg_replace( '/\s*[\r\n]+\s*/', ' ', self::sanitize_lines( $line ) ), (array) $value ) );
	}

	/**
	 * Yes or no, as `1` or the empty string: what WordPress stores for a boolean.
	 *
	 * @param mixed $value Value.
	 */
	public static function sanitize_flag( $value ): string {
		return is_scalar( $value ) && rest_sanitize_boolean( $value ) ? '1' : '';
	}

	/** Registers one key of one post type. */
	private static function register_key( string $post_type, string $key, string $type ): void {
		$sanitizers = array(
			'integer' => 'sanitize_id',
			'boolean' => 'sanitize_flag',
			'array'   => 'sanitize_list',
			'string'  => 'notes' === $key ? 'sanitize_lines' : 'sanitize_line',
		);
		$schema     = array(
			'type'  => 'array',
			'items' => array( 'type' => 'string' ),
		);
		register_post_meta(
			$post_type,
			$key,
			array(
				'type'              => $type,
				'single'            => true,
				'show_in_rest'      => 'array' === $type ? array( 'schema' => $schema ) : true,
				'sanitize_callback' => array( self::class, $sanitizers[ $type ] ),
				'auth_callback'     => array( self::class, 'may_edit' ),
			)
		);
	}
}
