<?php
/**
 * The transaction of the caller (protocol R9).
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Knows, by watching the queries, whether somebody has a transaction open on $wpdb, and which posts were written in it.
 */
final class Transaction {

	/** The first words of all statements that may begin or end a transaction. */
	private const OTHERS = '/^(?:START|BEGIN|COMMIT|ROLLBACK|XA|SET|CREATE|ALTER|DROP|TRUNCATE|RENAME|LOCK)\b/i';

	/** What begins and what ends one. */
	private const BEGIN      = '/^(?:START\s+TRANSACTION|BEGIN(?:\s+WORK)?\s*;?\s*$|XA\s+(?:START|BEGIN)\b)/i';
	private const END        = '/^(?:COMMIT|ROLLBACK(?!(?:\s+WORK)?\s+TO\b)|XA\s+(?:PREPARE|COMMIT|ROLLBACK)\b)/i';
	private const CHAIN      = '/\bAND\s+CHAIN\b/i';
	private const AUTOCOMMIT = '/^SET\b.*?\bautocommit\s*:?=\s*(\w+)/is';
	private const DDL        = '/^(?:CREATE|ALTER|DROP|TRUNCATE|RENAME|LOCK\s+TABLES?)\s+(?!(?:OR\s+REPLACE\s+)?TEMPORARY\b)/i';

	/** What only reads, unless it locks: it waits for nobody. */
	private const READS = '/^(?:SELECT|SHOW|DESC|EXPLAIN|SET)\b(?!.*\b(?:GET_LOCK|FOR\s+UPDATE|FOR\s+SHARE|LOCK\s+IN\s+SHARE)\b)/is';

	/** @var bool */
	private static $open = false;

	/** @var bool */
	private static $autocommit = true;

	/** @var bool Whether the statements passing by are the plugin's. */
	private static $ours = false;

	/** @var int The blog of which everything was home when it began, so that its snapshot shows all there was; 0: none. */
	private static $home = 0;

	/** @var array<string, true> Posts written in it. */
	private static $posts = array();

	/**
	 * Hooked to query. Nearly all queries are a SELECT and are seen off by their first letters.
	 *
	 * @param mixed $query SQL.
	 * @return mixed
	 */
	public static function watch( $query ) {
		Births::settle();
		if ( self::$ours || ! is_string( $query ) ) {
			return $query;
		}
		Neighbours::watch( $query );
		if ( Barrier::holds() && 1 !== preg_match( self::READS, (string) preg_replace( '~^(?:/\*(?!!).*?\*/|[\s(]+)+~s', '', $query ) ) ) {
			Barrier::lapse();
		}
		if ( 0 === strncmp( $query, 'SEL', 3 ) ) {
			return $query;
		}
		if ( 0 === strncmp( $query, 'UPDATE', 6 ) ) {
			Type_Change::see( $query );
			return $query;
		}
		$sql = ltrim( $query, " \t\r\n(" );
		if ( '' !== $sql && false !== strpos( '/-#', $sql[0] ) ) {
			$sql = (string) preg_replace( '~^(?:/\*.*?\*/|(?:--|#)[^\n]*\n|\s+)+~s', '', $sql );
		}
		$inserts = 0 === strncasecmp( $sql, 'INSERT', 6 );
		if ( ( ! $inserts && ! preg_match( self::OTHERS, $sql ) ) || self::is_elsewhere() ) {
			return $query;
		}
		if ( $inserts ) {
			Births::see( $sql );
		} else {
			self::read( $sql );
		}
		return $query;
	}

	/** Whether the caller has one open. */
	public static function is_open(): bool {
		return self::$open || ! self::$autocommit;
	}

	/** MySQL has rolled the caller's back by itself. What follows is in none, as in plain WordPress. */
	public static function lost(): void {
		self::$open  = false;
		self::$home  = 0;
		self::$posts = array();
	}

