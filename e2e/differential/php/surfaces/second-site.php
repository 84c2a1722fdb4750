<?php
/** The second site of a network; made where there is none. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Home;

final class SecondSite {

	private const NAME = 'second';

	/** Seconds that a new site may take until a sidecar owns it, on a busy machine. */
	private const PATIENCE = 60;

	/** @var int */
	private static $id = 0;

	/** Makes it, if no process has, before the first step: what core does then is no part of any. From then on it is offloaded. */
	public static function make(): void {
		global $wpdb;
		$wpdb->query( "SELECT GET_LOCK('hospital_second_site', " . self::PATIENCE . ')' );
		$found    = get_sites( array( 'path' => '/' . self::NAME . '/', 'fields' => 'ids' ) );
		self::$id = $found[0] ?? self::fresh();
		$wpdb->query( "SELECT RELEASE_LOCK('hospital_second_site')" );
	}

	/** A new one; its id, once a sidecar owns it. */
	private static function fresh(): int {
		$_SERVER['REMOTE_ADDR'] = '127.0.0.1'; // Core notes who makes a site.
		$id                     = clinic_site( self::NAME );
		switch_to_blog( $id );
		for ( $until = microtime( true ) + self::PATIENCE; ! Site::is_offload(); usleep( 20000 ) ) {
			if ( microtime( true ) > $until ) {
				throw new \RuntimeException( 'no sidecar owns the second site' );
			}
		}
		restore_current_blog();
		return $id;
	}

	/**
	 * The rows there, byte for byte, after a barrier; none where the post was never made.
	 *
	 * @return array<int, array{string|null, string|null}>
	 */
	public static function rows( Side $side ): array {
		switch_to_blog( self::$id );
		try {
			if ( get_post_type( $side->post ) !== $side->type ) {
				return array();
			}
			Home::bring( $side );
			return array_values( $side->rows() );
		} finally {
			restore_current_blog();
		}
	}

	/**
	 * Does something there, where a post of the same id and type is made first if there is none.
	 *
	 * @param callable $work Work.
	 * @return mixed What it returns.
	 */
	public static function does( Side $side, callable $work ) {
		switch_to_blog( self::$id );
		try {
			if ( null === get_post( $side->post ) ) {
				$post = array( 'import_id' => $side->post, 'post_type' => $side->type, 'post_status' => 'publish', 'post_title' => 'There', 'meta_input' => array( 'status' => 'there' ) );
				if ( wp_insert_post( $post ) !== $side->post ) {
					throw new \RuntimeException( "the second site has another post of the id $side->post" );
				}
			}
			return $work();
		} finally {
			restore_current_blog();
		}
	}
}
