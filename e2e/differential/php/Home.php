<?php
/** Bringing everything of a post to wp_postmeta. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\SecondSite;

final class Home {

	/** @var bool Whether this sequence stops the sidecar, in order: then everything is home. */
	public static $away = false;

	/** @var array<string, array{Side, string}> By blog and post, a key that a kiosk has made, and that may be in Redis alone. */
	private static $born = array();

	private static function name( int $post ): string {
		return get_current_blog_id() . ":$post";
	}

	/** A key that has no row yet is written. */
	public static function waits( Side $side, string $key ): void {
		self::$born[ self::name( $side->post ) ] = array( $side, $key );
	}

	/** The key of a post that may have no row yet; null if there is none. */
	public static function born( Side $side ): ?string {
		return self::$born[ self::name( $side->post ) ][1] ?? null;
	}

	/** Brings home what has no row yet, and so no place among the rows. */
	public static function bring_born( Side $side ): void {
		null === self::born( $side ) || self::bring( $side );
	}

	/**
	 * Hooked to add_post_meta. WordPress's own keys are none of the plugin's, so no barrier is raised before one is born: what
	 * a kiosk has made before would be the younger row.
	 *
	 * @param mixed $post Post.
	 * @param mixed $key  Key.
	 */
	public static function make_room( $post, $key ): void {
		$born = self::$born[ self::name( (int) $post ) ] ?? null;
		null !== $born && Settings::is_excluded( (string) $key ) && self::bring( $born[0] );
	}

	/**
	 * All rows of a post after a barrier; those of its namesake on the network's second site too, if there is one.
	 *
	 * @return array<int|string, mixed>
	 */
	public static function rows( Side $side ): array {
		self::bring( $side );
		return $side->table() + ( is_multisite() ? array( 'second site' => SecondSite::rows( $side ) ) : array() );
	}

	/** A barrier, for what is offloaded. In native mode there is nothing to bring: the sidecar was stopped in order. */
	public static function bring( Side $side ): void {
		if ( ! $side->ours ) {
			return;
		}
		unset( self::$born[ self::name( $side->post ) ] );
		$type = get_post_type( $side->post );
		do {
			$answer = $type === $side->type
				? Sidecar::wait_for( 'POST', '/v1/barrier', array( 'posts' => array( $type => array( $side->post ) ) ) )
				: Sidecar::wait_for( 'POST', '/v1/sync', array() );
		} while ( 'native' === $answer->code && Site::is_offload() ); // On a busy machine a lease may lapse.
		if ( ! $answer->ok() && Site::is_offload() && ! ( self::$away && 'unreachable' === $answer->code ) ) {
			throw new \RuntimeException( "no barrier: $answer->code $answer->message" );
		}
	}
}
