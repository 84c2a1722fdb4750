<?php
/** The seeded source of everything random: the same seed draws the same sequence. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Draw {

	/** @var string[] The few keys of this sequence, so that its steps meet. */
	public $keys;

	/** @var mixed[] The few values of this sequence, for the same reason. */
	private $values = array();

	public function __construct( int $seed ) {
		mt_srand( $seed );
		$this->keys = array_values( array_unique( array_merge( array( 'status' ), $this->some( Values::keys(), 5 ) ) ) );
		if ( ! $this->chance( 4 ) ) { // Beside a key that is not ASCII nothing of a post is offloaded: most go without.
			$this->keys = array_values( preg_grep( '/^[\x20-\x7E]*$/D', $this->keys ) );
		}
		foreach ( $this->some( array_keys( Values::all() ), 8 ) as $name ) {
			$this->values[] = Values::all()[ $name ];
		}
	}

	/** A number from zero, less than the limit. */
	public function below( int $limit ): int {
		return mt_rand( 0, max( 0, $limit - 1 ) );
	}

	/** True once in so many times. */
	public function chance( int $in ): bool {
		return 0 === $this->below( $in );
	}

	/**
	 * One of them.
	 *
	 * @param mixed[] $choices Choices.
	 * @return mixed
	 */
	public function one( array $choices ) {
		$choices = array_values( $choices );
		return $choices[ $this->below( count( $choices ) ) ];
	}

	/** A key; most often the first, so that something happens to it. */
	public function key(): string {
		return $this->chance( 3 ) ? $this->keys[0] : $this->one( $this->keys );
	}

	/**
	 * A value, mostly one that this sequence has already.
	 *
	 * @return mixed
	 */
	public function value() {
		if ( $this->chance( 400 ) ) {
			return str_repeat( "1 MB it's \\ ", 95000 );
		}
		return $this->chance( 8 ) ? $this->one( Values::all() ) : $this->one( $this->values );
	}

	/**
	 * Some of them, perhaps one twice.
	 *
	 * @param mixed[] $choices Choices.
	 * @return mixed[]
	 */
	private function some( array $choices, int $count ): array {
		$some = array();
		for ( $i = 0; $i < $count; $i++ ) {
			$some[] = $this->one( $choices );
		}
		return $some;
	}
}
