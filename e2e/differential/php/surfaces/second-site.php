<?php
/** The second site of a network; made where there is none. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

use Hospital\Appointments_Redis\Tests\Side;

final class SecondSite {

	private const PATH = '/second/';

	/** @var int */
	private static $id = 0;

	/**
	 * Does something there, where a post of the same id and type is made first if there is none.
	 *
	 * @param callable $work Work.
	 * @return mixed What it returns.
	 */
	public static function does( Side $side, callable $work ) {
		switch_to_blog( self::id() );
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

	/** Its id. */
	private static function id(): int {
		if ( 0 === self::$id ) {
			$network  = get_network();
			$found    = get_sites( array( 'path' => self::PATH, 'fields' => 'ids' ) );
			self::$id = (int) ( $found[0] ?? wpmu_create_blog( $network->domain, self::PATH, 'Second', 1 ) );
		}
		return self::$id;
	}
}
