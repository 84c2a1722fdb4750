<?php
/** The line to the Go driver: what PHP cannot do itself is asked for there, and waited for. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Console {

	/** The one there is. */
	public static function the(): self {
		static $it = null;
		$it        = $it ?? new self();
		return $it;
	}

	/** Tells something, or asks for it; returns when it is done. */
	public function tell( string $what ): void {
		fwrite( STDOUT, "> $what\n" );
		$answer = fgets( STDIN );
		if ( "ok\n" !== $answer ) {
			throw new \RuntimeException( "the driver answers $what with " . var_export( $answer, true ) );
		}
	}

	/**
	 * Reports what was done.
	 *
	 * @param array<string, mixed> $report Report.
	 */
	public function report( array $report ): void {
		fwrite( STDOUT, '= ' . json_encode( $report, JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR ) . "\n" );
	}
}
