<?php
/** What is played on two posts: data that can be printed, repeated and made smaller. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Sequence {

	/** One sequence in so many ends and starts the sidecar. */
	private const AWAY = 40;

	/** @var string[] Every key that it may touch, for the readers. */
	public $keys = array();

	/** @var array<string, mixed> The metadata that both posts begin with. */
	public $meta = array();

	/** @var array<int, array<string, mixed>> Listeners, see Listeners. */
	public $listeners = array();

	/** @var array<int, array<string, mixed>> Steps, see Operations. */
	public $steps = array();

	/** @var bool Whether it ends or starts the sidecar: then nobody else plays. */
	public $away = false;

	/** The sequence of a seed; with $away one of those that end the sidecar, be it drawn or not. */
	public static function of( int $seed, int $count, Operations $operations, bool $away = false ): self {
		$draw           = new Draw( $seed );
		$sequence       = new self();
		$sequence->keys = $draw->keys;
		$sequence->away = $draw->chance( self::AWAY ) || $away;
		foreach ( $draw->keys as $key ) {
			if ( $draw->chance( 2 ) ) {
				$sequence->meta[ $key ] = $draw->value();
			}
		}
		$sequence->listeners = Listeners::draw( $draw );
		for ( $i = 0; $i < $count; $i++ ) {
			$sequence->steps[] = $operations->draw( $draw, $sequence->away );
		}
		return $sequence;
	}

	/** As a person reads it. */
	public function show(): string {
		$lines = array( '  $post = wp_insert_post( meta_input: ' . Difference::show( $this->meta ) . ' );' );
		foreach ( $this->listeners as $listener ) {
			$lines[] = '  listener ' . Difference::show( $listener ) . ';';
		}
		foreach ( $this->steps as $step ) {
			$lines[] = '  ' . self::line( $step );
		}
		return implode( "\n", $lines );
	}

	/**
	 * One step.
	 *
	 * @param array<string, mixed> $step Step.
	 */
	public static function line( array $step ): string {
		$arguments = array();
		foreach ( $step['arguments'] as $name => $value ) {
			$arguments[] = "$name: " . Difference::show( $value );
		}
		$before = array( '' => '', 'new request' => 'new_request(); ', 'new request, cache kept' => 'new_request_with_persistent_cache(); ', 'cache flushed' => 'wp_cache_flush(); ' )[ $step['before'] ];
		$after  = '' === $step['after'] ? '' : ' // a persistent cache';
		$look   = $step['look'] ? ' // then looks at: ' . implode( ', ', $step['look'] ) . ( in_array( 'row', $step['look'], true ) ? " $step[place]" : '' ) : '';
		return "$before$step[operation]( " . implode( ', ', $arguments ) . " );$after$look";
	}
}
