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

	/** A barrier, for what is offloaded. In native mode there is nothing to bring: the sidecar was stopped in order. */
	public static function bring( Side $side ): void {
		if ( ! $side->ours ) {
			return;
		}
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
