<?php
/**
 * What was seen of one post when it was touched.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The ids of its rows, and whether what was seen is all there is.
 */
final class View {

	/** @var bool Nothing may be waiting unseen: a sidecar under a lease said what is dirty, or the post was born just now. */
	public $complete;

	/** @var array<int|string, array<int, string|null>> What was laid into the cache: another entry there is somebody else's. */
	public $entry;

	/** @var array<int|string, string[]> Meta ids by key, as core has them: strings. */
	private $ids;

	/** @var array<int|string, true> Keys with a dirty field. */
	private $dirty = array();

	/** @var array<string, int>|null How many keys there are, by what MySQL cannot tell apart; null: nobody asked yet. */
	private $alike = null;

	/** @var bool Whether a key is not ASCII. */
	private $odd = false;

	/** @var int */
	private $seen_at;

	/**
	 * Takes note of the rows.
	 *
	 * @param array<int|string, array<int, string|null>> $values   Values by key.
	 * @param array<int|string, string[]>                $ids      Meta ids by key.
	 * @param bool                                       $complete Whether nothing may be waiting unseen.
	 */
	public function __construct( array $values, array $ids, bool $complete ) {
		$this->entry    = $values;
		$this->ids      = $ids;
		$this->complete = $complete;
		$this->seen_at  = (int) hrtime( true );
	}

	/**
	 * Lays dirty fields over the rows. Each stands for all rows of its key, as an update does.
	 *
	 * @param array<int|string, string|null> $dirty Bytes by key; null for one that was deleted.
	 */
	public function lay_over( array $dirty ): void {
		foreach ( $dirty as $key => $bytes ) {
			$this->dirty[ $key ] = true;
			if ( null === $bytes ) {
				unset( $this->entry[ $key ] );
			} else {
				$this->entry[ $key ] = array_fill( 0, max( 1, count( $this->entry[ $key ] ?? array() ) ), $bytes );
			}
		}
	}

	/**
	 * The ids of a key's rows.
	 *
	 * @return string[]
	 */
	public function ids( string $key ): array {
		return $this->ids[ $key ] ?? array();
	}

	/**
	 * Whether MySQL might take another key of this post for this one, which is ASCII: it ignores case and trailing spaces,
	 * and of what is not plain ASCII also accents and whole characters, as only its collation knows.
	 */
	public function collides( string $key ): bool {
		if ( null === $this->alike ) {
			$keys        = array_keys( $this->ids + $this->dirty );
			$this->odd   = 1 === preg_match( '/[^\x20-\x7E]/', implode( '', $keys ) );
			$this->alike = array_count_values( array_map( array( self::class, 'fold' ), $keys ) );
		}
		$itself = isset( $this->ids[ $key ] ) || isset( $this->dirty[ $key ] ) ? 1 : 0;
		return $this->odd || ( $this->alike[ self::fold( $key ) ] ?? 0 ) > $itself;
	}

	/** Whether it was seen less than this many nanoseconds ago. */
	public function is_younger_than( int $nanoseconds ): bool {
		return hrtime( true ) - $this->seen_at < $nanoseconds;
	}

	/**
	 * What is the same for all ASCII keys that MySQL cannot tell apart.
	 *
	 * @param int|string $key Key.
	 */
	private static function fold( $key ): string {
		return strtr( rtrim( (string) $key, ' ' ), 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz' );
	}
}
