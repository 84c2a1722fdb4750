<?php
/** Media that a post links to, which core keeps as metadata, and looks up by SQL when it visits the links. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

$links = array( 'http://localhost/one.mp3', 'http://localhost/two.mp3', 'http://localhost/two.mp3.zip' );

return array(
	'enclosure'  => array(
		'weight' => 1,
		'draw'   => static function ( Draw $draw ) use ( $links ): array {
			return array( 'link' => $draw->one( $links ), 'adds' => $draw->chance( 3 ) );
		},
		'take'   => static function ( array $step, Side $side ) {
			$value = wp_slash( "$step[link]\n1000\naudio/mpeg\n" );
			return $step['adds'] ? add_post_meta( $side->post, 'enclosure', $value ) : update_post_meta( $side->post, 'enclosure', $value );
		},
	),
	'do_enclose' => array( // As cron does after a post was published. No link is asked whether it is media.
		'weight' => 1,
		'draw'   => static function ( Draw $draw ) use ( $links ): array {
			return array( 'content' => $draw->chance( 2 ) ? $draw->one( $links ) : '' );
		},
		'take'   => static function ( array $step, Side $side ) {
			add_filter( 'enclosure_links', '__return_empty_array' );
			try {
				return array( do_enclose( $step['content'], $side->post ), get_enclosed( $side->post ), get_post_meta( $side->post, 'enclosure' ) );
			} finally {
				remove_filter( 'enclosure_links', '__return_empty_array' );
			}
		},
	),
);
