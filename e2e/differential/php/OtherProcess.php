<?php
/** A second PHP process in the same site: it loads WordPress once, and takes every question as a new request. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

final class OtherProcess {

	/** @var self|null */
	private static $it = null;

	/** @var resource */
	private $process;

	/** @var resource[] */
	private $pipes = array();

	private function __construct() {
		$this->process = proc_open( array( PHP_BINARY, __DIR__ . '/other.php' ), array( array( 'pipe', 'r' ), array( 'pipe', 'w' ), STDERR ), $this->pipes );
		if ( ! is_resource( $this->process ) ) {
			throw new \RuntimeException( 'no other process' );
		}
	}

	/** Starts it where it is first needed. */
	public static function get(): self {
		self::$it = self::$it ?? new self();
		return self::$it;
	}

	/**
	 * What it reads of a post.
	 *
	 * @param string[] $keys Keys.
	 * @return array<string, mixed>
	 */
	public function reads( int $post, array $keys ): array {
		return $this->ask( array( 'reads', $post, $keys ) );
	}

	/**
	 * Does a step there; what it returned.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return mixed
	 */
	public function take( array $step, Side $side ) {
		return $side->plain( $this->ask( array( 'take', $side->post, $step ) ) );
	}

	/**
	 * One question.
	 *
	 * @param mixed[] $question Question.
	 * @return mixed
	 */
	private function ask( array $question ) {
		fwrite( $this->pipes[0], base64_encode( serialize( $question ) ) . "\n" );
		$line = fgets( $this->pipes[1] );
		if ( false === $line || '=' !== $line[0] ) {
			throw new \RuntimeException( 'the other process says ' . var_export( $line, true ) . stream_get_contents( $this->pipes[1] ) );
		}
		return unserialize( base64_decode( substr( $line, 1 ) ) );
	}
}
