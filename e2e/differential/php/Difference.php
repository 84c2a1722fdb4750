<?php
/** The plugin makes one. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Difference extends \Exception {

	/**
	 * Throws one unless both are the same.
	 *
	 * @param string $what     For the message.
	 * @param mixed  $expected What the native side says.
	 * @param mixed  $actual   What ours says.
	 */
	public static function unless_same( string $what, $expected, $actual ): void {
		if ( $expected !== $actual ) {
			throw new self( "$what\n" . implode( "\n", self::lines( '', $expected, $actual ) ) );
		}
	}

	/**
	 * Where they differ, as deep as it goes.
	 *
	 * @param string $path     Where that is.
	 * @param mixed  $expected Expected.
	 * @param mixed  $actual   Actual.
	 * @return string[]
	 */
	private static function lines( string $path, $expected, $actual ): array {
		if ( ! is_array( $expected ) || ! is_array( $actual ) ) {
			return array( '    ' . ( '' === $path ? '' : "$path: " ) . 'native ' . self::show( $expected ), '    ' . str_repeat( ' ', '' === $path ? 0 : strlen( "$path: " ) ) . 'ours   ' . self::show( $actual ) );
		}
		$lines = array();
		if ( array_keys( $expected ) !== array_keys( $actual ) && ! array_diff_key( $expected, $actual ) && ! array_diff_key( $actual, $expected ) ) {
			$lines[] = "    $path: in another order: native " . self::show( array_keys( $expected ) ) . ', ours ' . self::show( array_keys( $actual ) );
		}
		foreach ( $expected + $actual as $key => $ignored ) {
			$at = "$path" . ( '' === $path ? '' : ' > ' ) . $key;
			if ( ! array_key_exists( $key, $actual ) ) {
				$lines[] = "    $at: only native: " . self::show( $expected[ $key ] );
			} elseif ( ! array_key_exists( $key, $expected ) ) {
				$lines[] = "    $at: only ours: " . self::show( $actual[ $key ] );
			} elseif ( $expected[ $key ] !== $actual[ $key ] ) {
				$lines = array_merge( $lines, self::lines( $at, $expected[ $key ], $actual[ $key ] ) );
			}
		}
		return array_slice( $lines, 0, 40 );
	}

	/**
	 * A value as PHP would write it, on one line.
	 *
	 * @param mixed $value Value.
	 */
	public static function show( $value ): string {
		if ( is_string( $value ) ) {
			return self::text( $value );
		}
		if ( is_object( $value ) ) {
			return '(object) ' . self::show( (array) $value );
		}
		if ( ! is_array( $value ) ) {
			return null === $value ? 'null' : var_export( $value, true );
		}
		$items = array();
		foreach ( $value as $key => $each ) {
			$items[] = ( array_keys( $value ) === range( 0, count( $value ) - 1 ) ? '' : self::show( $key ) . ' => ' ) . self::show( $each );
		}
		return 'array(' . ( $items ? ' ' . implode( ', ', $items ) . ' ' : '' ) . ')';
	}

	/** A string; the long one by its length. */
	private static function text( string $text ): string {
		if ( strlen( $text ) > 600 ) {
			return self::text( substr( $text, 0, 24 ) ) . '... (' . strlen( $text ) . ' bytes, ' . md5( $text ) . ')';
		}
		if ( 1 === preg_match( '/^[^\x00-\x1F\x7F]*$/Du', $text ) ) {
			return "'" . addcslashes( $text, "'\\" ) . "'";
		}
		return '"' . addcslashes( $text, "\0..\37\"\\\$\177..\377" ) . '"';
	}
}
