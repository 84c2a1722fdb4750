<?php
/** Two equal posts, one of a type that nobody offloads, one of ours; each with an object cache of its own. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Tests\Side;

final class Pair {

	/** @var Side */
	public $native;

	/** @var Side */
	public $ours;

	/** @var array<string, object> WordPress's object cache as each side has it, by type: what one does must not clean the other's. */
	private $caches = array();

	/** @var array<string, mixed> The global $post that each side's request has left; core takes it where somebody names no post. */
	private $globals = array();

	/**
	 * Made by another request.
	 *
	 * @param array<int|string, mixed> $meta Metadata.
	 */
	public function __construct( array $meta ) {
		Request::begin();
		$this->native = self::side( Side::NATIVE, $meta );
		$this->ours   = self::side( Post_Types::APPOINTMENT, $meta );
		Request::begin();
		foreach ( array( $this->native, $this->ours ) as $side ) {
			$this->caches[ $side->type ] = clone $GLOBALS['wp_object_cache'];
		}
		$this->forget( true, false );
	}

	/**
	 * Something is done with a side's own cache.
	 *
	 * @return mixed
	 */
	public function on( Side $side, callable $work ) {
		$GLOBALS['wp_object_cache'] = $this->caches[ $side->type ];
		$GLOBALS['post']            = $this->globals[ $side->type ] ?? null;
		try {
			return $work( $side );
		} finally {
			$this->globals[ $side->type ] = $GLOBALS['post'];
		}
	}

	/**
	 * It is the same on both.
	 *
	 * @param string   $what For the message.
	 * @param callable $work Takes a Side.
	 */
	public function same( string $what, callable $work ): void {
		Difference::unless_same( $what, $this->on( $this->native, $work ), $this->on( $this->ours, $work ) );
	}

	/** Both forget: their caches, but for a last_changed that can be seen to move, or what only a request remembers. */
	public function forget( bool $cache, bool $request ): void {
		foreach ( $cache ? array( $this->native, $this->ours ) : array() as $side ) {
			$this->on( $side, static fn() => wp_cache_flush() && wp_cache_get_last_changed( 'posts' ) );
		}
		if ( ! $request ) {
			return;
		}
		$this->globals = array();
		foreach ( wp_using_ext_object_cache() ? array( $this->native, $this->ours ) : array() as $side ) {
			$this->on( $side, 'wp_cache_flush_runtime' );
		}
		Request::begin( true );
	}

	/** Deletes what is still there of them, where a difference was found. */
	public function clean(): void {
		foreach ( array( $this->native, $this->ours ) as $side ) {
			$this->on( $side, static fn( Side $side ) => wp_delete_post( $side->post, true ) );
		}
	}

	/**
	 * One of them.
	 *
	 * @param array<int|string, mixed> $meta Metadata.
	 */
	private static function side( string $type, array $meta ): Side {
		$input = array();
		foreach ( unserialize( serialize( $meta ) ) as $key => $value ) {
			$input[ wp_slash( (string) $key ) ] = wp_slash( $value );
		}
		$post = wp_insert_post( array( 'post_type' => $type, 'post_status' => 'publish', 'post_title' => 'Visit', 'post_author' => 1, 'meta_input' => $input ), true );
		if ( ! is_int( $post ) ) {
			throw new \RuntimeException( 'wp_insert_post: ' . $post->get_error_message() );
		}
		return new Side( $post );
	}
}
