<?php
/** Somebody who works on a post in WordPress' own screens: a form, and an end that does not end the process. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

require_once __DIR__ . '/ended.php';
require_once __DIR__ . '/clock.php';

final class Editor {

	/** What core asks for the function that ends a request. */
	private const HANDLERS = array( 'wp_die_handler', 'wp_die_ajax_handler', 'wp_die_json_handler', 'wp_die_xml_handler', 'wp_die_xmlrpc_handler' );

	/**
	 * Does some work on a post. On one that is gone nobody can: then nothing is done.
	 *
	 * @param int      $post Post.
	 * @param mixed[]  $form What the browser sends, not slashed.
	 * @param callable $work Work; what it returns is the result.
	 * @return array{result: mixed, ended: string|null, said: string}|string
	 */
	public static function does( int $post, array $form, callable $work ) {
		if ( null === get_post( $post ) ) {
			return 'gone';
		}
		$globals  = array( $_GET, $_POST, $_REQUEST );
		$_POST    = wp_slash( $form );
		$_REQUEST = $_POST;
		try {
			return self::watched( $work );
		} finally {
			list( $_GET, $_POST, $_REQUEST ) = $globals;
		}
	}

	/**
	 * A call of admin-ajax.php.
	 *
	 * @param int      $post   Post.
	 * @param string   $action Action.
	 * @param mixed[]  $form   What the browser sends.
	 * @param string[] $nonce  The field that has the nonce, and what that is for.
	 * @return array{result: mixed, ended: string|null, said: string}|string
	 */
	public static function calls( int $post, string $action, array $form, array $nonce ) {
		$work = static function () use ( $action, $nonce ): string {
			$callback              = 'wp_ajax_' . str_replace( '-', '_', $action );
			$_REQUEST[ $nonce[0] ] = wp_create_nonce( $nonce[1] );
			add_filter( 'wp_doing_ajax', '__return_true' );
			add_action( "wp_ajax_$action", $callback, 1 ); // As admin-ajax.php does.
			try {
				do_action( "wp_ajax_$action" );
			} finally {
				remove_action( "wp_ajax_$action", $callback, 1 );
				remove_filter( 'wp_doing_ajax', '__return_true' );
			}
			return 'went on';
		};
		return self::does( $post, $form, $work );
	}

	/** Hooked to what asks how to end a request. */
	public static function handler(): callable {
		return array( self::class, 'end' );
	}

	/**
	 * Ends the request.
	 *
	 * @param mixed $message What core says.
	 */
	public static function end( $message ): void {
		throw new Ended( is_wp_error( $message ) ? implode( ' ', $message->get_error_messages() ) : gettype( $message ) . ' ' . $message );
	}

	/** Whether a warning is that a header comes too late: no web server waits for one. */
	public static function is_about_headers( int $level, string $message ): bool {
		return 0 === strpos( $message, 'Cannot modify header information' );
	}

	/**
	 * Does the work with the clock stopped, and listens.
	 *
	 * @return array{result: mixed, ended: string|null, said: string}
	 */
	private static function watched( callable $work ): array {
		$level  = ob_get_level();
		$result = null;
		$ended  = null;
		$said   = '';
		foreach ( self::HANDLERS as $handler ) {
			add_filter( $handler, array( self::class, 'handler' ), PHP_INT_MAX );
		}
		Clock::stop();
		set_error_handler( array( self::class, 'is_about_headers' ), E_WARNING ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions
		ob_start();
		try {
			$result = $work();
		} catch ( Ended $end ) {
			$ended = $end->getMessage();
		} finally {
			while ( ob_get_level() > $level ) {
				$said = ob_get_clean() . $said;
			}
			restore_error_handler();
			Clock::go_on();
			foreach ( self::HANDLERS as $handler ) {
				remove_filter( $handler, array( self::class, 'handler' ), PHP_INT_MAX );
			}
		}
		return compact( 'result', 'ended', 'said' );
	}
}
