<?php
/**
 * The health report in words.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One text for the screen, for Site Health and for the notices.
 */
final class Diagnosis {

	/** Milliseconds for which the sidecar may fail to reach WordPress before that is worth a word. */
	private const DEAF = 120000;

	/**
	 * What there is to know.
	 *
	 * @param array<string, mixed> $report Health::report().
	 * @return array<string, string> Text by name.
	 */
	public static function facts( array $report ): array {
		$problems = self::problems( $report );
		$facts    = array(
			__( 'Verdict', 'hospital-appointments-redis' ) => $problems ? implode( ' ', $problems ) : __( 'All is well.', 'hospital-appointments-redis' ),
			__( 'Mode', 'hospital-appointments-redis' )    => self::mode( (string) $report['mode'], (bool) $report['held'] ),
			__( 'Epoch', 'hospital-appointments-redis' )   => self::epoch( (int) $report['epoch'] ),
			__( 'Sidecar', 'hospital-appointments-redis' ) => self::sidecar( $report ),
			__( 'Posts waiting for MySQL', 'hospital-appointments-redis' ) => self::number( self::waiting( $report ) ),
			__( 'Dead letters', 'hospital-appointments-redis' ) => self::number( $report['dead_letters'] ),
			__( 'Last successful check', 'hospital-appointments-redis' ) => self::time( (int) $report['last_ok'] ),
		);
		if ( '' !== (string) $report['last_error'] ) {
			$facts[ __( 'Last trouble', 'hospital-appointments-redis' ) ] = self::time( (int) $report['last_error_at'] ) . ': ' . $report['last_error'];
		}
		return $facts;
	}

	/**
	 * What an administrator should know. A report without the sidecar's part, as Health::noted() gives it, will do.
	 *
	 * @param array<string, mixed> $report Report.
	 * @return string[]
	 */
	public static function problems( array $report ): array {
		$problems = array();
		if ( 'unknown' === $report['mode'] ) {
			$problems[] = __( 'The plugin\'s tables are missing; deactivate and activate it.', 'hospital-appointments-redis' );
		} elseif ( 'native' === $report['mode'] && ! $report['held'] ) {
			$problems[] = __( 'No sidecar owns this site, so WordPress writes appointment metadata to MySQL itself. Nothing is lost; updates are as slow as without the plugin.', 'hospital-appointments-redis' );
		} elseif ( 'native' === $report['mode'] && Upgrade::is_under_way() ) {
			$problems[] = __( 'The site is held in native mode while the plugin is being upgraded. If that did not end, it is released within a quarter of an hour.', 'hospital-appointments-redis' );
		} elseif ( 'native' === $report['mode'] ) {
			$problems[] = __( 'The site is held in native mode: the plugin was being deactivated. Activate it again to release it.', 'hospital-appointments-redis' );
		}
		if ( '' !== (string) ( $report['error'] ?? '' ) ) {
			$problems[] = (string) $report['error'];
		}
		foreach ( (array) ( $report['missing'] ?? array() ) as $missing ) {
			/* translators: %s: what the sidecar says is missing. */
			$problems[] = sprintf( __( 'The sidecar is not ready: %s.', 'hospital-appointments-redis' ), $missing );
		}
		if ( (int) ( self::blog( $report )['notices_failed_ms'] ?? 0 ) >= self::DEAF ) {
			$problems[] = self::deaf( self::blog( $report ) );
		}
		if ( (int) ( $report['dead_letters'] ?? 0 ) > 0 ) {
			$count = (int) $report['dead_letters'];
			/* translators: %s: number of updates. */
			$problems[] = sprintf( _n( '%s update was refused by MySQL and waits for a decision.', '%s updates were refused by MySQL and wait for a decision.', $count, 'hospital-appointments-redis' ), number_format_i18n( $count ) );
		}
		// Once the site is back in offload mode, with a sidecar that is ready, what was noted before is history.
		$in_trouble = 'offload' !== $report['mode'] || ! ( $report['ready'] ?? true );
		if ( $in_trouble && (int) $report['last_error_at'] > (int) $report['last_ok'] && '' === (string) ( $report['error'] ?? '' ) ) {
			/* translators: 1: date and time, 2: what went wrong. */
			$problems[] = sprintf( __( 'Last trouble, %1$s: %2$s', 'hospital-appointments-redis' ), self::time( (int) $report['last_error_at'] ), $report['last_error'] );
		}
		return $problems;
	}