	/**
	 * Whether one is open, whatever the queries said: only inside a transaction does a savepoint last. One may have been opened
	 * past $wpdb; and one that was may be over, with its connection, by a deadlock, or by a statement that commits unseen.
	 */
	public static function is_open_unseen(): bool {
		global $wpdb;
		$open = Quietly::run(
			$wpdb,
			static function () use ( $wpdb ): bool {
				$wpdb->query( 'SAVEPOINT hospital_probe' );
				return false !== $wpdb->query( 'RELEASE SAVEPOINT hospital_probe' );
			}
		);
		if ( ! $open && self::is_open() ) {
			self::lost();
			self::$autocommit = true;
		}
		return $open;
	}

	/**
	 * Whether the caller's snapshot is the whole truth for the current blog, as it is in plain WordPress. Then dirty fields
	 * are newer than it, and are not laid over: they would vanish again as soon as they are synced.
	 */
	public static function is_home(): bool {
		return self::is_open() && get_current_blog_id() === self::$home;
	}

	/** Whether this post was written in the open transaction, so that its rows are locked by it. */
	public static function has( int $post_id ): bool {
		return self::is_open() && isset( self::$posts[ get_current_blog_id() . ':' . $post_id ] );
	}

	/** Notes that this post is about to be written. */
	public static function note( int $post_id ): void {
		if ( self::is_open() ) {
			self::$posts[ get_current_blog_id() . ':' . $post_id ] = true;
		}
	}

	/**
	 * Runs a transaction statement of the plugin's own, which is none of the caller's.
	 *
	 * @return int|bool What $wpdb->query() returns.
	 */
	public static function own( string $sql ) {
		global $wpdb;
		self::$ours = true;
		try {
			return $wpdb->query( $sql ); // phpcs:ignore WordPress.DB
		} finally {
			self::$ours = false;
		}
	}

	/**
	 * Runs what goes over another connection, and so is none of the caller's.
	 *
	 * @param callable $run Runs it.
	 * @return mixed What that returns.
	 */
	public static function aside( callable $run ) {
		$before     = self::$ours;
		self::$ours = true;
		try {
			return $run();
		} finally {
			self::$ours = $before;
		}
	}

	/**
	 * A transaction is about to begin. What waits in Redis is brought home first: synced later, it would be in no snapshot,
	 * and no dirty field any more either. Not if one is open already: the sync might wait for its locks. So of the snapshot
	 * that follows upon that one nobody can say what it shows.
	 */
	private static function begin(): void {
		self::$home = ! self::is_open() && Barrier::all( true ) ? get_current_blog_id() : 0;
	}

	/** Whether the query passing by is of another database object than $wpdb, as a plugin has for tables elsewhere. */
	private static function is_elsewhere(): bool {
		foreach ( debug_backtrace( DEBUG_BACKTRACE_PROVIDE_OBJECT | DEBUG_BACKTRACE_IGNORE_ARGS, 7 ) as $call ) { // phpcs:ignore WordPress.PHP.DevelopmentFunctions
			if ( ( $call['object'] ?? null ) instanceof \wpdb ) {
				return $call['object'] !== $GLOBALS['wpdb'];
			}
		}
		return false;
	}

	/** Reads one statement. */
	private static function read( string $sql ): void {
		if ( preg_match( self::BEGIN, $sql ) ) {
			self::begin();
			self::$open  = true;
			self::$posts = array();
		} elseif ( preg_match( self::END, $sql ) ) {
			self::$open  = (bool) preg_match( self::CHAIN, $sql );
			self::$home  = 0;
			self::$posts = array();
		} elseif ( preg_match( self::AUTOCOMMIT, $sql, $found ) ) {
			$before     = self::$autocommit;
			$autocommit = in_array( strtolower( $found[1] ), array( '1', 'on', 'true' ), true );
			if ( ! $autocommit ) {
				self::begin();
			}
			self::$autocommit = $autocommit;
			if ( $autocommit && ! $before ) {
				self::$open  = false; // Switching it back on commits.
				self::$posts = array();
			}
		} elseif ( preg_match( self::DDL, $sql ) ) {
			self::$open  = false;
			self::$home  = 0;
			self::$posts = array();
		}
	}
}
