<?php
/**
 * One HTTP request, as it is sent.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Request line, headers and body.
 */
final class Wire {

	/** @var string Who decides, for the sidecar's log; '' where nobody asks. */
	public static $actor = '';

	/**
	 * A request.
	 *
	 * @param string $method     HTTP method.
	 * @param string $path       Path under the sidecar's root, encoded.
	 * @param string $json       Body; '' for none.
	 * @param int    $deadline   CLOCK_MONOTONIC, in ns; 0: none.
	 * @param string $request_id Must come back in the answer.
	 */
	public static function request( string $method, string $path, string $json, int $deadline, string $request_id ): string {
		$joint   = false === strpos( $path, '?' ) ? '?' : '&';
		$address = Settings::address();
		// The blog is part of every call.
		return "$method $path{$joint}blog=" . get_current_blog_id() . " HTTP/1.1\r\n"
			. 'Host: ' . ( 0 === strpos( $address, 'unix:' ) ? 'localhost' : $address ) . "\r\n"
			. "Content-Type: application/json\r\n"
			. 'Authorization: Bearer ' . Settings::token() . "\r\n"
			. "X-Request-Id: $request_id\r\n"
			. ( '' === self::$actor ? '' : 'X-Hospital-Actor: ' . substr( rawurlencode( self::$actor ), 0, 128 ) . "\r\n" )
			. ( $deadline > 0 ? "X-Hospital-Deadline: $deadline\r\n" : '' )
			. ( '' === $json ? '' : 'Content-Length: ' . strlen( $json ) . "\r\n" )
			. "\r\n$json";
	}
}
