<?php
/**
 * What the sidecar said, or that it said nothing.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The outcome of one call.
 *
 * `done` is "yes" (2xx), "no" (certainly nothing was or will be written: never connected, or told so) or "unknown".
 */
final class Answer {

	/** @var int HTTP status; 0 without a usable answer. */
	public $status = 0;

	/** @var array<string, mixed> Decoded body. */
	public $data = array();

	/** @var string Error code: the sidecar's, or "unreachable", "no_answer", "bad_answer", "paused". */
	public $code = '';

	/** @var string For people; never holds a value. */
	public $message = '';

	/** @var string "yes", "no" or "unknown". */
	public $done = 'unknown';

	/** There was no usable answer. */
	public static function none( string $code, string $done, string $message = '' ): self {
		$answer          = new self();
		$answer->code    = $code;
		$answer->done    = $done;
		$answer->message = $message;
		return $answer;
	}

	/** Reads the reply to the request of this id. A reply to another is none. */
	public static function read( int $status, string $body, string $request_id ): self {
		$data = json_decode( $body, true, 64 );
		if ( ! is_array( $data ) || ( $data['request_id'] ?? '' ) !== $request_id ) {
			return self::none( 'bad_answer', 'unknown', 'not an answer of the sidecar, or to another request' );
		}
		$answer         = new self();
		$answer->status = $status;
		$answer->data   = $data;
		if ( $status >= 200 && $status < 300 ) {
			$answer->done = 'yes';
			return $answer;
		}
		$error           = is_array( $data['error'] ?? null ) ? $data['error'] : array();
		$answer->code    = (string) ( $error['code'] ?? 'bad_answer' );
		$answer->message = (string) ( $error['message'] ?? '' );
		$answer->done    = 'no' === ( $data['done'] ?? '' ) ? 'no' : 'unknown';
		return $answer;
	}

	/** Whether the sidecar did what was asked. */
	public function ok(): bool {
		return 'yes' === $this->done;
	}

	/** Whether the sidecar, or its Redis, is gone rather than unwilling. A full one still answers. */
	public function is_failure(): bool {
		return 0 === $this->status || ( $this->status >= 500 && ! in_array( $this->code, array( 'redis_full', 'backlog_full' ), true ) );
	}
}
