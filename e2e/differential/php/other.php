<?php
/** The other end of OtherProcess: a line in, a line out, until there is no more. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Tests\Side;

require __DIR__ . '/load.php';

$operations = new Operations( __DIR__ . '/operations' );
while ( is_string( $line = fgets( STDIN ) ) ) {
	list( $what, $post_id, $about ) = unserialize( base64_decode( $line ) );
	Request::begin();
	$side   = new Side( $post_id );
	$answer = 'reads' === $what ? $side->reads( $about ) : $side->does(
		static function ( Side $side ) use ( $operations, $about ) {
			return $operations->take( $about, $side );
		}
	);
	echo '=' . base64_encode( serialize( $answer ) ) . "\n";
}
