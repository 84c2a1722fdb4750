<?php
/**
 * Handing the site back to WordPress.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Native first, then wait, then drain: once the hooks are gone, nothing can come out of Redis over what core writes.
 */
final class Handover {

	/** Seconds for the drain. */
	private const PATIENCE = 20;

	/**
	 * Hands the current blog back; whether nothing of it is left in Redis. It is held in native mode either way.
	 *
	 * @param bool $for_good Whether its keys leave Redis too.
	 */
	public static function run( bool $for_good ): bool {
		$site = Site::hold();
		if ( null === $site && Site::is_absent() ) {
			Site::make_tables( false ); // Lost: deactivating is what the administrator was told to do about it.
			$site = null === Site::read() ? null : Site::hold();
		}
		if ( null === $site ) {
			return false;
		}
		if ( 0 === $site->returned ) {
			return true; // No sidecar ever owned this site.
		}
		$site->wait();
		$until = time() + self::PATIENCE;
		do {
			$answer = Sidecar::wait_for( 'POST', $for_good ? '/v1/retire' : '/v1/sync', array(), 5000 );
			if ( $answer->ok() && 0 === (int) ( $answer->data['left'] ?? 1 ) ) {
				Caches::drop_all();
				return true;
			}
			usleep( 200000 );
		} while ( time() < $until && 0 !== $answer->status );
		return false;
	}

	/** For good, though the sidecar cannot confirm it: whatever still is in Redis is declared to be older. */
	public static function force(): void {
		Take_Over::write( Meta_Write::none( 0 ) );
		Caches::drop_all();
	}

	/** The site itself is deleted: whatever of it is in Redis goes too, dead letters included, as far as a sidecar answers. */
	public static function discard(): bool {
		$site = Site::hold();
		if ( null !== $site && 0 !== $site->returned ) {
			$site->wait();
			Sidecar::wait_for( 'POST', '/v1/retire', array( 'discard' => true ) );
		}
		return true;
	}

	/**
	 * Runs something for each of some blogs, as long as it returns true.
	 *
	 * @param int[]    $blogs Blog ids.
	 * @param callable $step  Returns bool.
	 */
	public static function each( array $blogs, callable $step ): bool {
		foreach ( $blogs as $blog ) {
			$switched = is_multisite() && get_current_blog_id() !== (int) $blog;
			if ( $switched ) {
				switch_to_blog( (int) $blog );
			}
			$done = $step();
			if ( $switched ) {
				restore_current_blog();
			}
			if ( ! $done ) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The blogs that have a site row.
	 *
	 * @param bool $held Whether also those that are held in native mode.
	 * @return int[]
	 */
	public static function blogs( bool $held = true ): array {
		global $wpdb;
		return array_map( 'intval', $wpdb->get_col( 'SELECT blog_id FROM ' . Site::table( 'sync_state' ) . ( $held ? '' : ' WHERE held = 0' ) . ' ORDER BY blog_id' ) ); // phpcs:ignore WordPress.DB
	}
}