	/** The epoch, and what that is. */
	private static function epoch( int $epoch ): string {
		/* translators: %s: a number that grows by one each time. */
		return sprintf( __( '%s (counts how often writing passed from the sidecar to WordPress or back)', 'hospital-appointments-redis' ), number_format_i18n( $epoch ) );
	}

	/** The mode in words. */
	private static function mode( string $mode, bool $held ): string {
		if ( 'offload' === $mode ) {
			return __( 'offload: updates go to Redis first', 'hospital-appointments-redis' );
		}
		if ( 'unknown' === $mode ) {
			return __( 'unknown', 'hospital-appointments-redis' );
		}
		return $held
			? __( 'native, held: WordPress writes to MySQL, until the plugin is activated again', 'hospital-appointments-redis' )
			: __( 'native: WordPress writes to MySQL', 'hospital-appointments-redis' );
	}

	/**
	 * The sidecar in words.
	 *
	 * @param array<string, mixed> $report Report.
	 */
	private static function sidecar( array $report ): string {
		if ( ! $report['reachable'] ) {
			return __( 'not reached', 'hospital-appointments-redis' );
		}
		$state = $report['ready'] ? __( 'ready', 'hospital-appointments-redis' ) : __( 'not ready', 'hospital-appointments-redis' );
		/* translators: 1: ready or not ready, 2: version. */
		return '' === (string) $report['version'] ? $state : sprintf( __( '%1$s, version %2$s', 'hospital-appointments-redis' ), $state, $report['version'] );
	}

	/**
	 * How many posts of this blog wait, if the sidecar could count them.
	 *
	 * @param array<string, mixed> $report Report.
	 */
	private static function waiting( array $report ): ?int {
		$blog = self::blog( $report );
		return isset( $blog['dirty_posts'] ) ? (int) $blog['dirty_posts'] : $report['dirty_posts'];
	}

	/**
	 * What the sidecar says of this blog.
	 *
	 * @param array<string, mixed> $report Report.
	 * @return array<string, mixed>
	 */
	private static function blog( array $report ): array {
		foreach ( (array) ( $report['stats']['blogs'] ?? array() ) as $blog ) {
			if ( is_array( $blog ) && get_current_blog_id() === ( $blog['blog'] ?? 0 ) ) {
				return $blog;
			}
		}
		return array();
	}

	/**
	 * The sidecar cannot tell WordPress of what came past it.
	 *
	 * @param array<string, mixed> $blog What it says.
	 */
	private static function deaf( array $blog ): string {
		return sprintf(
			/* translators: 1: how long, as in "5 minutes", 2: the site's address, 3: what the sidecar met with. */
			__( 'For %1$s the sidecar has not been able to tell WordPress of updates that came past it, so other plugins do not hear of them. Is a login, a firewall or a plugin that closes the REST API in front of %2$s? HOSPITAL_WORDPRESS_URL can name a way around. It met with: %3$s', 'hospital-appointments-redis' ),
			human_time_diff( time() - (int) ( $blog['notices_failed_ms'] / 1000 ) ),
			get_option( 'home' ),
			(string) ( $blog['notices_error'] ?? '' )
		);
	}

	/** A number, if it is known. */
	private static function number( ?int $number ): string {
		return null === $number ? __( 'unknown', 'hospital-appointments-redis' ) : number_format_i18n( $number );
	}

	/** A time as the site writes times. */
	private static function time( int $time ): string {
		return $time > 0 ? (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time ) : __( 'never', 'hospital-appointments-redis' );
	}
}
