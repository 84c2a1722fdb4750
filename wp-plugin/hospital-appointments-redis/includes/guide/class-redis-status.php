<?php
/**
 * A status answer of Redis, as Predis gives it.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

defined( 'ABSPATH' ) || exit;

/**
 * Stands for OK or PONG: equal to that text, and true.
 */
final class Redis_Status {

	/** @var string */
	private $payload;

	public function __construct( string $payload ) {
		$this->payload = $payload;
	}

	/** The text. */
	public function getPayload(): string { // phpcs:ignore WordPress.NamingConventions.ValidFunctionName -- Predis' name.
		return $this->payload;
	}

	public function __toString(): string {
		return $this->payload;
	}
}
