<?php
/**
 * The site row: who may write (protocol R1, R3).
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The row of the current blog, as it was read, and the steps that change it.
 *
 * They commit at once, whatever transaction the caller has open: then they use a connection of their own.
 */
final class Site {

	/** @var int */
	public $epoch = 1;

	/** @var bool Sidecars acknowledge; otherwise core writes. */
	public $offload = false;

	/** @var int Newest epoch whose lease period was waited out. */
	public $settled = 1;

	/** @var int Epoch of the last return; 0: no sidecar ever owned this site. */
	public $returned = 0;

	/** @var bool Native until further notice. */
	public $held = false;

	/** @var string Run id and token of the Redis that this ownership works with. */
	public $redis_id = '';

	/** @var array<string, int> When this process first read an epoch: hrtime by "blog:epoch". */
	private static $first_read = array();

	/** @var array<int, \wpdb> By process: after a fork, two would read each other's answers. */
	private static $aside = array();

	/** @var int When the newest of them was tried (hrtime). */
	private static $tried = 0;

	/** @var bool */
	private static $absent = false;

	/** The plugin's tables. */
	public static function table( string $name ): string {
		global $wpdb;
		return $wpdb->base_prefix . 'hospital_' . $name;
	}

	/** Whether sidecars may acknowledge now. */
	public static function is_offload(): bool {
		$site = self::read( Transaction::is_open() );
		return null !== $site && $site->offload;
	}

	/**
	 * Reads the row; makes it for a blog that has none. It may have been lost, so that is a take-over too: in an epoch after
	 * all that the other tables know of, with the last return that they know of and a lease period to be waited out. Where
	 * they were lost too, one of which nothing is known: a sidecar may have owned the site.
	 *
	 * @param bool $joined Whether the caller has a transaction open: its snapshot may be old.
	 * @return self|null Null when there is no such table, or no database.
	 */
	public static function read( bool $joined = false ): ?self {
		$blog = get_current_blog_id();
		$sql  = 'SELECT epoch, mode, settled, returned, held, redis_id FROM ' . self::table( 'sync_state' ) . ' WHERE blog_id = ' . $blog;
		$row  = self::row( $sql, $joined );
		if ( null === $row && ! self::$absent ) {
			$where = ' WHERE blog_id = ' . $blog;
			$least = false === get_option( Lifecycle::INSTALLED ) ? 0 : 1;
			$made  = self::query(
				'INSERT IGNORE INTO ' . self::table( 'sync_state' ) . ' (blog_id, settled, returned, epoch)'
				. ' SELECT ' . $blog . ', 0, GREATEST(' . $least . ', COALESCE(MAX(returned), 0)), 1 + COALESCE(MAX(epoch), 0) FROM ('
				. 'SELECT MAX(IF(post_id = 0, epoch, 0)) AS returned, MAX(epoch) AS epoch FROM ' . self::table( 'sync_fence' ) . $where
				. ' UNION ALL SELECT 0, MAX(epoch) FROM ' . self::table( 'native_write' ) . $where . ') AS known',
				$joined
			);
			$row   = false !== $made ? self::row( $sql, $joined ) : null;
		}
		if ( null === $row ) {
			return null;
		}
		$site          = new self();
		$site->epoch   = (int) $row->epoch;
		$site->offload = 'offload' === $row->mode;
		$site->settled = (int) $row->settled;
		$site->held    = (bool) $row->held;

		$site->returned = (int) $row->returned;
		$site->redis_id = (string) $row->redis_id;

		self::$first_read += array( $blog . ':' . $site->epoch => (int) hrtime( true ) );
		return $site;
	}

	/**
	 * Takes the site over: native, in a new epoch, unless somebody else has changed the row.
	 *
	 * Always on the second connection, which waits only briefly for a lock: a sidecar may have been stopped in the middle
	 * of a sync, with the row locked.
	 *
	 * @param bool $joined Whether the caller has a transaction open.
	 * @return bool Whether the row has changed, by whomever.
	 */
	public function take_over( bool $joined ): bool {
		$taken = self::query(
			'UPDATE ' . self::table( 'sync_state' ) . " SET mode = 'native', epoch = epoch + 1 WHERE blog_id = " . get_current_blog_id() . " AND mode = 'offload' AND epoch = " . $this->epoch,
			$joined || null !== self::database( true )
		);
		if ( 1 === $taken ) {
			Health::note_take_over( $this->epoch + 1, $joined );
		}
		return false !== $taken;
	}

	/** Whether the row is as it was read, seen past the caller's transaction. */
	public function is_still(): bool {
		$now = self::read( true );
		return null !== $now && $now->epoch === $this->epoch && $now->offload === $this->offload;
	}

