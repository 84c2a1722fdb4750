<?php
/**
 * Updates that MySQL refused for good, for an administrator to decide.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The list on the plugin's screen, with its two buttons. The list is the sidecar's; nothing is kept here.
 */
final class Dead_Letters {

	public const ACTION = 'hospital_dead_letter';

	private const PAGE   = 100;
	private const LENGTH = 200;

	/** Prints the list. */
	public static function render(): void {
		$answer = Sidecar::wait_for( 'GET', '/v1/dead-letters?limit=' . self::PAGE );
		if ( ! $answer->ok() ) {
			printf( '<p>%s</p>', esc_html__( 'The sidecar does not answer, so its dead letters cannot be shown. They are kept in Redis.', 'hospital-appointments-redis' ) );
			return;
		}
		$letters = array_filter( (array) ( $answer->data['dead_letters'] ?? array() ), 'is_array' );
		if ( ! $letters ) {
			printf( '<p>%s</p>', esc_html__( 'None. Whatever was written is in MySQL, or on its way.', 'hospital-appointments-redis' ) );
			return;
		}
		$count = (int) ( $answer->data['count'] ?? count( $letters ) );
		if ( $count > count( $letters ) ) {
			/* translators: 1: number shown, 2: number of all. */
			$text = sprintf( __( 'The first %1$s of %2$s.', 'hospital-appointments-redis' ), number_format_i18n( count( $letters ) ), number_format_i18n( $count ) );
			printf( '<p>%s</p>', esc_html( $text ) );
		}
		echo '<table class="widefat striped"><thead><tr>';
		foreach ( array( __( 'Post', 'hospital-appointments-redis' ), __( 'Key', 'hospital-appointments-redis' ), __( 'Value', 'hospital-appointments-redis' ), __( 'Reason', 'hospital-appointments-redis' ), __( 'Time', 'hospital-appointments-redis' ), __( 'Decide', 'hospital-appointments-redis' ) ) as $heading ) {
			printf( '<th scope="col">%s</th>', esc_html( $heading ) );
		}
		echo '</tr></thead><tbody>';
		array_map( array( self::class, 'row' ), $letters );
		echo '</tbody></table>';
	}

	/** Hooked to admin_post_hospital_dead_letter. */
	public static function handle(): void {
		$post = self::posted( 'letter_post' );
		$key  = self::posted( 'letter_key' );
		check_admin_referer( self::ACTION . '_' . $post . '_' . $key );
		if ( ! current_user_can( 'manage_options' ) || '' === $post || '' === $key ) {
			wp_die( esc_html__( 'Sorry, you are not allowed to do this.', 'hospital-appointments-redis' ), '', array( 'response' => 403 ) );
		}

		Wire::$actor = wp_get_current_user()->user_login;

		$path = '/v1/dead-letters/' . rawurlencode( $post ) . '/' . rawurlencode( $key );
		if ( 'discard' === self::posted( 'decision' ) ) {
			$reason = trim( sanitize_text_field( self::posted( 'reason' ) ) );
			$answer = '' === $reason ? Answer::none( 'bad_request', 'no' ) : Sidecar::wait_for(
				'DELETE',
				$path,
				array(
					'reason'  => $reason,
					'version' => self::posted( 'letter_version' ),
				)
			);
		} else {
			$answer = 'retry' === self::posted( 'decision' ) ? Sidecar::wait_for( 'POST', $path . '/retry', array() ) : Answer::none( 'bad_request', 'no' );
		}
		Notices::forget();
		wp_safe_redirect( add_query_arg( 'hospital_letter', $answer->ok() ? 'done' : ( 'other_dead_letter' === $answer->code ? 'other' : 'failed' ), Screen::url() ) );
		exit;
	}

