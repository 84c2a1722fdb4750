<?php
/** What people and programs send as text. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

use Hospital\Differential\Draw;

final class Texts {

	private const MORE = array( '', '0', "it's \"quoted\" \\ and \\\\ slashed \\'", 'Grüße 😀 ☃', '<i>x</i> & ]]> %s', ' padded ', 'a:1:{i:0;s:1:"x";}', "two\nlines" );

	/** A value of the sequence where it is text, else one that every surface lets through. */
	public static function one( Draw $draw ): string {
		$value = $draw->value();
		return is_string( $value ) ? $value : $draw->one( self::MORE );
	}

	/** Text that XML and JSON can carry. */
	public static function valid( Draw $draw ): string {
		$text = self::one( $draw );
		return 1 === preg_match( '/^[^\x00-\x08\x0B\x0C\x0E-\x1F]*$/uD', $text ) && strlen( $text ) < 10000 ? $text : $draw->one( self::MORE );
	}

	/**
	 * Some fields.
	 *
	 * @return array<int, array{key: string, value: string}>
	 */
	public static function fields( Draw $draw, int $most ): array {
		$fields = array();
		for ( $i = $draw->below( $most + 1 ); $i > 0; $i-- ) {
			$fields[] = array( 'key' => $draw->key(), 'value' => self::one( $draw ) );
		}
		return $fields;
	}
}
