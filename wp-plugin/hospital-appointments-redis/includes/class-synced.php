<?php
/**
 * What was written past WordPress, and is in MySQL now.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The REST route by which the sidecar tells it, and what follows: caches are dropped, other plugins are told.
 *
 * The sidecar goes on telling until it hears that WordPress took it. So an answer must not say so before everybody was
 * told, and who is told may hear the same again.
 */
final class Synced {

	/** The namespace of the route. */
	private const NAMESPACE = 'hospital-appointments-redis/v1';

	/** Seconds by which the clocks of Redis or MySQL and PHP may differ. */
	private const SKEW = 300;

	/** Time of the newest call that was let in; not autoloaded. A call is let in once, so that a copy of it does nothing. */
	public const OPTION = 'hospital_appointments_redis_synced';

	/** The same of calls that MySQL's clock has timed: the two clocks need not agree, and neither's calls wait for the other's. */
	public const OPTION_MYSQL = 'hospital_appointments_redis_synced_mysql';

	/** @var \WP_REST_Request|null The call that was let in: core asks again, for a header. */
	private static $let_in = null;

	/** Hooked to rest_api_init. */
	public static function register(): void {
		register_rest_route(
			self::NAMESPACE,
			'/synced',
			array(
				'methods'             => 'POST',
				'callback'            => array( self::class, 'take' ),
				'permission_callback' => array( self::class, 'may' ),
				'show_in_index'       => false,
			)
		);
	}

	/**
	 * Whether this comes from the sidecar of this site, just now, for the first time. Who may not is not told why.
	 *
	 * @param \WP_REST_Request $request Request.
	 * @return true|\WP_Error
	 */
	public static function may( \WP_REST_Request $request ) {
		if ( $request === self::$let_in ) {
			return true;
		}
		$body = (string) $request->get_body();
		$call = self::is_signed( $body, (string) $request->get_header( 'x_hospital_signature' ) ) ? json_decode( $body, true ) : null;
		if ( is_array( $call ) && self::is_ours( $call ) && abs( time() - (int) floor( (int) ( $call['time'] ?? 0 ) / 1000 ) ) <= self::SKEW && self::is_first( (int) $call['time'], 'mysql' === ( $call['clock'] ?? '' ) ? self::OPTION_MYSQL : self::OPTION ) ) {
			self::$let_in = $request;
			return true;
		}
		return new \WP_Error( 'rest_forbidden', __( 'Sorry, you are not allowed to do that.' ), array( 'status' => 401 ) ); // phpcs:ignore WordPress.WP.I18n -- core's text.
	}

	/**
	 * Takes it.
	 *
	 * @param \WP_REST_Request $request Request.
	 * @return \WP_REST_Response|\WP_Error
	 */
	public static function take( \WP_REST_Request $request ) {
		$call  = (array) json_decode( (string) $request->get_body(), true );
		$posts = array();
		foreach ( (array) ( $call['posts'] ?? array() ) as $post ) {
			if ( is_array( $post ) && (int) ( $post['id'] ?? 0 ) > 0 ) {
				$posts[ (int) $post['id'] ] = array_map( 'strval', array_filter( (array) ( $post['keys'] ?? array() ), 'is_scalar' ) );
			}
		}
		Caches::drop( array_keys( $posts ) );
		try {
			/**
			 * Fires when metadata that was not written through WordPress has arrived in wp_postmeta.
			 *
			 * By then the caches of these posts are dropped, so that get_post_meta() gives what is there. Each field comes at
			 * least once, and again when it is written again, or when WordPress could not confirm: be quick, and do not mind
			 * hearing it twice. A listener that throws makes the whole call fail and come again, later and in smaller parts.
			 *
			 * @since 1.0.0
			 *
			 * @param array<int, string[]> $posts The meta keys that were written, by post id. A post may be gone by now.
			 */
			do_action( 'hospital_appointments_synced', $posts );
		} catch ( \Throwable $failure ) {
			error_log( 'hospital_appointments_synced: ' . $failure->getMessage() . ' in ' . $failure->getFile() . ':' . $failure->getLine() ); // phpcs:ignore WordPress.PHP.DevelopmentFunctions -- the log is where it belongs.
			return new \WP_Error( 'hospital_listener_failed', __( 'A plugin that listens has failed.', 'hospital-appointments-redis' ), array( 'status' => 500 ) );
		}
		return new \WP_REST_Response( array( 'taken' => (string) ( $call['nonce'] ?? '' ) ), 200 );
	}

	/** Whether a body was signed with this site's token. */
	public static function is_signed( string $body, string $signature ): bool {
		$token = Settings::token();
		return '' !== $token && hash_equals( hash_hmac( 'sha256', "hospital_appointments_synced\n" . $body, $token ), $signature );
	}

	/**
	 * Whether it is about this blog, and from the Redis that this site works with: a copy of the site has the same token.
	 *
	 * @param array<mixed> $call Call.
	 */
	private static function is_ours( array $call ): bool {
		$site = Site::read();
		return null !== $site && get_current_blog_id() === (int) ( $call['blog'] ?? 0 ) && is_string( $call['redis'] ?? null )
			&& hash_equals( hash( 'sha256', $site->redis_id ), $call['redis'] );
	}

	/** Whether no call of this time or a later one was let in; notes this one. Each is one statement, so that of two equal ones one is let in. */
	private static function is_first( int $time, string $option ): bool {
		global $wpdb;
		return 1 === $wpdb->query( $wpdb->prepare( "UPDATE $wpdb->options SET option_value = %s WHERE option_name = %s AND CAST(option_value AS UNSIGNED) < %d", (string) $time, $option, $time ) )
			|| 1 === $wpdb->query( $wpdb->prepare( "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, %s, 'no')", $option, (string) $time ) );
	}
}
