<?php
/**
 * An offloaded post and its equal that is not.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use PHPUnit\Framework\Assert;

/**
 * Does everything twice, and fails where the plugin makes a difference.
 */
final class Twin {

	/** @var Side */
	public $native;

	/** @var Side */
	public $ours;

	/** @var ClinicTestCase */
	private $case;

	public function __construct( ClinicTestCase $case, int $native, int $ours ) {
		$this->case   = $case;
		$this->native = new Side( $native );
		$this->ours   = new Side( $ours );
	}

	/**
	 * A step has the same result and fires the same actions on both.
	 *
	 * @param string   $what For the message.
	 * @param callable $step Takes a Side.
	 */
	public function same( string $what, callable $step ): self {
		$expected = $this->native->does( $step );
		$actual   = $this->ours->does( $step );
		Assert::assertSame( $expected, $actual, "$what: result or actions differ" );
		return $this;
	}

	/**
	 * What can be read is the same, in this request and in another one.
	 *
	 * @param string   $what For the message.
	 * @param string[] $keys Keys.
	 */
	public function reads_the_same( string $what, array $keys = array() ): self {
		Assert::assertSame( $this->native->reads( $keys ), $this->ours->reads( $keys ), "$what: reads differ" );
		return $this;
	}

	/** After a barrier the rows are the same, byte for byte; and reads still are. */
	public function ends_the_same( string $what, array $keys = array() ): void {
		$this->reads_the_same( "$what, at the end", $keys );
		$this->case->bring_home( $this->ours->post );
		Assert::assertSame( $this->native->table(), $this->ours->table(), "$what: rows differ" );
		$this->case->new_request();
		$this->reads_the_same( "$what, in another request", $keys );
	}
}
