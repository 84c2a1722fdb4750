<?php
/** Plays a sequence on two fresh posts, and compares everything after every step. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Tests\Side;

final class Player {

	/** @var Operations */
	public $operations;

	/** @var Console */
	private $console;

	/** @var Side */
	private $native;

	/** @var Side */
	private $ours;

	/** @var array<string, int> How often each operation was done, and what else happened. */
	public $counts = array();

	public function __construct( Operations $operations, Console $console ) {
		$this->operations = $operations;
		$this->console    = $console;
	}

	/** Returns what differs, '' if nothing does. */
	public function play( Sequence $sequence ): string {
		$this->console->tell( $sequence->away ? 'begin alone' : 'begin' );
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
			$this->console->tell( 'end' );
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
		if ( '' !== $step['before'] ) {
			'flush' === $step['before'] ? wp_cache_flush() : Request::begin();
			$this->count( 'flush' === $step['before'] ? '(cache flushed before)' : '(new request before)' );
		}
		$this->count( $step['operation'] );
		$does = function ( Side $side ) use ( $step ): array {
			return $this->does( $step, $side );
		};
		$expected = $does( $this->native );
		$actual   = $does( $this->ours );
		if ( $actual['heeded'] ) { // The sidecar told of a write that came past WordPress: every query must be made anew.
			$actual['last_changed moved'] = $expected['last_changed moved'];
		}
		unset( $expected['heeded'], $actual['heeded'] );
		Difference::unless_same( "$where: result, actions or last_changed differ:", $expected, $actual );
		if ( $this->operations->get( $step['operation'] )['renews'] ) {
			Request::begin();
		}
		Difference::unless_same( "$where: reads differ:", $this->native->reads( $this->keys( $sequence, $this->native ) ), $this->ours->reads( $this->keys( $sequence, $this->ours ) ) );
		foreach ( $step['look'] as $look ) {
			$this->count( "(looked at: $look)" );
			Difference::unless_same( "$where: $look differs:", $this->look( $sequence, $step, $look, $this->native ), $this->look( $sequence, $step, $look, $this->ours ) );
		}
	}

	/**
	 * Result, actions and whether queries are made anew.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return array<string, mixed>
	 */
	private function does( array $step, Side $side ): array {
		$changed    = wp_cache_get( 'last_changed', 'posts' );
		$generation = wp_cache_get( 'hospital_generation', 'hospital_appointments_redis' );
		$did        = $side->does(
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
		return $did + array(
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
			$this->console->tell( 'offload' );
		}
		self::bring_home( $this->ours->post );
		Difference::unless_same( 'At the end the rows differ:', $this->native->table(), $this->ours->table() );
		Request::begin();
		Difference::unless_same( 'At the end, in a new request, reads differ:', $this->native->reads( $this->keys( $sequence, $this->native ) ), $this->ours->reads( $this->keys( $sequence, $this->ours ) ) );
	}

	/** A barrier for one post, or for whatever is left of it. */
	public static function bring_home( int $post ): void {
		$type   = get_post_type( $post );
		$answer = false === $type
			? Sidecar::wait_for( 'POST', '/v1/sync', array() )
			: Sidecar::wait_for( 'POST', '/v1/barrier', array( 'posts' => array( $type => array( $post ) ) ) );
		if ( ! $answer->ok() ) {
			throw new \RuntimeException( "no barrier: $answer->code $answer->message" );
		}
	}

	/** @return string[] */
	private function keys( Sequence $sequence, Side $side ): array {
		return array_map( 'strval', array_merge( $sequence->keys, array( $side->own( 'key' ) ) ) );
	}

	private function clean(): void {
		foreach ( array( $this->native, $this->ours ) as $side ) {
			if ( null !== $side ) {
				wp_delete_post( $side->post, true );
			}
		}
		$this->native = null;
		$this->ours   = null;
	}

	private function count( string $what ): void {
		$this->counts[ $what ] = 1 + ( $this->counts[ $what ] ?? 0 );
	}
}
