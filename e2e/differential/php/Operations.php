<?php
/** What can be done to a post: every file of the folder operations returns some, by name. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

/**
 * An operation is an array:
 *
 * weight  how often it is drawn, beside the others; `update` has 12.
 * draw    callable( Draw ): array. Its arguments, plain data, drawn once: a step can be printed, repeated and shrunk.
 * take    callable( array $step, Side $side ): mixed. Does it to that side's post. What it returns, and every action and filter
 *         of the meta API that fires meanwhile, must be the same for both sides; an integer is taken for a meta id. The step
 *         is a deep copy of its own. Nothing of it is slashed. What it throws is compared too.
 * needs   callable(): bool. Whether this WordPress can do it; optional.
 * away    bool: it ends or starts the sidecar. A sequence has such steps seldom, and then plays alone.
 * rows    bool: it names rows by their place, so what a kiosk has made anew is brought home before.
 * writes  Where it is not this process that writes: 'WordPress' elsewhere, 'API' or 'SQL'. A new request begins after it.
 *
 * The user is the administrator. A side's caches are those of this process.
 */
final class Operations {

	/** @var array<string, array<string, mixed>> By name. */
	private $all = array();

	/**
	 * Loads them.
	 *
	 * @param string $folder Folder.
	 * @param string $only   Names, with commas; '' for all.
	 */
	public function __construct( string $folder, string $only = '' ) {
		$only = array_filter( explode( ',', $only ) );
		foreach ( glob( "$folder/*.php" ) as $file ) {
			foreach ( require $file as $name => $operation ) {
				if ( isset( $this->all[ $name ] ) ) {
					throw new \LogicException( "two operations are called $name" );
				}
				if ( ( ! isset( $operation['needs'] ) || $operation['needs']() ) && ( ! $only || in_array( $name, $only, true ) ) ) {
					$this->all[ $name ] = $operation + array( 'away' => false, 'rows' => false, 'writes' => '' );
				}
			}
		}
	}

	/** @return array<string, mixed> */
	public function get( string $name ): array {
		return $this->all[ $name ];
	}

	/** @return string[] */
	public function names(): array {
		return array_keys( $this->all );
	}

	/**
	 * A step: the operation's name, its arguments, what happens before it, whether a write of others leaves a cache, what is looked at.
	 *
	 * @param bool $away Whether the sidecar may be ended.
	 * @return array<string, mixed>
	 */
	public function draw( Draw $draw, bool $away ): array {
		$name = $this->name( $draw, $away );
		return array(
			'operation' => $name,
			'arguments' => ( $this->all[ $name ]['draw'] )( $draw ),
			'before'    => $draw->one( array( '', '', '', '', 'new request', 'new request, cache kept', 'cache flushed' ) ),
			'after'     => $draw->one( array( '', 'cached' ) ),
			'look'      => array_keys( array_filter( array( 'row' => $draw->chance( 4 ), 'rest' => $draw->chance( 8 ), 'other process' => $draw->chance( 8 ) ) ) ),
			'place'     => $draw->below( 6 ),
		);
	}

	/**
	 * Does a step to one side.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return mixed
	 */
	public function take( array $step, Side $side ) {
		return ( $this->all[ $step['operation'] ]['take'] )( unserialize( serialize( $step['arguments'] ) ), $side );
	}

	private function name( Draw $draw, bool $away ): string {
		$weights = array();
		foreach ( $this->all as $name => $operation ) {
			$weights[ $name ] = $operation['away'] && ! $away ? 0 : $operation['weight'];
		}
		$point = $draw->below( array_sum( $weights ) );
		foreach ( $weights as $name => $weight ) {
			$point -= $weight;
			if ( $point < 0 ) {
				return $name;
			}
		}
		throw new \LogicException( 'no operation has a weight' );
	}
}
