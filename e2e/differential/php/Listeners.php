<?php
/** What other plugins do on the hooks of the meta API, drawn for each sequence. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Tests\Side;

final class Listeners {

	/** Actions with a meta id, or several, before the post. */
	private const AFTER_ID = array( 'added_post_meta', 'update_post_meta', 'updated_post_meta', 'update_postmeta', 'updated_postmeta', 'delete_post_meta', 'deleted_post_meta' );

	/** @var array<int, array{string, callable, int}> What was hooked. */
	private static $hooked = array();

	/** @var mixed[] What they saw in this step. */
	private static $seen = array();

	/** @var array<int, array{int[], string}> In the middle of which write one is writing. */
	private static $within = array();

	/**
	 * None for every second sequence.
	 *
	 * @return array<int, array<string, mixed>>
	 */
	public static function draw( Draw $draw ): array {
		$listeners = array();
		for ( $count = $draw->one( array( 0, 0, 0, 1, 1, 2 ) ); $count > 0; $count-- ) {
			$listeners[] = $draw->one(
				array(
					array( 'kind' => 'reads', 'on' => $draw->one( array( 'add_post_meta', 'added_post_meta', 'update_post_meta', 'updated_post_meta', 'delete_post_meta', 'deleted_post_meta' ) ) ),
					array( 'kind' => 'reads', 'on' => $draw->one( array( 'update_post_meta', 'updated_post_meta', 'update_postmeta', 'updated_postmeta' ) ) ),
					array( 'kind' => 'answers', 'on' => $draw->one( array( 'add_post_metadata', 'update_post_metadata', 'delete_post_metadata' ) ), 'key' => $draw->key(), 'with' => $draw->chance( 2 ), 'priority' => $draw->one( array( 1, 10, PHP_INT_MAX ) ), 'once' => $draw->chance( 3 ) ),
					array( 'kind' => 'passes', 'on' => $draw->one( array( 'add_post_metadata', 'update_post_metadata', 'update_post_metadata', 'delete_post_metadata', 'update_post_metadata_by_mid', 'get_post_metadata' ) ), 'priority' => $draw->one( array( 10, 20 ) ), 'once' => true ),
					array( 'kind' => 'answers', 'on' => $draw->one( array( 'update_post_metadata_by_mid', 'delete_post_metadata_by_mid' ) ), 'key' => '', 'with' => $draw->chance( 2 ), 'priority' => $draw->one( array( 1, 10, PHP_INT_MAX ) ) ),
					array( 'kind' => 'shows', 'on' => 'get_post_metadata', 'key' => $draw->key(), 'with' => array( 'shown' ), 'priority' => $draw->one( array( 10, PHP_INT_MAX ) ) ),
					array( 'kind' => 'writes', 'on' => $draw->one( array( 'add_post_meta', 'added_post_meta', 'update_post_meta', 'update_postmeta', 'updated_post_meta', 'updated_post_meta', 'updated_postmeta', 'delete_post_meta', 'deleted_post_meta' ) ), 'key' => $draw->key(), 'value' => $draw->value() ),
					array( 'kind' => 'kiosk', 'on' => $draw->one( array( 'add_post_meta', 'added_post_meta', 'update_post_meta', 'update_postmeta', 'updated_post_meta', 'updated_postmeta', 'delete_post_meta', 'deleted_post_meta' ) ), 'key' => $draw->key(), 'value' => $draw->one( array( $draw->value(), 'by the kiosk' ) ) ),
				)
			);
		}
		return $listeners;
	}

	/**
	 * Hooks them in.
	 *
	 * @param array<int, array<string, mixed>> $listeners Listeners.
	 */
	public static function add( array $listeners ): void {
		add_action( 'before_delete_post', array( Elsewhere::class, 'leaves' ) );
		add_action( 'add_post_meta', array( Home::class, 'make_room' ), PHP_INT_MIN, 2 );
		foreach ( $listeners as $listener ) {
			$kind     = $listener['kind'];
			$hooked   = array( $listener['on'], null, $listener['priority'] ?? 10 );
			$callback = static function ( ...$arguments ) use ( $kind, $listener, &$hooked ) {
				if ( $listener['once'] ?? false ) {
					remove_filter( ...$hooked );
				}
				return self::$kind( $listener, $arguments );
			};
			$hooked[1]      = $callback;
			self::$hooked[] = $hooked;
			unset( $hooked );
		}
		self::again();
	}

	/** Hooks those in that have taken themselves off. */
	public static function again(): void {
		foreach ( self::$hooked as $hooked ) {
			remove_filter( ...$hooked );
			add_filter( ...array_merge( $hooked, array( 5 ) ) );
		}
	}

	/** Takes them off. */
	public static function remove(): void {
		foreach ( self::$hooked as $hooked ) {
			remove_filter( ...$hooked );
		}
		self::$hooked = array();
	}

	/**
	 * What they saw since this was asked last.
	 *
	 * @return mixed[]
	 */
	public static function saw( Side $side ): array {
		$seen       = self::$seen;
		self::$seen = array();
		return $side->plain( $seen );
	}

	/** Reads the value of the key that is being written, and that of another. */
	private static function reads( array $listener, array $arguments ): void {
		list( $post, $key ) = self::field( $listener['on'], $arguments );
		self::$seen[]       = array( $listener['on'], $key, get_post_meta( $post, $key, true ), get_post_meta( $post, 'status' ), metadata_exists( 'post', $post, $key ) );
	}

	/** Answers instead of the database, if nobody has, as a plugin with its own table does. */
	private static function answers( array $listener, array $arguments ) {
		return null === $arguments[0] && ( '' === $listener['key'] || $listener['key'] === $arguments[2] ) ? $listener['with'] : $arguments[0];
	}

	/** The same for a reader. */
	private static function shows( array $listener, array $arguments ) {
		return self::answers( $listener, $arguments );
	}

	/** Does nothing, as one that only waited for its moment. */
	private static function passes( array $listener, array $arguments ) {
		return $arguments[0];
	}

	/** Writes another field, or the same. */
	private static function writes( array $listener, array $arguments ): void {
		list( $post, $key ) = self::field( $listener['on'], $arguments );
		if ( self::$within ) {
			return;
		}
		self::$within = array( self::write( $listener['on'], $arguments ) );
		try {
			self::$seen[] = array( $listener['on'], $key, 'wrote', self::outcome( update_post_meta( $post, wp_slash( $listener['key'] ), wp_slash( unserialize( serialize( $listener['value'] ) ) ) ) ) );
		} finally {
			self::$within = array();
		}
	}

	/** Meanwhile a kiosk writes another field, and WordPress is told of it: without that, an update keeps what it has read for a second. */
	private static function kiosk( array $listener, array $arguments ): void {
		list( $post, $key ) = self::field( $listener['on'], $arguments );
		if ( in_array( get_post_type( $post ), array( Side::NATIVE, Post_Types::APPOINTMENT ), true ) ) {
			$writing      = array_merge( self::$within, array( self::write( $listener['on'], $arguments ) ) );
			$wrote        = Elsewhere::meanwhile( new Side( $post ), $writing, $listener['key'], $listener['value'] );
			self::$seen[] = array( $listener['on'], $key, $wrote ? 'a kiosk wrote' : 'a kiosk waits' );
			wp_cache_delete( $post, 'post_meta' );
		}
	}

	/**
	 * What a write returned; a new meta id is not the same for both.
	 *
	 * @param mixed $returned Returned.
	 * @return mixed
	 */
	private static function outcome( $returned ) {
		return is_int( $returned ) ? 'a meta id' : $returned;
	}

	/**
	 * What an action is about: the rows that it names, and their key, which a renamed row may not have yet.
	 *
	 * @param mixed[] $arguments Arguments.
	 * @return array{int[], string}
	 */
	private static function write( string $action, array $arguments ): array {
		$named = in_array( $action, self::AFTER_ID, true ) ? array_map( 'intval', (array) $arguments[0] ) : array();
		return array( $named, self::field( $action, $arguments )[1] );
	}

	/**
	 * Post and key of an action.
	 *
	 * @param mixed[] $arguments Arguments.
	 * @return array{int, string}
	 */
	private static function field( string $action, array $arguments ): array {
		$at = in_array( $action, self::AFTER_ID, true ) ? 1 : 0;
		return array( (int) $arguments[ $at ], (string) $arguments[ $at + 1 ] );
	}
}
