<?php
/** Plays a sequence on two fresh posts, and compares everything after every step. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;

final class Player {

	/** @var Operations */
	public $operations;

	/** @var Side */
	private $native;

	/** @var Side */
	private $ours;

	/** @var array<string, object> WordPress's object cache as each side has it, by type: what one does must not clean the other's. */
	private $caches = array();

	/** @var array<string, int> How often each operation was done, and what else happened. */
	public $counts = array();

	public function __construct( Operations $operations ) {
		$this->operations = $operations;
	}

	/** Returns what differs, '' if nothing does. */
	public function play( Sequence $sequence ): string {
		Console::the()->tell( $sequence->away ? 'begin alone' : 'begin' );
		try {
			$this->open( $sequence );
			foreach ( $sequence->steps as $i => $step ) {
				$this->step( $sequence, $i, $step );
			}
			$this->finish( $sequence );
			return '';
		} catch ( Difference $difference ) {
			return $difference->getMessage();
		} finally {
			Listeners::remove();
			$sequence->away && Site::release();
			Console::the()->tell( 'end' );
			$this->clean();
		}
	}

	/** Two equal posts that another request made. */
	private function open( Sequence $sequence ): void {
		Request::begin();
		$sides = array();
		foreach ( array( Side::NATIVE, Post_Types::APPOINTMENT ) as $type ) {
			$meta = array();
			foreach ( unserialize( serialize( $sequence->meta ) ) as $key => $value ) {
				$meta[ wp_slash( (string) $key ) ] = wp_slash( $value );
			}
			$post = array( 'post_type' => $type, 'post_status' => 'publish', 'post_title' => 'Visit', 'post_author' => 1, 'meta_input' => $meta );
			$id   = wp_insert_post( $post, true );
			if ( ! is_int( $id ) ) {
				throw new \RuntimeException( 'wp_insert_post: ' . $id->get_error_message() );
			}
			$sides[] = new Side( $id );
		}
		list( $this->native, $this->ours ) = $sides;
		Request::begin();
		foreach ( $sides as $side ) {
			$this->caches[ $side->type ] = clone $GLOBALS['wp_object_cache'];
		}
		Difference::unless_same( 'Rows differ before the first step:', $this->native->table(), $this->ours->table() );
		Listeners::add( $sequence->listeners );
	}

	/**
	 * One step on both sides.
	 *
	 * @param array<string, mixed> $step Step.
	 */
	private function step( Sequence $sequence, int $i, array $step ): void {
		$where = 'After step ' . ( $i + 1 ) . ', ' . Sequence::line( $step );
		$this->before( $step['before'] );
		$this->count( $step['operation'] );
		$expected = $this->does( $step, $this->native );
		$actual   = $this->does( $step, $this->ours );
		if ( $expected['heeded'] || $actual['heeded'] ) { // By a barrier for all, or told of a write that came past WordPress.
			$actual['last_changed moved'] = $expected['last_changed moved'];
		}
		unset( $expected['heeded'], $actual['heeded'] );
		Difference::unless_same( "$where: result, actions or last_changed differ:", $expected, $actual );
		$this->after( $step );
		$this->compare_reads( "$where: reads differ:", $sequence );
		foreach ( $step['look'] as $look ) {
			$this->count( "(looked at: $look)" );
			$looks = function ( Side $side ) use ( $sequence, $step, $look ) {
				return $this->look( $sequence, $step, $look, $side );
			};
			Difference::unless_same( "$where: $look differs:", $this->on( $this->native, $looks ), $this->on( $this->ours, $looks ) );
		}
	}

	/** What happens before a step: a new request, which keeps a persistent cache or has none, or a flush of the cache. */
	private function before( string $what ): void {
		if ( '' !== $what ) {
			$this->count( "($what before)" );
			$this->forget( 'new request, cache kept' === $what, 'cache flushed' !== $what );
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
		$cached = 'cached' === $step['after'] && 'SQL' !== $writes;
		if ( '' === $writes ) {
			return;
		}
		$this->forget( $cached, true );
		foreach ( $cached ? array( $this->native, $this->ours ) : array() as $side ) {
			if ( ! $side->ours || 'WordPress' === $writes ) {
				$this->on(
					$side,
					static function ( Side $side ): void {
						wp_cache_delete( $side->post, 'post_meta' );
						wp_cache_set_posts_last_changed();
					}
				);
			}
		}
	}

	/** Both sides forget. */
	private function forget( bool $cached, bool $request ): void {
		foreach ( array( $this->native, $this->ours ) as $side ) {
			$cached || $this->on( $side, static fn(): bool => wp_cache_flush() );
		}
		if ( $request ) {
			Request::begin( true );
		}
	}

	/** Every reader on both sides. */
	private function compare_reads( string $what, Sequence $sequence ): void {
		$reads = function ( Side $side ) use ( $sequence ): array {
			return $side->reads( $this->keys( $sequence, $side ) );
		};
		Difference::unless_same( $what, $this->on( $this->native, $reads ), $this->on( $this->ours, $reads ) );
	}

	/**
	 * Something is done with a side's own cache.
	 *
	 * @return mixed
	 */
	private function on( Side $side, callable $work ) {
		$GLOBALS['wp_object_cache'] = $this->caches[ $side->type ];
		return $work( $side );
	}

	/**
	 * Result, actions and whether queries are made anew.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return array<string, mixed>
	 */
	private function does( array $step, Side $side ): array {
		$GLOBALS['wp_object_cache'] = $this->caches[ $side->type ];
		$changed    = wp_cache_get_last_changed( 'posts' ); // Whoever asks for it first makes it.
		$generation = wp_cache_get( 'hospital_generation', 'hospital_appointments_redis' );
		$warnings   = array();
		Listeners::saw( $side ); // What they saw of what is read between the steps is no one's business.
		set_error_handler(
			static function ( int $level, string $message ) use ( &$warnings ): bool {
				$warnings[] = $message;
				return true;
			}
		);
		$did = $side->does(
			function ( Side $side ) use ( $step ) {
				try {
					return $this->operations->take( $step, $side );
				} catch ( Difference $difference ) {
					throw $difference;
				} catch ( \Throwable $thrown ) {
					return array( 'thrown' => get_class( $thrown ), 'message' => $thrown->getMessage() );
				}
			}
		);
		restore_error_handler();
		return $did + array(
			'warnings'           => $warnings,
			'listeners saw'      => Listeners::saw( $side ),
			'last_changed moved' => wp_cache_get( 'last_changed', 'posts' ) !== $changed,
			'heeded'             => wp_cache_get( 'hospital_generation', 'hospital_appointments_redis' ) !== $generation,
		);
	}

	/**
	 * What else is looked at now and then.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return mixed
	 */
	private function look( Sequence $sequence, array $step, string $look, Side $side ) {
		switch ( $look ) {
			case 'row':
				return $side->reads_row( $side->mid( $step['place'] ) );
			case 'rest':
				$response = rest_do_request( new \WP_REST_Request( 'GET', rest_get_route_for_post( $side->post ) ) );
				return $side->plain( array( $response->get_status(), $response->get_data()['meta'] ?? $response->get_data() ) );
			default:
				return OtherProcess::get()->reads( $side->post, $this->keys( $sequence, $side ) );
		}
	}

	/** Brings everything home; then rows, and reads in a new request, are the same. Deletes the posts, which is a step too. */
	private function finish( Sequence $sequence ): void {
		if ( $sequence->away ) {
			Site::release();
			Console::the()->tell( 'offload' );
		}
		$home = static function ( Side $side ): array {
			Home::bring( $side );
			return $side->table();
		};
		Difference::unless_same( 'At the end the rows differ:', $this->on( $this->native, $home ), $this->on( $this->ours, $home ) );
		$this->forget( false, true );
		$this->compare_reads( 'At the end, in a new request, reads differ:', $sequence );
		$gone = static function ( Side $side ): array {
			return $side->does( static fn( Side $side ): bool => (bool) wp_delete_post( $side->post, true ) ) + array( 'rows' => $side->table() );
		};
		Difference::unless_same( 'Deleting the post:', $this->on( $this->native, $gone ), $this->on( $this->ours, $gone ) );
	}

	/** @return string[] */
	private function keys( Sequence $sequence, Side $side ): array {
		return array_map( 'strval', array_merge( $sequence->keys, array( $side->own( 'key' ) ) ) );
	}

	private function clean(): void {
		foreach ( array( $this->native, $this->ours ) as $side ) {
			if ( null !== $side ) {
				wp_delete_post( $side->post, true ); // Where a difference was found before it was.
			}
		}
		$this->native = null;
		$this->ours   = null;
	}

	private function count( string $what ): void {
		$this->counts[ $what ] = 1 + ( $this->counts[ $what ] ?? 0 );
	}
}
