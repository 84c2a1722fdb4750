<?php
/**
 * What waits in Redis.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The dirty fields of some posts that count (protocol R8).
 */
final class Dirty_Fields {

	/** @var bool Whether a sidecar that owns the site says so. If not, there may be more. */
	public $leased = false;

	/** @var array<int, array<int|string, string|null>> Bytes by post and key; null for one that was deleted. */
	public $fields = array();

	/** Nothing is dirty: a barrier said so. */
	public static function none(): self {
		$none         = new self();
		$none->leased = true;
		return $none;
	}

	/**
	 * Asks, in one call.
	 *
	 * @param array<string, int[]> $posts Posts by type.
	 */
	public static function of( array $posts ): self {
		$found = new self();
		$found->leased = Transaction::is_home();
		if ( ! $posts || $found->leased ) {
			return $found;
		}
		$answer = Sidecar::ask( 'POST', '/v1/dirty', array( 'posts' => $posts ) );
		if ( ! $answer->ok() || ! is_array( $answer->data['posts'] ?? null ) ) {
			return $found;
		}
		$found->leased = true === ( $answer->data['lease'] ?? false );
		$found->read( $answer->data['posts'] );
		if ( ! $found->leased && $found->fields ) {
			$found->weigh( $answer->data['posts'] );
		}
		return $found;
	}

	/**
	 * Reads the answer.
	 *
	 * @param array<mixed> $posts The answer's posts.
	 */
	private function read( array $posts ): void {
		foreach ( $posts as $id => $fields ) {
			foreach ( is_array( $fields ) ? $fields : array() as $key => $field ) {
				$bytes = Bytes::decode( $field['value'] ?? null );
				if ( null !== $bytes || true === ( $field['deleted'] ?? false ) ) {
					$this->fields[ (int) $id ][ $key ] = $bytes;
				}
			}
		}
	}

	/**
	 * Drops what counts no more: a field of before the last return, one with a native write of a later epoch, one that
	 * MySQL already has, or had, as a Redis that came back older may show.
	 *
	 * @param array<mixed> $posts The answer's posts, whose fields have epoch and counter.
	 */
	private function weigh( array $posts ): void {
		global $wpdb;
		$ids  = implode( ',', array_keys( $this->fields ) );
		$sql  = 'SELECT s.returned, n.post_id, n.meta_key, n.epoch, 0 FROM ' . Site::table( 'sync_state' ) . ' s LEFT JOIN ' . Site::table( 'native_write' ) . ' n'
			. " ON n.blog_id = s.blog_id AND n.post_id IN (0,$ids) WHERE s.blog_id = " . get_current_blog_id()
			. ' UNION ALL SELECT 0, post_id, NULL, version_epoch, version_counter FROM ' . Site::table( 'sync_fence' )
			. ' WHERE blog_id = ' . get_current_blog_id() . " AND post_id IN ($ids)";
		$rows = $wpdb->get_results( $sql, ARRAY_N ); // phpcs:ignore WordPress.DB
		if ( ! is_array( $rows ) || ! $rows ) {
			$this->fields = array(); // Nothing can be said, so nothing counts: the rows do.
			return;
		}
		$returned = 0;
		$native   = array();
		$fences   = array();
		foreach ( $rows as $row ) {
			$returned = max( $returned, (int) $row[0] );
			if ( null === $row[2] ) {
				$fences[ (int) $row[1] ] = array( (int) $row[3], (int) $row[4] );
			} else {
				$native[ (int) $row[1] ][ (string) $row[2] ] = (int) $row[3];
			}
		}
		foreach ( $this->fields as $id => $keys ) {
			foreach ( array_keys( $keys ) as $key ) {
				$version = array( (int) ( $posts[ $id ][ $key ]['epoch'] ?? 0 ), (int) ( $posts[ $id ][ $key ]['counter'] ?? 0 ) );
				$written = max( $native[ $id ][ $key ] ?? 0, $native[ $id ][''] ?? 0, $native[0][ $key ] ?? 0, $native[0][''] ?? 0 );
				if ( $version[0] < $returned || $written > $version[0] || $version <= ( $fences[ $id ] ?? array( 0, 0 ) ) ) {
					unset( $this->fields[ $id ][ $key ] );
				}
			}
		}
	}
}
