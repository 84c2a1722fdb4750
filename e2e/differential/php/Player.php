<?php
/** Plays a sequence on two fresh posts, and compares everything after every step. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;

final class Player {

	/** @var Operations */
	public $operations;

	/** @var array<string, int> How often each operation was done, and what else happened. */
	public $counts = array();

	/** @var Pair */
	private $pair;

	/** @var string[] Keys that are read. */
	private $keys = array();

	/** @var array<string, string[]> What MySQL said to each side's last step that it refused; ours asks for more, and may be refused more. */
	private $refusals = array();

	/** @var int How often this process has moved the posts' last_changed; of WordPress 6.3. */
	private $moves = 0;

	public function __construct( Operations $operations ) {
		$this->operations = $operations;
		add_action(
			'wp_cache_set_last_changed',
			function ( $group, $now, $before ): void {
				$this->moves += 'posts' === $group && false !== $before ? 1 : 0;
			},
			10,
			3
		);
	}

	/** Returns what differs, '' if nothing does. */
	public function play( Sequence $sequence ): string {
		Console::the()->tell( $sequence->away ? 'begin alone' : 'begin' );
		Home::$away = $sequence->away;
		$this->keys = $sequence->keys;
		$this->pair = new Pair( $sequence->meta );
		try {
			$this->pair->same( 'Rows differ before the first step:', static fn( Side $side ): array => $side->table() );
			Listeners::add( $sequence->listeners );
			foreach ( $sequence->steps as $i => $step ) {
				$this->step( $step, 'After step ' . ( $i + 1 ) . ', ' . Sequence::line( $step ) );
			}
			$this->finish( $sequence->away );
			return '';
		} catch ( Difference $difference ) {
			return $difference->getMessage() . "\n    MySQL refused: " . Difference::show( $this->refusals );
		} catch ( \Throwable $thrown ) { // In what a step does it is compared; this is a reader's, or no way home.
			return get_class( $thrown ) . ': ' . $thrown->getMessage() . "\n" . $thrown->getTraceAsString();
		} finally {
			Listeners::remove();
			$sequence->away && Site::release();
			Console::the()->tell( 'end' );
			$this->pair->clean();
		}
	}

	/**
	 * One step on both sides.
	 *
	 * @param array<string, mixed> $step  Step.
	 * @param string               $where For the message.
	 */
	private function step( array $step, string $where ): void {
		if ( '' !== $step['before'] ) {
			$this->count( "($step[before] before)" );
			$this->pair->forget( 'cache flushed' === $step['before'] || ( 'new request' === $step['before'] && ! wp_using_ext_object_cache() ), 'cache flushed' !== $step['before'] );
		}
		$this->count( $step['operation'] );
		if ( $this->operations->get( $step['operation'] )['rows'] ) {
			$this->pair->on( $this->pair->ours, array( Home::class, 'bring_born' ) );
		}
		$does     = function ( Side $side ) use ( $step ): array {
			return $this->does( $step, $side );
		};
		$expected = $this->pair->on( $this->pair->native, $does );
		$actual   = $this->pair->on( $this->pair->ours, $does );
		if ( $expected['heeded'] || $actual['heeded'] ) { // By a barrier for all, or told of a write that came past WordPress.
			$actual['last_changed moved'] = $expected['last_changed moved'];
		} elseif ( wp_using_ext_object_cache() && ( $actual['last_changed moved'] || '' !== $this->operations->get( $step['operation'] )['writes'] ) ) {
			$actual['last_changed moved'] = $expected['last_changed moved']; // Queries made anew once too often are no harm, and another process may have emptied the cache.
		}
		unset( $expected['heeded'], $actual['heeded'] );
		Difference::unless_same( "$where: result, actions or last_changed differ:", $expected, $actual );
		in_array( 'a kiosk wrote', array_column( $actual['listeners saw'], 2 ), true ) && $this->count( '(a kiosk wrote meanwhile)' );
		$this->after( $step );
		$this->pair->same( "$where: reads differ:", array( $this, 'reads' ) );
		foreach ( $step['look'] as $look ) {
			$this->count( "(looked at: $look)" );
			$this->pair->same(
				"$where: $look differs:",
				function ( Side $side ) use ( $step, $look ) {
					return $this->look( $step, $look, $side );
				}
			);
		}
	}

	/**
	 * After a write of somebody else a new request begins: what a process has read it does not read again, here as in core.
	 *
	 * With a persistent cache, a process of WordPress has cleaned it. Of one that wrote past WordPress only the plugin knows.
	 *
	 * @param array<string, mixed> $step Step.
	 */
	private function after( array $step ): void {
		$writes = $this->operations->get( $step['operation'] )['writes'];
		if ( '' === $writes ) {
			return;
		}
		$real   = wp_using_ext_object_cache();
		$cached = ( $real || 'cached' === $step['after'] ) && 'SQL' !== $writes;
		$this->pair->forget( ! $cached, true );
		foreach ( $cached ? array( $this->pair->native, $this->pair->ours ) : array() as $side ) {
			$by_core = 'WordPress' === $writes ? ! $real : ! $side->ours || ( $real && ! Site::is_offload() );
			if ( $by_core ) { // Which cleaned it; of a real cache another process did.
				$this->pair->on(
					$side,
					static function ( Side $side ): void {
						wp_cache_delete( $side->post, 'post_meta' );
						wp_cache_set_posts_last_changed();
					}
				);
			}
		}
	}

	/**
	 * Result, actions and whether queries are made anew.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return array<string, mixed>
	 */
	private function does( array $step, Side $side ): array {
		$changed    = $this->last_changed();
		$generation = wp_cache_get( 'hospital_generation', 'hospital_appointments_redis' );
		$calls      = Sidecar::$calls;
		$warnings   = array();
		$GLOBALS['EZSQL_ERROR'] = array();
		Listeners::saw( $side ); // What they saw of what is read between the steps is no one's business.
		Listeners::again();
		set_error_handler(
			static function ( int $level, string $message, string $file ) use ( &$warnings ): bool {
				if ( 'object-cache.php' !== basename( $file ) ) { // Ours for the tests looks for files that others delete.
					$warnings[] = $message;
				}
				return true;
			}
		);
		$did = $side->does(
			function ( Side $side ) use ( $step ) {
				try {
					return $this->operations->take( $step, $side );
				} catch ( \Throwable $thrown ) {
					return array( 'thrown' => get_class( $thrown ), 'message' => $thrown->getMessage() );
				}
			}
		);
		restore_error_handler();
		$this->refusals[ $side->type ] = array_column( (array) $GLOBALS['EZSQL_ERROR'], 'error_str' );
		return $did + array(
			'warnings'           => $warnings,
			'listeners saw'      => Listeners::saw( $side ),
			'last_changed moved' => $this->last_changed() !== $changed,
			'heeded'             => wp_cache_get( 'hospital_generation', 'hospital_appointments_redis' ) !== $generation
				|| ( wp_using_ext_object_cache() && ! $side->ours && Sidecar::$calls !== $calls ), // What it noted another process may have removed.
		);
	}

	/**
	 * What shows that last_changed moves: it, or where other processes move it too, how often this one has.
	 *
	 * @return mixed
	 */
	private function last_changed() {
		$now = wp_cache_get_last_changed( 'posts' ); // Made where a flush has taken it: that is no change of anything.
		return wp_using_ext_object_cache() ? $this->moves : $now;
	}

	/**
	 * Every reader.
	 *
	 * @return array<string, mixed>
	 */
	public function reads( Side $side ): array {
		return $side->reads( $this->keys( $side ) );
	}

	/**
	 * What else is looked at now and then.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return mixed
	 */
	private function look( array $step, string $look, Side $side ) {
		switch ( $look ) {
			case 'row':
				Home::bring_born( $side );
				return $side->reads_row( $side->mid( $step['place'] ) );
			case 'rest':
				$response = rest_do_request( new \WP_REST_Request( 'GET', rest_get_route_for_post( $side->post ) ) );
				return $side->plain( array( $response->get_status(), $response->get_data()['meta'] ?? $response->get_data() ) );
			default:
				return OtherProcess::get()->reads( $side->post, $this->keys( $side ) );
		}
	}

	/** Brings everything home; then rows, and reads in a new request, are the same. So is what deleting the posts does. */
	private function finish( bool $away ): void {
		if ( $away ) {
			Site::release();
			Console::the()->tell( 'offload' );
		}
		$this->pair->same( 'At the end the rows differ:', array( Home::class, 'rows' ) );
		$this->pair->forget( true, true );
		$this->pair->same( 'At the end, in a new request, reads differ:', array( $this, 'reads' ) );
		$this->pair->same(
			'Deleting the post:',
			static function ( Side $side ): array {
				return $side->does( static fn( Side $side ): bool => (bool) wp_delete_post( $side->post, true ) ) + array( 'rows' => $side->table() );
			}
		);
	}

	/** @return string[] */
	private function keys( Side $side ): array {
		return array_map( 'strval', array_merge( $this->keys, array( $side->own( 'key' ) ) ) );
	}

	private function count( string $what ): void {
		$this->counts[ $what ] = 1 + ( $this->counts[ $what ] ?? 0 );
	}
}
