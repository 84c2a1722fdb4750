<?php
/**
 * A write of core's in native mode, in one transaction with its mark (protocol R3).
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Site row, fence, mark, write, commit: all of it on one connection, or nothing. wpdb reconnects by itself when the
 * connection is lost, so every statement asks for the connection that the transaction began on.
 *
 * In a transaction of the caller it is a savepoint, and the caller commits (R9).
 */
final class Native_Transaction {

	/** MySQL's errors after which the same transaction may well succeed: deadlock, lock wait, row changed (MariaDB). */
	private const AGAIN = array( 1213, 1205, 1020 );

	/** Those after which the whole transaction is gone, the caller's too. */
	private const GONE = array( 1213, 1020 );

	/** @var bool Whether the outcome is that it must be run again: the row has changed, or MySQL asks for it. */
	public $again = false;

	/** @var int */
	private $epoch;

	/** @var bool */
	private $joined;

	/** @var int */
	private $connection = 0;

	/**
	 * In the epoch whose lease period was waited for.
	 *
	 * @param int  $epoch  Epoch.
	 * @param bool $joined Whether the caller has a transaction open.
	 */
	public function __construct( int $epoch, bool $joined ) {
		$this->epoch  = $epoch;
		$this->joined = $joined;
	}

	/**
	 * Runs a write.
	 *
	 * @return int|false Rows; false: failed, or to be run again.
	 */
	public function run( Meta_Write $write ) {
		return Quietly::run( $GLOBALS['wpdb'], fn() => $this->attempt( $write ) );
	}

	/** @return int|false What run() returns. */
	private function attempt( Meta_Write $write ) {
		global $wpdb;
		try {
			$this->connection = (int) $wpdb->get_var( 'SELECT CONNECTION_ID()' );
			if ( ! $this->joined ) {
				Transaction::own( 'SET TRANSACTION ISOLATION LEVEL READ COMMITTED' ); // Fewer locks; of this one transaction.
			}
			$began = Transaction::own( $this->joined ? 'SAVEPOINT hospital_native' : 'START TRANSACTION' );
			$rows  = false !== $began && $this->lock( $write->post_id ) ? $this->write( $write ) : false;
			$kept  = is_int( $rows ) && $this->end( $write->unconditional || $rows >= 0 );
			if ( ! is_int( $rows ) ) {
				$this->end( false );
			}
			return $kept ? max( 0, $rows ) : false;
		} catch ( \Throwable $thrown ) { // By somebody's filter, as that of a query.
			$this->undo();
			throw $thrown;
		}
	}

	/** Locks: no return to offload, no sync of the post meanwhile; for all posts, no sync at all. */
	private function lock( int $post_id ): bool {
		global $wpdb;
		$blog = get_current_blog_id();
		$sql  = $this->as_now() . 'SELECT epoch, mode FROM ' . Site::table( 'sync_state' ) . " WHERE blog_id = $blog AND {$this->here()} ";
		$row  = $wpdb->get_row( $sql . ( 0 === $post_id ? 'FOR UPDATE' : 'LOCK IN SHARE MODE' ) ); // phpcs:ignore WordPress.DB
		if ( ! $row instanceof \stdClass ) {
			return $this->failed( true );
		}
		if ( 'native' !== $row->mode || (int) $row->epoch !== $this->epoch ) {
			$this->again = true;
			return false;
		}
		if ( 0 === $post_id ) {
			return true;
		}
		// One statement that locks the fence row whether it was there or not.
		$sql = $this->as_now() . 'INSERT INTO ' . Site::table( 'sync_fence' ) . " (blog_id, post_id) SELECT $blog, $post_id FROM DUAL WHERE {$this->here()} ON DUPLICATE KEY UPDATE post_id = $post_id";
		return false !== $wpdb->query( $sql ) || $this->failed( false ); // phpcs:ignore WordPress.DB
	}

	/**
	 * Marks what is overtaken, and writes.
	 *
	 * @return int|false Rows; -1: there is nothing to write to, so nothing was overtaken.
	 */
	private function write( Meta_Write $write ) {
		global $wpdb;
		$unseen = $this->find( $write->unseen );
		$write  = $write->given( $unseen ?? array() );
		$found  = $this->find( $write->where );
		$marks  = array();
		if ( null === $unseen || null === $found ) {
			return $this->failed( false );
		}
		foreach ( $write->unconditional ? $write->keys : array() as $key ) {
			$marks[] = array( $write->post_id, $key );
		}
		// MySQL may match more than the key that was named: it ignores case.
		foreach ( $found as $row ) {
			foreach ( array_merge( $write->keys, array( (string) $row[2] ) ) as $key ) {
				$marks[] = array( $write->unconditional ? $write->post_id : (int) $row[1], $key );
			}
		}
		if ( ! $marks ) {
			return -1;
		}
		if ( ! $this->mark( $marks ) ) {
			return $this->failed( false );
		}
		$these = '' === $write->where ? '' : ' AND meta_id IN (' . implode( ',', array_merge( array( 0 ), array_map( 'intval', array_column( $found, 0 ) ) ) ) . ')';
		$rows  = '' === $write->change ? 0 : $wpdb->query( "$write->change WHERE {$this->here()}$these" ); // phpcs:ignore WordPress.DB
		return is_int( $rows ) ? $rows : $this->failed( false );
	}

