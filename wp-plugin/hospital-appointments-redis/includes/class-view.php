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
	public $entry = array();

	/** @var array<int|string, string[]> Meta ids by key, as strings. */
	private $ids = array();

	/** @var array<int|string, true> Keys with a dirty field. */
	private $dirty = array();

	/** @var int */
	private $seen_at;

	/**
	 * Takes note of the rows.
	 *
	 * @param array<int|string, array<string, string|null>> $rows     Values by meta id, by key.
	 * @param bool                                          $complete Whether nothing may be waiting unseen.
	 */
	public function __construct( array $rows, bool $complete ) {
		$this->ids      = array_map( array( self::class, 'strings' ), array_map( 'array_keys', $rows ) );
		$this->complete = $complete;
		$this->seen_at  = (int) hrtime( true );
	}

	/**
	 * The rows with the dirty fields over them: what update_meta_cache() would put into the cache.
	 *
	 * A dirty field stands for all rows of its key, as an update does.
	 *
	 * @param array<int|string, array<string, string|null>> $rows  Values by meta id, by key.
	 * @param array<int|string, string|null>                $dirty Bytes by key; null for one that was deleted.
	 * @return array<int|string, array<int, string|null>>
	 */
	public function lay_over( array $rows, array $dirty ): array {
		$entry = array_map( 'array_values', $rows );
		foreach ( $dirty as $key => $bytes ) {
			$this->dirty[ $key ] = true;
			if ( null === $bytes ) {
				unset( $entry[ $key ] );
			} else {
				$entry[ $key ] = array_fill( 0, max( 1, count( $entry[ $key ] ?? array() ) ), $bytes );
			}
		}
		$this->entry = $entry;
		return $entry;
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
		foreach ( array_map( 'strval', array_keys( $this->ids + $this->dirty ) ) as $other ) {
			if ( $other !== $key && ( 0 === strcasecmp( rtrim( $other, ' ' ), rtrim( $key, ' ' ) ) || 1 === preg_match( '/[^\x20-\x7E]/', $other ) ) ) {
				return true;
			}
		}
		return false;
	}

	/** Whether it was seen less than this many nanoseconds ago. */
	public function is_younger_than( int $nanoseconds ): bool {
		return hrtime( true ) - $this->seen_at < $nanoseconds;
	}

	/**
	 * Ids as core has them.
	 *
	 * @param array<int, int|string> $ids Array keys.
	 * @return string[]
	 */
	private static function strings( array $ids ): array {
		return array_map( 'strval', $ids );
	}
}
