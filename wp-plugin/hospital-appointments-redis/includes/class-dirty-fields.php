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
		$epochs        = $found->read( $answer->data['posts'] );
		if ( ! $found->leased && $epochs ) {
			$found->weigh( $epochs );
		}
		return $found;
	}

	/**
	 * Reads the answer.
	 *
	 * @param array<mixed> $posts The answer's posts.
	 * @return array<int, array<int|string, int>> Epochs by post and key.
	 */
	private function read( array $posts ): array {
		$epochs = array();
		foreach ( $posts as $id => $fields ) {
			foreach ( is_array( $fields ) ? $fields : array() as $key => $field ) {
				$bytes = Bytes::decode( $field['value'] ?? null );
				if ( null !== $bytes || true === ( $field['deleted'] ?? false ) ) {
					$this->fields[ (int) $id ][ $key ] = $bytes;
					$epochs[ (int) $id ][ $key ]       = (int) ( $field['epoch'] ?? 0 );
				}
			}
		}
		return $epochs;
	}

	/**
	 * Drops what core has overtaken: a field of before the last return, or one with a native write of a later epoch.
	 *
	 * @param array<int, array<int|string, int>> $epochs Epochs by post and key.
	 */
	private function weigh( array $epochs ): void {
		global $wpdb;
		$sql  = 'SELECT s.returned, n.post_id, n.meta_key, n.epoch FROM ' . Site::table( 'sync_state' ) . ' s LEFT JOIN ' . Site::table( 'native_write' ) . ' n'
			. ' ON n.blog_id = s.blog_id AND n.post_id IN (0,' . implode( ',', array_keys( $epochs ) ) . ') WHERE s.blog_id = ' . get_current_blog_id();
		$rows = $wpdb->get_results( $sql, ARRAY_N ); // phpcs:ignore WordPress.DB
		if ( ! is_array( $rows ) || ! $rows ) {
			$this->fields = array(); // Nothing can be said, so nothing counts: the rows do.
			return;
		}
		$native = array();
		foreach ( $rows as $row ) {
			$native[ (int) $row[1] ][ (string) $row[2] ] = (int) $row[3];
		}
		foreach ( $epochs as $id => $keys ) {
			foreach ( $keys as $key => $epoch ) {
				$written = max( $native[ $id ][ $key ] ?? 0, $native[ $id ][''] ?? 0, $native[0][ $key ] ?? 0, $native[0][''] ?? 0 );
				if ( $epoch < (int) $rows[0][0] || $written > $epoch ) {
					unset( $this->fields[ $id ][ $key ] );
				}
			}
		}
	}
}