	/**
	 * Finds the rows of a write, and locks them by their ids: by any other index MySQL might lock the rows of all posts.
	 *
	 * Nobody adds one meanwhile, as the fence is ours. In a transaction of the caller they are locked as core's own
	 * statement would, since its snapshot may be old.
	 *
	 * @return array<int, array<int, string|null>>|null Meta id, post and key of each; null: failed.
	 */
	private function find( string $where ): ?array {
		global $wpdb;
		if ( '' === $where ) {
			return array();
		}
		if ( ! $this->joined ) {
			$meta_ids = $wpdb->get_col( "SELECT meta_id FROM $wpdb->postmeta WHERE $where" ); // phpcs:ignore WordPress.DB
			$where    = 'meta_id IN (' . implode( ',', array_map( 'intval', $meta_ids ) ) . ')';
			if ( ! $meta_ids ) {
				return '' === $wpdb->last_error ? array() : null;
			}
		}
		$found = $wpdb->get_results( "SELECT meta_id, post_id, meta_key FROM $wpdb->postmeta WHERE $where FOR UPDATE", ARRAY_N ); // phpcs:ignore WordPress.DB
		return is_array( $found ) && '' === $wpdb->last_error ? $found : null;
	}

	/**
	 * Marks fields: whatever Redis holds of them from before is older.
	 *
	 * @param array<int, array{int, string}> $marks Posts and keys.
	 */
	private function mark( array $marks ): bool {
		global $wpdb;
		$blog = get_current_blog_id();
		$each = array(); // array_unique() would take '1' and '01' for one.
		foreach ( $marks as $mark ) {
			$each[ $mark[0] . ':' . $mark[1] ] = $mark;
		}
		foreach ( array_chunk( $each, 200 ) as $chunk ) {
			$rows = array();
			foreach ( $chunk as $mark ) {
				$rows[] = $wpdb->prepare( "SELECT $blog, %d, %s, {$this->epoch} FROM DUAL WHERE {$this->here()}", $mark[0], $mark[1] ); // phpcs:ignore WordPress.DB
			}
			$sql = $this->as_now() . 'INSERT INTO ' . Site::table( 'native_write' ) . ' (blog_id, post_id, meta_key, epoch) ' . implode( ' UNION ALL ', $rows ) . " ON DUPLICATE KEY UPDATE epoch = {$this->epoch}";
			if ( false === $wpdb->query( $sql ) ) { // phpcs:ignore WordPress.DB
				return false;
			}
		}
		return true;
	}

	/** Commits, or rolls back; whether it was committed. */
	private function end( bool $commit ): bool {
		if ( $commit && ! $this->is_here() ) {
			$this->again = ! $this->joined; // Lost before it could be committed.
			$commit      = false;
		}
		if ( ! $commit ) {
			$this->undo();
			return false;
		}
		// If the connection was lost at this very statement, nobody can know; core too reports a lost UPDATE as failed.
		if ( false === Transaction::own( $this->joined ? 'RELEASE SAVEPOINT hospital_native' : 'COMMIT' ) ) {
			$this->undo();
			return false;
		}
		return $this->is_here();
	}

	/** Rolls back. A transaction of ours that stays open would swallow every later write of this process: rather no connection. */
	private function undo(): void {
		global $wpdb;
		$undone = Transaction::own( $this->joined ? 'ROLLBACK TO SAVEPOINT hospital_native' : 'ROLLBACK' );
		if ( false === $undone && ! $this->joined ) {
			$wpdb->close();
			$wpdb->check_connection( false );
		}
	}

	/**
	 * Before a statement that locks a row of ours in the caller's transaction: the row as it is now, though the caller's
	 * snapshot be older. MariaDB from 11.6.2 on would otherwise roll the caller's whole transaction back (error 1020).
	 */
	private function as_now(): string {
		global $wpdb;
		static $strict = null;
		if ( ! $this->joined ) {
			return '';
		}
		if ( null === $strict ) {
			$strict = '1' === $wpdb->get_var( 'SELECT @@innodb_snapshot_isolation' ); // Elsewhere there is no such variable.
		}
		return $strict ? 'SET STATEMENT innodb_snapshot_isolation = OFF FOR ' : '';
	}

	/** A statement failed, or found that the connection is another one. */
	private function failed( bool $or_lost ): bool {
		global $wpdb;
		$error       = $wpdb->dbh instanceof \mysqli ? mysqli_errno( $wpdb->dbh ) : 0;
		if ( $this->joined && in_array( $error, self::GONE, true ) ) {
			Transaction::lost();
		}
		$this->again = ! $this->joined && ( in_array( $error, self::AGAIN, true ) || ( $or_lost && 0 === $error ) );
		return false;
	}

	/** The condition that every statement carries. */
	private function here(): string {
		return 'CONNECTION_ID() = ' . $this->connection;
	}

	/** Whether this is still the connection that it began on. */
	private function is_here(): bool {
		global $wpdb;
		return (int) $wpdb->get_var( 'SELECT CONNECTION_ID()' ) === $this->connection;
	}
}
