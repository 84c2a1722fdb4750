<?php
/**
 * Finds in PHP code what PHP 7.4 does not know.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * By the tokens of the newer PHP that runs the tests. Not a parser: it knows the constructs of PHP 8 by their look, which is
 * enough for code that keeps to one style.
 */
final class Php74 {

	/** Tokens that only PHP 8 has. */
	private const NEWER = array( 'T_MATCH', 'T_ENUM', 'T_READONLY', 'T_ATTRIBUTE', 'T_NULLSAFE_OBJECT_OPERATOR', 'T_PIPE', 'T_PUBLIC_SET', 'T_PROTECTED_SET', 'T_PRIVATE_SET', 'T_PROPERTY_C', 'T_VOID_CAST' );

	/** What may come before a statement, and so before `throw`. */
	private const BEFORE_STATEMENT = array( ';', '{', '}', ')', 'else', 'do' );

	/**
	 * Functions of PHP 8. Not str_contains(), str_starts_with() and str_ends_with(): WordPress has brought them since 5.9.
	 */
	private const FUNCTIONS = array(
		'get_debug_type', 'get_resource_id', 'preg_last_error_msg', 'fdiv', 'array_is_list', 'fsync', 'fdatasync', 'enum_exists', // phpcs:ignore WordPress.Arrays
		'ini_parse_quantity', 'curl_upkeep', 'memory_reset_peak_usage', 'mysqli_execute_query', 'json_validate', 'mb_str_pad', 'str_increment', 'str_decrement', // phpcs:ignore WordPress.Arrays
		'stream_context_set_options', 'array_find', 'array_find_key', 'array_any', 'array_all', 'array_first', 'array_last', 'mb_trim', 'mb_ltrim', 'mb_rtrim', // phpcs:ignore WordPress.Arrays
		'mb_ucfirst', 'mb_lcfirst', 'fpow', 'bcdivmod', 'request_parse_body', 'http_get_last_response_headers', 'get_error_handler', 'get_exception_handler', // phpcs:ignore WordPress.Arrays
	);

	/** @var array<int, array{string, string, int}> Name, text and line, without white space and comments. */
	private $tokens = array();

	/** @var string[] */
	private $found = array();

	/**
	 * What a file has that PHP 7.4 has not.
	 *
	 * @param string $code PHP.
	 * @return string[] In words, with the line.
	 */
	public static function problems( string $code ): array {
		$check = new self();
		$line  = 1;
		foreach ( token_get_all( $code ) as $token ) {
			$name = is_array( $token ) ? (string) token_name( $token[0] ) : $token;
			$text = is_array( $token ) ? $token[1] : $token;
			$line = is_array( $token ) ? $token[2] : $line;
			if ( ! in_array( $name, array( 'T_WHITESPACE', 'T_COMMENT', 'T_DOC_COMMENT' ), true ) ) {
				$check->tokens[] = array( $name, $text, $line );
			}
		}
		foreach ( array_keys( $check->tokens ) as $at ) {
			$check->look( $at );
		}
		return $check->found;
	}

	/** Looks at one token and its neighbours. */
	private function look( int $at ): void {
		$name = $this->tokens[ $at ][0];
		$text = strtolower( $this->text( $at ) );
		if ( in_array( $name, self::NEWER, true ) && ! in_array( $this->text( $at - 1 ), array( 'function', '->', '::' ), true ) ) {
			$this->note( $at, 'is of PHP 8' );
		} elseif ( 'T_FUNCTION' === $name || 'T_FN' === $name ) {
			$this->look_at_signature( $at );
		} elseif ( 'T_STRING' === $name && ':' === $this->text( $at + 1 ) && in_array( $this->text( $at - 1 ), array( '(', ',' ), true ) ) {
			$this->note( $at, 'is a named argument' );
		} elseif ( 'T_THROW' === $name && ! in_array( $this->text( $at - 1 ), self::BEFORE_STATEMENT, true ) ) {
			$this->note( $at, 'is an expression' );
		} elseif ( 'T_CATCH' === $name && ! in_array( 'T_VARIABLE', array_column( $this->parentheses( $at + 1 ), 0 ), true ) ) {
			$this->note( $at, 'has no variable' );
		} elseif ( '::' === $text && 'class' === strtolower( $this->text( $at + 1 ) ) && 'T_VARIABLE' === $this->tokens[ $at - 1 ][0] ) {
			$this->note( $at, 'class of an object' );
		} elseif ( '...' === $text && '(' === $this->text( $at - 1 ) && ')' === $this->text( $at + 1 ) ) {
			$this->note( $at, 'makes a callable' );
		} elseif ( 'T_LNUMBER' === $name && 0 === strpos( $text, '0o' ) ) {
			$this->note( $at, 'is written as PHP 8 writes octal numbers' );
		} elseif ( 'T_CONST' === $name && 'T_STRING' === ( $this->tokens[ $at + 2 ][0] ?? '' ) ) {
			$this->note( $at, 'has a type' );
		} elseif ( in_array( $name, array( 'T_PUBLIC', 'T_PROTECTED', 'T_PRIVATE', 'T_STATIC', 'T_VAR' ), true ) ) {
			$this->look_at_property( $at );
		} elseif ( '(' === $this->text( $at + 1 ) && in_array( ltrim( $text, '\\' ), self::FUNCTIONS, true ) && ! in_array( $this->text( $at - 1 ), array( '->', '::', 'function' ), true ) ) {
			$this->note( $at, 'is a function of PHP 8' );
		}
	}