	/** Prints how the decision went, on the screen that it returns to. */
	public static function result(): void {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a word to show.
		$result = isset( $_GET['hospital_letter'] ) ? sanitize_key( wp_unslash( $_GET['hospital_letter'] ) ) : '';
		if ( 'done' === $result ) {
			printf( '<div class="notice notice-success is-dismissible"><p>%s</p></div>', esc_html__( 'Done.', 'hospital-appointments-redis' ) );
		} elseif ( 'other' === $result ) {
			printf( '<div class="notice notice-warning is-dismissible"><p>%s</p></div>', esc_html__( 'Not discarded: that field was written again since you looked, and MySQL refused that too. The list shows what is there now.', 'hospital-appointments-redis' ) );
		} elseif ( 'failed' === $result ) {
			printf( '<div class="notice notice-error is-dismissible"><p>%s</p></div>', esc_html__( 'Not done: the sidecar refused or did not answer. Discarding needs a reason.', 'hospital-appointments-redis' ) );
		}
	}

	/**
	 * Prints one dead letter.
	 *
	 * @param array<string, mixed> $letter As the sidecar gives it.
	 */
	private static function row( array $letter ): void {
		$post  = (string) ( $letter['post'] ?? '' );
		$key   = (string) ( $letter['key'] ?? '' );
		$value = empty( $letter['deleted'] ) ? (string) Bytes::decode( $letter['value'] ?? '' ) : __( '(deleted)', 'hospital-appointments-redis' );
		if ( ! empty( $letter['lost'] ) && ! isset( $letter['value'] ) ) {
			$value = __( '(lost)', 'hospital-appointments-redis' );
		}
		$edit  = ctype_digit( $post ) ? get_edit_post_link( (int) $post ) : null;
		$name  = $edit ? sprintf( '<a href="%s">%s</a>', esc_url( $edit ), esc_html( $post ) ) : esc_html( $post );
		printf(
			'<tr><td>%s</td><td><code>%s</code></td><td>%s</td><td>%s</td><td>%s</td><td>',
			$name, // phpcs:ignore WordPress.Security.EscapeOutput.OutputNotEscaped -- escaped above.
			esc_html( $key ),
			esc_html( self::shortened( $value ) ),
			esc_html( (string) ( $letter['reason'] ?? '' ) ),
			esc_html( self::time( (string) ( $letter['at'] ?? '' ) ) )
		);
		printf( '<form method="post" action="%s">', esc_url( admin_url( 'admin-post.php' ) ) );
		wp_nonce_field( self::ACTION . '_' . $post . '_' . $key );
		printf( '<input type="hidden" name="action" value="%s">', esc_attr( self::ACTION ) );
		// Not esc_attr(), which leaves `&amp;` as it is: another key would come back.
		printf( '<input type="hidden" name="letter_post" value="%s"><input type="hidden" name="letter_key" value="%s"><input type="hidden" name="letter_version" value="%s">', esc_textarea( $post ), esc_textarea( $key ), esc_attr( (string) ( $letter['version'] ?? '' ) ) );
		// The first button is the one that Enter presses, in the field of the reason.
		printf( '<label><span class="screen-reader-text">%1$s</span><input type="text" name="reason" placeholder="%1$s"></label> ', esc_attr__( 'Reason for discarding', 'hospital-appointments-redis' ) );
		printf( '<button class="button button-link-delete" name="decision" value="discard">%s</button> ', esc_html__( 'Discard', 'hospital-appointments-redis' ) );
		printf( '<button class="button" name="decision" value="retry">%s</button></form></td></tr>', esc_html__( 'Retry', 'hospital-appointments-redis' ) );
	}

	/** Enough of a value to know it by. What is no UTF-8, which is why MySQL refused it, shows as U+FFFD. */
	private static function shortened( string $value ): string {
		$text = (string) json_decode( (string) json_encode( $value, JSON_INVALID_UTF8_SUBSTITUTE ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- wp_json_encode() replaces by "?".
		return mb_strlen( $text ) > self::LENGTH ? mb_substr( $text, 0, self::LENGTH ) . '…' : $text;
	}

	/** A time of the sidecar as the site writes times. */
	private static function time( string $text ): string {
		$time = strtotime( $text );
		return false === $time ? $text : (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time );
	}

	/** A text of the form. Post and key are those of the sidecar, byte for byte; they are only sent back to it. */
	private static function posted( string $name ): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Missing, WordPress.Security.ValidatedSanitizedInput.InputNotSanitized
		return isset( $_POST[ $name ] ) && is_string( $_POST[ $name ] ) ? (string) wp_unslash( $_POST[ $name ] ) : '';
	}
}
