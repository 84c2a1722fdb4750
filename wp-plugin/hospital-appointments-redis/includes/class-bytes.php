<?php
/**
 * Byte strings in JSON.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * A value of wp_postmeta is bytes, and JSON knows only text: what is not UTF-8 travels as {"b64": "..."}.
 */
final class Bytes {

	/**
	 * For json_encode().
	 *
	 * @return string|array{b64: string}
	 */
	public static function encode( string $bytes ) {
		return 1 === preg_match( '//u', $bytes ) ? $bytes : array( 'b64' => base64_encode( $bytes ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
	}

	/**
	 * From json_decode(); null when it is neither form.
	 *
	 * @param mixed $value Decoded JSON.
	 */
	public static function decode( $value ): ?string {
		if ( is_array( $value ) && isset( $value['b64'] ) && is_string( $value['b64'] ) ) {
			$value = base64_decode( $value['b64'], true ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		}
		return is_string( $value ) ? $value : null;
	}
}
