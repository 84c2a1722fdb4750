<?php
/**
 * The fields of the meta boxes: how a value becomes text in a form, and text a value.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One table of fields for each post type.
 */
final class Meta_Fields {

	/**
	 * The fields of a post type, in the order of the screen.
	 *
	 * @return array<string, array{label: string, kind: string}> By meta key.
	 */
	public static function of( string $post_type ): array {
		if ( ! Post_Types::is_ours( $post_type ) ) {
			return array();
		}
		if ( Post_Types::DOCTOR === $post_type ) {
			return array(
				'available' => self::field( __( 'Available', 'hospital-appointments-redis' ), 'flag' ),
				'until'     => self::field( __( 'Until', 'hospital-appointments-redis' ), 'time' ),
				'room'      => self::field( __( 'Room', 'hospital-appointments-redis' ), 'line' ),
				'specialty' => self::field( __( 'Specialty', 'hospital-appointments-redis' ), 'line' ),
			);
		}
		return array(
			'status'      => self::field( __( 'Status', 'hospital-appointments-redis' ), 'status' ),
			'doctor_id'   => self::field( __( 'Doctor', 'hospital-appointments-redis' ), 'doctor' ),
			'room'        => self::field( __( 'Room', 'hospital-appointments-redis' ), 'line' ),
			'start'       => self::field( __( 'Start', 'hospital-appointments-redis' ), 'time' ),
			'end'         => self::field( __( 'End', 'hospital-appointments-redis' ), 'time' ),
			'patient_ref' => self::field( __( 'Patient reference', 'hospital-appointments-redis' ), 'line' ),
			'notes'       => self::field( __( 'Notes', 'hospital-appointments-redis' ), 'lines' ),
			'checklist'   => self::field( __( 'Checklist, one item a line', 'hospital-appointments-redis' ), 'list' ),
		);
	}

	/**
	 * The text with which a field is rendered.
	 *
	 * @param array{label: string, kind: string} $field Field.
	 */
	public static function text( int $post_id, string $key, array $field ): string {
		$value = get_post_meta( $post_id, $key, true );
		if ( 'list' === $field['kind'] ) {
			return implode( "\n", array_map( 'strval', array_filter( (array) $value, 'is_scalar' ) ) );
		}
		$text = str_replace( array( "\r\n", "\r" ), "\n", is_scalar( $value ) ? (string) $value : '' );
		if ( in_array( $field['kind'], array( 'line', 'time' ), true ) ) {
			$text = str_replace( "\n", ' ', $text ); // A browser would take line breaks out, and send back another text.
		}
		if ( 'time' === $field['kind'] ) {
			$time = self::time( $text );
			return '' === $time ? $text : substr( $time, 0, 16 );
		}
		if ( 'doctor' === $field['kind'] ) {
			return '0' === $text ? '' : $text;
		}
		if ( 'flag' === $field['kind'] ) {
			return rest_sanitize_boolean( $text ) ? '1' : '';
		}
		return $text;
	}

	/**
	 * The value that a text of the form stands for; null: not acceptable, nothing is written.
	 *
	 * @param array{label: string, kind: string} $field Field.
	 * @return string|string[]|null
	 */
	public static function value( array $field, string $text ) {
		switch ( $field['kind'] ) {
			case 'list':
				return array_values( array_filter( array_map( 'trim', explode( "\n", $text ) ), 'strlen' ) );
			case 'time':
				$time = self::time( $text );
				return '' === $text || strlen( $time ) === strlen( $text ) ? $time : null;
			case 'doctor':
				return '' === $text || ctype_digit( $text ) ? $text : null;
			default:
				return $text;
		}
	}

	/** The local date and time that a text is, as browsers write it, to the second if it says so; '' if it is none, or one with a time zone. */
	public static function time( string $text ): string {
		$found = preg_match( '/^(\d{4})-(\d\d)-(\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:\.\d+)?$/D', $text, $part );
		return $found && checkdate( (int) $part[2], (int) $part[3], (int) $part[1] ) ? "$part[1]-$part[2]-$part[3]T$part[4]" : '';
	}

