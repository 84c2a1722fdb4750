<?php
/** Bringing everything of a post to wp_postmeta. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;

final class Home {

	/** @var bool Whether this sequence stops the sidecar, in order: then everything is home. */
	public static $away = false;

	/** @var array<int, string> By post, a key that a kiosk has made, and that may be in Redis alone. */
	private static $born = array();

	/** A key that has no row yet is written. */
	public static function waits( Side $side, string $key ): void {
		self::$born[ $side->post ] = $key;
	}

	/** The key of a post that may have no row yet; null if there is none. */
	public static function born( Side $side ): ?string {
		return self::$born[ $side->post ] ?? null;
	}

	/** Brings home what has no row yet, and so no place among the rows. */
	public static function bring_born( Side $side ): void {
		null === self::born( $side ) || self::bring( $side );
	}

	/** A barrier, for what is offloaded. In native mode there is nothing to bring: the sidecar was stopped in order. */
	public static function bring( Side $side ): void {
		if ( ! $side->ours ) {
			return;
		}
		unset( self::$born[ $side->post ] );
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
