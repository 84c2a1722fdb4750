<?php
/** Makes a failing sequence as short as it can be made while it still fails. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Shrinker {

	/** Seconds, and replays, that it may take; a replay takes a tenth of a second, or a second where much else runs. */
	private const PATIENCE = 240;
	private const REPLAYS  = 400;

	/** @var Player */
	private $player;

	/** @var float When to stop. */
	private $until;

	/** @var int Replays left. */
	private $left = self::REPLAYS;

	/** @var string What differs in the shortest. */
	public $difference = '';

	public function __construct( Player $player ) {
		$this->player = $player;
		$this->until  = microtime( true ) + self::PATIENCE;
	}

	/** The shortest that still fails; null if it does not fail again. */
	public function shrink( Sequence $sequence ): ?Sequence {
		if ( ! $this->fails( $sequence ) ) {
			return null;
		}
		for ( $size = max( 1, intdiv( count( $sequence->steps ), 2 ) ); $size >= 1; $size = intdiv( $size, 2 ) ) {
			$sequence = $this->drop( $sequence, $size );
		}
		$sequence = $this->simplify( $sequence );
		return $this->drop( $sequence, 1 );
	}

	/** Leaves out so many steps in a row, wherever that may be done; from the end, as what follows the failure goes first. */
	private function drop( Sequence $sequence, int $size ): Sequence {
		for ( $at = count( $sequence->steps ) - $size; $at >= 0; $at -= $size ) {
			$shorter = clone $sequence;
			array_splice( $shorter->steps, $at, $size );
			$sequence = $this->better( $sequence, $shorter );
		}
		return $sequence;
	}

	/** Leaves out listeners, metadata to begin with and what happens around a step; takes plainer values. */
	private function simplify( Sequence $sequence ): Sequence {
		foreach ( array_keys( $sequence->listeners ) as $i ) {
			$simpler = clone $sequence;
			unset( $simpler->listeners[ $i ] );
			$sequence = $this->better( $sequence, $simpler );
		}
		foreach ( array_keys( $sequence->meta ) as $key ) {
			$simpler = clone $sequence;
			unset( $simpler->meta[ $key ] );
			$sequence = $this->better( $sequence, $simpler );
			$sequence = isset( $sequence->meta[ $key ] ) ? $this->plainer( $sequence, 'meta', $key ) : $sequence;
		}
		foreach ( array_keys( $sequence->steps ) as $i ) {
			foreach ( array( 'before' => '', 'after' => '', 'look' => array() ) as $what => $nothing ) {
				$simpler                       = clone $sequence;
				$simpler->steps[ $i ][ $what ] = $nothing;
				$sequence                      = $this->better( $sequence, $simpler );
			}
			foreach ( array_keys( $sequence->steps[ $i ]['arguments'] ) as $name ) {
				$sequence = $this->plainer( $sequence, 'steps', $i, $name );
			}
		}
		return $sequence;
	}

	/**
	 * Takes a plain value in the place of one that is not.
	 *
	 * @param int|string $index Step, or key.
	 */
	private function plainer( Sequence $sequence, string $where, $index, string $argument = '' ): Sequence {
		foreach ( array( 'a', '' ) as $plain ) {
			$simpler = clone $sequence;
			if ( 'meta' === $where ) {
				$old                     = $simpler->meta[ $index ];
				$simpler->meta[ $index ] = $plain;
			} else {
				$old = $simpler->steps[ $index ]['arguments'][ $argument ];
				if ( ! in_array( $argument, array( 'value', 'previous', 'other' ), true ) ) {
					continue;
				}
				$simpler->steps[ $index ]['arguments'][ $argument ] = $plain;
			}
			if ( 'a' === $old || '' === $old ) {
				return $sequence;
			}
			$sequence = $this->better( $sequence, $simpler );
		}
		return $sequence;
	}

	/** The second, if it fails too. */
	private function better( Sequence $sequence, Sequence $smaller ): Sequence {
		return $smaller != $sequence && $this->fails( $smaller ) ? $smaller : $sequence; // phpcs:ignore Universal.Operators.StrictComparisons -- by content.
	}

	private function fails( Sequence $sequence ): bool {
		if ( --$this->left < 0 || microtime( true ) > $this->until ) {
			return false;
		}
		$difference = $this->player->play( $sequence );
		if ( '' !== $difference ) {
			$this->difference = $difference;
		}
		return '' !== $difference;
	}
}
