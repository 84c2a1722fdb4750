<?php
/**
 * What other plugins do to our filters.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps our filters where they are called: last of all, though a neighbour takes out its own while it runs, or everybody's.
 *
 * The latter do plugins that want nobody else's storage of metadata in their way, by `remove_all_filters()`. Ours is no other
 * storage: without it core would write beside what waits in Redis.
 */
final class Neighbours {

	/** The filters one of which a write of core's has passed when it fires this action. */
	private const PASSED = array(
		'add_post_meta'    => array( 'add_post_metadata' ),
		'update_post_meta' => array( 'update_post_metadata', 'update_post_metadata_by_mid' ),
		'delete_post_meta' => array( 'delete_post_metadata', 'delete_post_metadata_by_mid' ),
	);

	/** @var bool Whether everything is being brought home. */
	private static $bringing = false;

	/** @var array<string, array{callable, int}> Our filters and their numbers of arguments. */
	private static $ours = array();

	/**
	 * Hooks something last of all. WordPress skips the priority after one whose only callback takes itself out while it runs,
	 * unless that one was the first; so there is a priority between, and nothing of ours before theirs.
	 *
	 * @param string   $hook      Filter or action.
	 * @param callable $callback  Callback.
	 * @param int      $arguments How many arguments it takes.
	 */
	public static function hook_last( string $hook, callable $callback, int $arguments = 1 ): void {
		add_filter( $hook, array( self::class, 'stay_last' ), PHP_INT_MAX - 1 );
		add_filter( $hook, $callback, PHP_INT_MAX, $arguments );
		self::$ours[ $hook ] = array( $callback, $arguments );
	}

	/**
	 * The priority between: who came to the last place after us goes before us. They may answer, and then nothing must have
	 * been written.
	 *
	 * @param mixed $value Value.
	 * @return mixed
	 */
	public static function stay_last( $value = null ) {
		$hook = current_filter();
		$last = $GLOBALS['wp_filter'][ $hook ]->callbacks[ PHP_INT_MAX ] ?? array();
		if ( count( $last ) > 1 && isset( self::$ours[ $hook ] ) && end( $last )['function'] !== self::$ours[ $hook ][0] ) {
			remove_filter( $hook, self::$ours[ $hook ][0], PHP_INT_MAX );
			add_filter( $hook, self::$ours[ $hook ][0], PHP_INT_MAX, self::$ours[ $hook ][1] );
		}
		return $value;
	}

	/** Hooks those in again that somebody has taken out. */
	public static function return_all(): void {
		foreach ( self::$ours as $hook => $ours ) {
			if ( false === has_filter( $hook, $ours[0] ) ) {
				self::hook_last( $hook, $ours[0], $ours[1] );
			}
		}
	}

	/**
	 * A query that may be core's look before a write, or its read, while our filters are out: everything is brought home before.
	 *
	 * @param string $sql SQL.
	 */
	public static function watch( string $sql ): void {
		$hooks = $GLOBALS['wp_filter'];
		if ( isset( $hooks['update_post_metadata']->callbacks[ PHP_INT_MAX ], $hooks['add_post_metadata']->callbacks[ PHP_INT_MAX ], $hooks['delete_post_metadata']->callbacks[ PHP_INT_MAX ] ) ) {
			return;
		}
		if ( ! self::$bringing && false !== strpos( $sql, $GLOBALS['wpdb']->postmeta ) ) {
			self::$bringing = true;
			try {
				if ( Barrier::all( true ) ) {
					self::return_all();
					Writer::leave( 0 ); // It may be the look before a write.
				}
			} finally {
				self::$bringing = false;
			}
		}
	}

	/**
	 * Core is about to write and has not asked us, or found a row since: what waits of the field must be home before, or is
	 * overtaken.
	 *
	 * Hooked to add_post_meta, update_post_meta and delete_post_meta.
	 *
	 * @param mixed $one   Post, or where the action names rows, those.
	 * @param mixed $two   Key, or post.
	 * @param mixed $three Value, or key.
	 */
	public static function heed( $one, $two = null, $three = null ): void {
		$action = (string) current_filter();
		$field  = 'add_post_meta' === $action ? array( (int) $one, (string) $two ) : array( (int) $two, (string) $three );
		$out    = false;
		foreach ( self::PASSED[ $action ] as $filter ) {
			$out = $out || false === has_filter( $filter, self::$ours[ $filter ][0] );
		}
		if ( $out ) {
			self::return_all();
		}
		if ( $out || ( 'update_post_meta' === $action && Writer::expects_none( ...$field ) ) ) {
			Writer::unasked( ...$field );
		}
	}
}
