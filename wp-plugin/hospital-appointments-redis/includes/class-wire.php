<?php
/**
 * One HTTP request, as curl wants it.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Address, headers and body.
 */
final class Wire {

	/** @var string Who decides, for the sidecar's log; '' where nobody asks. */
	public static $actor = '';

	/**
	 * The curl options of a request.
	 *
	 * @param string $method     HTTP method.
	 * @param string $path       Path under the sidecar's root.
	 * @param string $json       Body; '' for none.
	 * @param int    $timeout    Milliseconds.
	 * @param int    $deadline   CLOCK_MONOTONIC, in ns; 0: none.
	 * @param string $request_id Must come back in the answer.
	 * @return array<int, mixed>
	 */
	public static function options( string $method, string $path, string $json, int $timeout, int $deadline, string $request_id ): array {
		$options = array(
			CURLOPT_URL               => self::url( $path ),
			CURLOPT_CUSTOMREQUEST     => $method,
			CURLOPT_HTTPHEADER        => self::headers( $deadline, $request_id ),
			CURLOPT_HTTP_VERSION      => CURL_HTTP_VERSION_1_1,
			CURLOPT_RETURNTRANSFER    => true,
			CURLOPT_FOLLOWLOCATION    => false,
			CURLOPT_PROTOCOLS         => CURLPROTO_HTTP,
			CURLOPT_PROXY             => '',
			CURLOPT_NOSIGNAL          => true,
			CURLOPT_CONNECTTIMEOUT_MS => Settings::connect_timeout(),
			CURLOPT_TIMEOUT_MS        => $timeout,
		);
		if ( 0 === strpos( Settings::address(), 'unix:' ) ) {
			$options[ CURLOPT_UNIX_SOCKET_PATH ] = substr( Settings::address(), 5 );
		}
		if ( '' === $json ) {
			return $options;
		}
		// The body as an upload that cannot be rewound: of CURLOPT_POSTFIELDS, curl would send a second copy by itself when a
		// kept-alive connection breaks, and the sidecar would write twice.
		$sent = 0;
		return $options + array(
			CURLOPT_UPLOAD       => true,
			CURLOPT_INFILESIZE   => strlen( $json ),
			CURLOPT_READFUNCTION => static function ( $handle, $file, int $length ) use ( $json, &$sent ): string {
				$part  = (string) substr( $json, $sent, $length );
				$sent += strlen( $part );
				return $part;
			},
		);
	}

	/** Where to. The blog is part of every call. */
	private static function url( string $path ): string {
		$host = 0 === strpos( Settings::address(), 'unix:' ) ? 'localhost' : Settings::address();
		return 'http://' . $host . $path . ( false === strpos( $path, '?' ) ? '?' : '&' ) . 'blog=' . get_current_blog_id();
	}

	/**
	 * The headers. An empty Expect keeps curl from asking before it sends.
	 *
	 * @return string[]
	 */
	private static function headers( int $deadline, string $request_id ): array {
		$headers = array(
			'Expect:',
			'Content-Type: application/json',
			'Authorization: Bearer ' . Settings::token(),
			'X-Request-Id: ' . $request_id,
		);
		if ( '' !== self::$actor ) {
			$headers[] = 'X-Hospital-Actor: ' . substr( rawurlencode( self::$actor ), 0, 128 );
		}
		if ( $deadline > 0 ) {
			$headers[] = 'X-Hospital-Deadline: ' . $deadline;
		}
		return $headers;
	}
}
