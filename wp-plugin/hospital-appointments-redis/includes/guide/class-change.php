<?php
/**
 * One field on its way to the sidecar, with the actions that belong to it.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

use Hospital\Appointments_Redis\Actions;
use Hospital\Appointments_Redis\Births;
use Hospital\Appointments_Redis\Bytes;
use Hospital\Appointments_Redis\Core_Meta;
use Hospital\Appointments_Redis\Meta_Write;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\View;

defined( 'ABSPATH' ) || exit;

/**
 * A key that is there is updated, another one added; its row, and so its meta id, comes with the sync: the actions say 0.
 * A value that is there already fires nothing, as in core. It is sent all the same: somebody may have changed it since.
 */
final class Change {

	/** @var string Key. */
	private $key;

	/** @var int */
	private $post_id;

	/** @var mixed Sanitized. */
	private $value;

	/** @var mixed maybe_serialize() of it. */
	private $stored;

	/** @var bool Whether WordPress sees the key. */
	private $exists;

	/** @var string|null The bytes as seen. */
	private $bytes = null;

	/** @var bool Whether the value is there already, as core decides it. */
	private $is_same;

	/** @var string[] The row; none while the key waits in Redis for its first sync. */
	private $meta_ids;

	/**
	 * Looks at what is there.
	 *
	 * @param int    $post_id Post.
	 * @param string $key     Key.
	 * @param mixed  $value   Value.
	 * @param mixed  $stored  maybe_serialize() of it.
	 * @param View   $view    The post, as it was just seen.
	 */
	public function __construct( int $post_id, string $key, $value, $stored, View $view ) {
		$this->post_id = $post_id;
		$this->key     = $key;
		$this->value   = $value;
		$this->stored  = $stored;
		$this->exists  = ! empty( $view->entry[ $key ] );
		if ( isset( $view->entry[ $key ][0] ) ) {
			$this->bytes = (string) $view->entry[ $key ][0];
		}
		$this->is_same  = null !== $this->bytes && maybe_unserialize( $this->bytes ) === $value;
		$this->meta_ids = $this->exists ? $view->ids( $key ) : array();
	}

	/**
	 * Writes changes of one post in one step; where the sidecar does not take them, WordPress writes one by one.
	 *
	 * @param string $type    Post type.
	 * @param self[] $changes Changes.
	 * @param int    $ttl     Seconds; 0 for the default.
	 */
	public static function make( string $type, array $changes, int $ttl ): void {
		$ops = array();
		foreach ( $changes as $change ) {
			$change->before();
			$ops[] = $change->op( $type );
		}
		$answer = Sidecar::tell(
			'POST',
			'/v1/write',
			array(
				'ops' => $ops,
				'ttl' => $ttl,
			)
		);
		Births::end( $changes[0]->post_id );
		Post_Writer::forget( $changes[0]->post_id );
		foreach ( $changes as $i => $change ) {
			if ( ! $answer->ok() ) {
				$change->make_natively( $type );
			} elseif ( 'updated' === ( $answer->data['results'][ $i ] ?? '' ) ) {
				$change->after();
			}
		}
	}

	/**
	 * The same without the sidecar. A row is written without the actions that were fired already. A new key is not: should
	 * the sidecar have taken it after all, a second row must not be added, and core looks again.
	 */
	private function make_natively( string $type ): void {
		if ( $this->meta_ids && Core_Meta::update_rows( $this->post_id, $this->key, $this->value, '' ) ) {
			$this->after();
			return;
		}
		Post_Writer::forget( $this->post_id );
		Post_Writer::write_natively( $this->post_id, $type, $this->key, $this->value );
	}

	/**
	 * As the sidecar wants it.
	 *
	 * @return array<string, mixed>
	 */
	private function op( string $type ): array {
		$op = array(
			'post'  => $this->post_id,
			'type'  => $type,
			'key'   => $this->key,
			'value' => Bytes::encode( (string) Meta_Write::text( $this->stored ) ),
		);
		if ( null !== $this->bytes ) {
			$op['row'] = Bytes::encode( $this->bytes );
		}
		return $op;
	}

	/** What core fires before it writes. */
	private function before(): void {
		if ( ! $this->exists ) {
			/** This action is documented in wp-includes/meta.php */
			do_action( 'add_post_meta', $this->post_id, $this->key, $this->value );
		} elseif ( ! $this->is_same ) {
			Actions::before_update( $this->ids(), $this->post_id, $this->key, $this->value, $this->stored );
		}
	}

	/** What core fires after it wrote. */
	private function after(): void {
		if ( ! $this->exists ) {
			/** This action is documented in wp-includes/meta.php */
			do_action( 'added_post_meta', 0, $this->post_id, $this->key, $this->value );
		} elseif ( ! $this->is_same ) {
			Actions::after_update( $this->ids(), $this->post_id, $this->key, $this->value, $this->stored );
		}
	}

	/**
	 * Meta ids for the actions.
	 *
	 * @return array<int|string>
	 */
	private function ids(): array {
		return $this->meta_ids ? $this->meta_ids : array( 0 );
	}
}
