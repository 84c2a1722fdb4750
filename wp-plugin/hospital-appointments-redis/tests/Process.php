<?php
/**
 * Another PHP process in the same site.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * For what one process cannot show: other constants, an ended request, a plugin that is not active.
 */
final class Process {

	/** @var resource */
	private $process;

	/** @var resource[] */
	private $pipes = array();

	/**
	 * Starts it.
	 *
	 * @param string               $code      PHP; what it returns is the outcome, as far as JSON can say it.
	 * @param array<string, mixed> $constants Defined before WordPress is loaded.
	 * @param array<string, mixed> $options   `active` (bool): whether the plugin is; `ini`: lines for php -d; `arguments`: for the code, as $arguments.
	 */
	public function __construct( string $code, array $constants = array(), array $options = array() ) {
		$options += array(
			'active'    => true,
			'ini'       => array(),
			'arguments' => array(),
		);
		$command  = array( PHP_BINARY );
		foreach ( $options['ini'] as $line ) {
			array_push( $command, '-d', $line );
		}
		$command[]     = __DIR__ . '/run-in-process.php';
		$this->process = proc_open( $command, array( array( 'pipe', 'r' ), array( 'pipe', 'w' ), array( 'pipe', 'w' ) ), $this->pipes );
		fwrite(
			$this->pipes[0],
			serialize(
				array(
					'code'      => $code,
					'constants' => $constants,
					'active'    => $options['active'],
					'arguments' => $options['arguments'],
				)
			)
		);
		fclose( $this->pipes[0] );
	}

	/**
	 * Waits for its end.
	 *
	 * @return mixed What the code returned.
	 */
	public function outcome() {
		$out   = stream_get_contents( $this->pipes[1] );
		$error = stream_get_contents( $this->pipes[2] );
		$code  = proc_close( $this->process );
		$lines = explode( "\n", trim( (string) $out ) );
		$data  = json_decode( (string) end( $lines ), true );
		if ( 0 !== $code || ! is_array( $data ) || ! array_key_exists( 'outcome', $data ) ) {
			throw new \RuntimeException( "the other process failed ($code):\n$out\n$error" );
		}
		return $data['outcome'];
	}

	/**
	 * Starts one and waits for it.
	 *
	 * @param string               $code      PHP.
	 * @param array<string, mixed> $constants Constants.
	 * @param array<string, mixed> $options   Options.
	 * @return mixed
	 */
	public static function run( string $code, array $constants = array(), array $options = array() ) {
		return ( new self( $code, $constants, $options ) )->outcome();
	}
}
