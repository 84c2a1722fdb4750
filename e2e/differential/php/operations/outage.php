<?php
/** The sidecar is ended and started, so that the steps between run natively, and across a take-over and a return. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Breaker;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Differential\Surfaces\SecondSite;

require_once dirname( __DIR__ ) . '/surfaces/second-site.php';

$nothing = static function ( Draw $draw ): array {
	return array();
};

return array(
	'stop_sidecar'  => array(
		'weight' => 3,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			$side->ours && Console::the()->tell( 'stop sidecar' );
		},
	),
	'kill_sidecar'  => array( // What it had not synced would not be seen while it is away, which is no promise; so there is nothing.
		'weight' => 2,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			Home::bring( $side );
			is_multisite() && SecondSite::does( $side, static fn() => Home::bring( $side ) );
			$side->ours && Console::the()->tell( 'kill sidecar' );
		},
	),
	'start_sidecar' => array( // It returns a second later, in the middle of what follows.
		'weight' => 3,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			$side->ours && Console::the()->tell( 'start sidecar' );
		},
	),
	'hold_native'   => array( // As while the plugin is deactivated: the sidecar runs, and may not acknowledge.
		'weight' => 2,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			$side->ours && Site::hold()->wait();
		},
	),
	'release'       => array(
		'weight' => 1,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			$side->ours && Site::release();
		},
	),
	'breaker_opens' => array( // As when another process of the host was not answered. What is dirty is not seen then, so nothing is.
		'weight' => 2,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			Home::bring( $side );
			$side->ours && Breaker::open();
		},
	),
	'return'        => array(
		'weight' => 2,
		'away'   => true,
		'draw'   => $nothing,
		'take'   => static function ( array $step, Side $side ) {
			if ( $side->ours ) {
				Site::release();
				Console::the()->tell( 'offload' );
			}
		},
	),
);
