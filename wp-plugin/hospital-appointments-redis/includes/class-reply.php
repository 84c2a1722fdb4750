<?php
/**
 * What came back over the connection.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * An HTTP/1.1 reply of a known length, as the sidecar's are, while it arrives. Anything else is no reply.
 */
final class Reply {

	/** More than any answer of the sidecar has as headers. */
	private const LONGEST_HEAD = 65536;

	/** @var int Bytes of the request that have left. */
	public $sent = 0;

	/** @var bool Whether all of it is here. */
	public $complete = false;

	/** @var bool Whether the connection ends with it. */
	public $closes = false;

	/** @var int HTTP status. */
	public $status = 0;

	/** @var string Body. */
	public $body = '';

	/** @var string Why there is none. */
	public $error = '';

	/** @var int Bytes of the request. */
	private $asked;

	/** @var string What came before the body is known to begin. */
	private $head = '';

	/** @var int Bytes that the body will have. */
	private $length = -1;

	/**
	 * The reply to a request.
	 *
	 * @param int $asked Bytes of the request.
	 */
	public function __construct( int $asked ) {
		$this->asked = $asked;
	}

	/** Whether the request was sent whole, and more of this is to come. */
	public function is_expected(): bool {
		return $this->sent === $this->asked && ! $this->complete;
	}

	/** Takes what has come. */
	public function add( string $bytes ): void {
		if ( $this->length >= 0 ) {
			$this->body .= $bytes;
		} else {
			$this->head .= $bytes;
			$this->parse();
		}
		if ( $this->length >= 0 && strlen( $this->body ) >= $this->length ) {
			$this->closes   = $this->closes || strlen( $this->body ) > $this->length;
			$this->body     = (string) substr( $this->body, 0, $this->length );
			$this->complete = true;
		}
	}

	/** Takes what came before all of the request was sent. The connection ends with it. */
	public function add_early( string $bytes ): void {
		$this->asked  = $this->sent;
		$this->closes = true;
		$this->add( $bytes );
	}

	/** Reads the head, once it is whole. What is not one is complete and nothing: nobody waits for more of it. */
	private function parse(): void {
		$end = strpos( $this->head, "\r\n\r\n" );
		if ( false === $end && strlen( $this->head ) < self::LONGEST_HEAD ) {
			return;
		}
		$head   = (string) substr( $this->head, 0, (int) $end + 2 );
		$length = array();
		if ( false === $end || 1 !== preg_match( '/^HTTP\/1\.[01] ([0-9]{3})[ \r]/', $head, $status ) || 1 !== preg_match( '/^content-length: *([0-9]{1,9}) *\r$/mi', $head, $length ) ) {
			$this->length = 0;
			$this->closes = true;
			return;
		}
		$this->status = (int) $status[1];
		$this->length = (int) $length[1];
		$this->closes = $this->closes || 1 === preg_match( '/^connection: *close/mi', $head );
		$this->body   = (string) substr( $this->head, $end + 4 );
	}
}