	/**
	 * Prints one row of the box, with the text that it was rendered with, and the row's own where that is another.
	 *
	 * All of these texts are compared with what comes back, so esc_attr(), which leaves `&lt;` as it is, would not do.
	 *
	 * @param array{label: string, kind: string} $field Field.
	 * @param mixed                              $row   The value as it is.
	 */
	public static function render( string $key, array $field, string $text, $row ): void {
		$id   = 'hospital-' . str_replace( '_', '-', $key );
		$name = 'hospital[' . $key . ']';
		printf( '<tr><th scope="row"><label for="%s">%s</label></th><td>', esc_attr( $id ), esc_html( $field['label'] ) );
		printf( '<input type="hidden" name="hospital_was[%s]" value="%s">', esc_attr( $key ), esc_textarea( $text ) );
		if ( is_scalar( $row ) && (string) $row !== $text ) {
			printf( '<input type="hidden" name="hospital_row[%s]" value="%s">', esc_attr( $key ), esc_textarea( (string) $row ) );
		}
		switch ( $field['kind'] ) {
			case 'status':
				self::select( $id, $name, $text, Post_Types::statuses() );
				break;
			case 'doctor':
				self::select( $id, $name, $text, self::doctors( (int) $text ) );
				break;
			case 'flag':
				printf( '<input type="hidden" name="%s" value="">', esc_attr( $name ) );
				printf( '<input type="checkbox" id="%s" name="%s" value="1"%s>', esc_attr( $id ), esc_attr( $name ), checked( '1', $text, false ) );
				break;
			case 'lines':
			case 'list':
				// The line break after the tag is the one that browsers drop.
				printf( "<textarea id=\"%s\" name=\"%s\" rows=\"4\" class=\"large-text\">\n%s</textarea>", esc_attr( $id ), esc_attr( $name ), esc_textarea( $text ) );
				break;
			default:
				// A browser would show what is no date and time as nothing, and send nothing back.
				$kept = 'time' === $field['kind'] && '' !== $text && '' === self::time( $text );
				$type = 'time' === $field['kind'] && ! $kept ? 'datetime-local' : 'text';
				printf( '<input type="%s" id="%s" name="%s" value="%s" class="regular-text">', esc_attr( $type ), esc_attr( $id ), esc_attr( $name ), esc_textarea( $text ) );
				if ( $kept ) {
					printf( '<p class="description">%s</p>', esc_html__( 'This is no date and time, and stays as it is until you write one like 2025-12-31 09:30.', 'hospital-appointments-redis' ) );
				}
		}
		echo '</td></tr>';
	}

	/**
	 * Prints a select that also offers nothing, and the present value where it is none of the choices.
	 *
	 * @param array<int|string, string> $choices Label by value.
	 */
	private static function select( string $id, string $name, string $text, array $choices ): void {
		if ( ! isset( $choices[ $text ] ) && '' !== $text ) {
			$choices = array( $text => $text ) + $choices;
		}
		printf( '<select id="%s" name="%s">', esc_attr( $id ), esc_attr( $name ) );
		printf( '<option value="">%s</option>', esc_html__( '&mdash; None &mdash;', 'hospital-appointments-redis' ) );
		foreach ( $choices as $value => $label ) {
			printf( '<option value="%s"%s>%s</option>', esc_textarea( (string) $value ), selected( $text, (string) $value, false ), esc_html( $label ) );
		}
		echo '</select>';
	}

	/**
	 * The doctors to choose from, and the one chosen even if in the bin.
	 *
	 * @return array<int, string> Name by id.
	 */
	private static function doctors( int $chosen ): array {
		$posts = get_posts(
			array(
				'post_type'              => Post_Types::DOCTOR,
				'post_status'            => array( 'publish', 'private', 'draft', 'pending', 'future' ),
				'numberposts'            => 500,
				'orderby'                => 'title',
				'order'                  => 'ASC',
				'update_post_meta_cache' => false,
				'update_post_term_cache' => false,
			)
		);
		$names = array();
		foreach ( $posts as $post ) {
			$names[ $post->ID ] = '' === $post->post_title ? self::name( $post->ID ) : $post->post_title;
		}
		if ( $chosen > 0 && ! isset( $names[ $chosen ] ) && Post_Types::DOCTOR === get_post_type( $chosen ) ) {
			$names[ $chosen ] = self::name( $chosen );
		}
		return $names;
	}

	/** The title of a post, or its number where it has none. */
	public static function name( int $post_id ): string {
		$title = (string) get_the_title( $post_id );
		return '' === $title ? '#' . $post_id : $title;
	}

	/**
	 * One field.
	 *
	 * @return array{label: string, kind: string}
	 */
	private static function field( string $label, string $kind ): array {
		return array(
			'label' => $label,
			'kind'  => $kind,
		);
	}
}