	/** Waits until every lease from before this epoch is over, unless somebody has; notes that it was done. */
	public function wait( bool $joined = false ): void {
		if ( $this->settled >= $this->epoch ) {
			return;
		}
		$over = self::$first_read[ get_current_blog_id() . ':' . $this->epoch ] + Settings::lease() * 1000000;
		while ( hrtime( true ) <= $over ) {
			usleep( (int) max( 1, ( $over - hrtime( true ) ) / 1000 + 1 ) );
		}
		$this->settle();
	}

	/**
	 * Notes that the wait is over, so that nobody else waits. If somebody has the row locked it is left to another: to queue
	 * for it would hold up everybody who only wants to look.
	 */
	private function settle(): void {
		$db  = self::database( true );
		$row = ' WHERE blog_id = ' . get_current_blog_id() . " AND mode = 'native' AND settled < epoch AND epoch = " . $this->epoch;
		if ( null === $db ) {
			return;
		}
		Quietly::run(
			$db,
			static function () use ( $db, $row ): void {
				$db->query( 'START TRANSACTION' );
				if ( 1 === $db->query( 'SELECT epoch FROM ' . self::table( 'sync_state' ) . $row . ' FOR UPDATE NOWAIT' ) ) { // phpcs:ignore WordPress.DB
					$db->query( 'UPDATE ' . self::table( 'sync_state' ) . ' SET settled = epoch' . $row ); // phpcs:ignore WordPress.DB
				}
				$db->query( 'COMMIT' );
			}
		);
	}

	/** Whether there is no such table: the plugin's own were never made, or were dropped. Not, that it could not be read. */
	public static function is_absent(): bool {
		return self::$absent;
	}

	/**
	 * Makes the plugin's tables, as far as they are not there.
	 *
	 * @param bool $aside On a connection of its own, so that a transaction of the caller's goes on; else on $wpdb.
	 */
	public static function make_tables( bool $aside ): void {
		global $wpdb;
		$sql = str_replace( '{base}', $wpdb->base_prefix, (string) file_get_contents( __DIR__ . '/schema.sql' ) ); // phpcs:ignore WordPress.WP.AlternativeFunctions
		foreach ( explode( ';', (string) preg_replace( '/^--.*$/m', '', $sql ) ) as $statement ) {
			if ( '' !== trim( $statement ) ) {
				self::query( trim( $statement ), $aside );
			}
		}
	}

	/**
	 * Holds the site in native mode, in a new epoch: from now on no sidecar gets a lease.
	 *
	 * @return self|null The row as it is now.
	 */
	public static function hold(): ?self {
		self::query( 'UPDATE ' . self::table( 'sync_state' ) . " SET mode = 'native', epoch = epoch + 1, held = 1 WHERE blog_id = " . get_current_blog_id(), false );
		$site = self::read();
		return null !== $site && $site->held && ! $site->offload ? $site : null;
	}

	/** Lets sidecars return. */
	public static function release(): void {
		self::query( 'UPDATE ' . self::table( 'sync_state' ) . ' SET held = 0 WHERE blog_id = ' . get_current_blog_id(), false );
	}

	/** One row. */
	private static function row( string $sql, bool $joined ): ?\stdClass {
		$db = self::database( $joined );
		if ( null === $db ) {
			return null;
		}
		$row = Quietly::run( $db, static fn() => $db->get_row( $sql ) ); // phpcs:ignore WordPress.DB

		self::$absent = $db->dbh instanceof \mysqli && 1146 === mysqli_errno( $db->dbh ); // ER_NO_SUCH_TABLE
		return $row instanceof \stdClass ? $row : null;
	}

	/**
	 * One statement, committed.
	 *
	 * @return int|false Rows.
	 */
	private static function query( string $sql, bool $joined ) {
		$db = self::database( $joined );
		if ( null === $db ) {
			return false;
		}
		$rows = Quietly::run( $db, static fn() => $db->query( $sql ) ); // phpcs:ignore WordPress.DB
		return is_int( $rows ) ? $rows : false;
	}

	/** The connection: $wpdb, or one beside it where the caller has a transaction open there. */
	private static function database( bool $joined ): ?\wpdb {
		global $wpdb;
		if ( ! $joined ) {
			return $wpdb;
		}
		$process = (int) getmypid();
		$aside   = self::$aside[ $process ] ?? null;
		// One that was refused, as by "too many connections", is tried again after a second.
		if ( defined( 'DB_HOST' ) && ( null === $aside || ( ! $aside->ready && hrtime( true ) - self::$tried > Breaker::PAUSE ) ) ) {
			self::$tried = (int) hrtime( true );
			$aside       = new Second_Connection( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );

			self::$aside[ $process ] = $aside;
		}
		return null !== $aside && $aside->ready ? $aside : null;
	}
}
