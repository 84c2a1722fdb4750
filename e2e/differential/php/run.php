<?php
/**
 * Plays sequences, one after the other.
 *
 *   php run.php --seed=N --sequences=K | --seconds=S [--steps=30] [--only=operation,...] [--break=NAME] [--failures=3] [--beside] [--away]
 *
 * --beside: others play at the same time, whose rows may stand between those of a key, and whose locks MySQL may have
 * one of the two sides wait for in a circle.
 *
 * --away: each sequence ends and starts the sidecar, as otherwise one in forty does.
 *
 * The seeds are N, N+1 and so on. Lines that begin with ">" ask the driver for something; the last, with "=", is the report.
 */

declare(strict_types=1);

namespace Hospital\Differential;

require __DIR__ . '/load.php';

$options = getopt( '', array( 'seed:', 'sequences:', 'seconds:', 'steps:', 'only:', 'break:', 'failures:', 'beside', 'away' ) );
$first   = (int) $options['seed'];
$count   = (int) ( $options['sequences'] ?? PHP_INT_MAX );
$until   = isset( $options['seconds'] ) ? microtime( true ) + (float) $options['seconds'] : INF;
$player  = new Player( new Operations( __DIR__ . '/operations', $options['only'] ?? '' ) );
$report  = array( 'sequences' => 0, 'failures' => array() );
if ( isset( $options['break'] ) ) {
	Breakages::make( $options['break'] );
}

Siblings::make();
for ( $seed = $first; $seed - $first < $count && microtime( true ) < $until && count( $report['failures'] ) < (int) ( $options['failures'] ?? 3 ); $seed++ ) {
	$sequence   = Sequence::of( $seed, (int) ( $options['steps'] ?? 30 ), $player->operations, isset( $options['away'] ) );
	$difference = $player->play( $sequence );
	++$report['sequences'];
	if ( '' === $difference ) {
		continue;
	}
	$counts         = $player->counts;
	$shrinker       = new Shrinker( $player );
	$shortest       = $shrinker->shrink( $sequence );
	$player->counts = $counts;
	if ( null === $shortest && isset( $options['beside'] ) && preg_match( '/MySQL refused: .*(Record has changed since last read|Deadlock found when trying to get lock)/s', $difference ) ) {
		// InnoDB refuses a write that looks for its row, by the key's index, past one that another worker has changed or holds, be it ours or not.
		$player->counts['(ended by another worker)'] = 1 + ( $counts['(ended by another worker)'] ?? 0 );
		continue;
	}
	$report['failures'][] = array(
		'seed'  => $seed,
		'steps' => count( ( $shortest ?? $sequence )->steps ),
		'text'  => null === $shortest
			? "It did not fail again when it was played again. All of it:\n" . $sequence->show() . "\n$difference"
			: "The shortest that still fails:\n" . $shortest->show() . "\n" . $shrinker->difference,
	);
}
Console::the()->report( $report + array( 'counts' => (object) $player->counts ) );