	/** Parameters and return type of the function that begins here. */
	private function look_at_signature( int $at ): void {
		$open = $at;
		while ( '(' !== $this->text( $open ) ) {
			++$open;
		}
		$inside = $this->parentheses( $open );
		$end    = $open + count( $inside ) + 2;
		$last   = end( $inside );
		if ( false !== $last && ',' === $last[1] ) {
			$this->note( $at, 'ends its parameters with a comma' );
		}
		foreach ( $inside as $token ) {
			if ( in_array( $token[0], array( '|', 'T_AMPERSAND_NOT_FOLLOWED_BY_VAR_OR_VARARG', 'T_NEW', 'T_PUBLIC', 'T_PROTECTED', 'T_PRIVATE' ), true ) || 'mixed' === strtolower( $token[1] ) ) {
				$this->note( $at, "has $token[1] in its parameters" );
			}
		}
		if ( 'T_USE' === ( $this->tokens[ $end ][0] ?? '' ) ) {
			$used = $this->parentheses( $end + 1 );
			$last = end( $used );
			$end += count( $used ) + 3;
			if ( false !== $last && ',' === $last[1] ) {
				$this->note( $at, 'ends what it uses with a comma' );
			}
		}
		for ( ; ! in_array( $this->text( $end ), array( '{', ';', '=>', '' ), true ); $end++ ) {
			if ( in_array( strtolower( $this->text( $end ) ), array( '|', '&', 'mixed', 'static', 'never', 'null', 'false', 'true' ), true ) ) {
				$this->note( $at, 'returns ' . $this->text( $end ) );
			}
		}
	}

	/** The type of the property that may begin here. */
	private function look_at_property( int $at ): void {
		for ( $next = $at + 1; in_array( $this->tokens[ $next ][0] ?? '', array( '?', '|', 'T_STRING', 'T_STATIC', 'T_ARRAY', 'T_NAME_QUALIFIED', 'T_NAME_FULLY_QUALIFIED' ), true ); $next++ ) {
			if ( '|' === $this->text( $next ) || 'mixed' === strtolower( $this->text( $next ) ) ) {
				$this->note( $at, 'property with ' . $this->text( $next ) . ' in its type' );
			}
		}
	}

	/**
	 * What is between the parenthesis here and the one that closes it.
	 *
	 * @return array<int, array{string, string, int}>
	 */
	private function parentheses( int $open ): array {
		$inside = array();
		$depth  = 1;
		for ( $at = $open + 1; isset( $this->tokens[ $at ] ); $at++ ) {
			$depth += '(' === $this->text( $at ) ? 1 : ( ')' === $this->text( $at ) ? -1 : 0 );
			if ( 0 === $depth ) {
				break;
			}
			$inside[] = $this->tokens[ $at ];
		}
		return $inside;
	}

	/** The text of a token; '' beyond the last. */
	private function text( int $at ): string {
		return $this->tokens[ $at ][1] ?? '';
	}

	/** Takes note of a problem. */
	private function note( int $at, string $what ): void {
		$this->found[] = 'line ' . $this->tokens[ $at ][2] . ': ' . $this->text( $at ) . " $what";
	}
}
