<?php
/**
 * The guide's calls, served by the sidecar, or by WordPress where no sidecar answers.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

use Hospital\Appointments_Redis\Answer;
use Hospital\Appointments_Redis\Bytes;
use Hospital\Appointments_Redis\Sidecar;

defined( 'ABSPATH' ) || exit;

/**
 * What can be done for a post without a sidecar is done by WordPress; for a slug that is no post, nothing can.
 *
 * Each call throws Failure when it could not do what it was asked to.
 */
final class Direct {

	/** The sidecar's own note of when it wrote; no meta key. */
	private const LAST_UPDATED = 'last_updated_redis';

	/** Asks whether a sidecar answers. */
	public static function ping(): void {
		if ( ! Sidecar::ask( 'GET', '/readyz' )->ok() ) {
			throw new Failure( 'no sidecar answers' );
		}
	}

	/**
	 * Writes the fields named in one step and leaves the others.
	 *
	 * @param array<int|string, mixed> $fields Values by meta key.
	 */
	public static function set( Target $target, array $fields, int $ttl ): void {
		unset( $fields[ self::LAST_UPDATED ] );
		$fields = array_map( array( self::class, 'plain' ), $fields );
		$post   = $target->post_id();
		if ( $post > 0 ) {
			Post_Writer::write( $post, $fields, $ttl );
			return;
		}
		if ( $target->is_numeric() ) {
			throw new Failure( 'there is no such post' );
		}
		if ( ! $fields ) {
			return;
		}
		$values = array();
		foreach ( $fields as $key => $value ) {
			$values[ $key ] = Bytes::encode( self::bytes( sanitize_meta( (string) $key, $value, 'post', $target->type() ) ) );
		}
		// An object even if the keys are 0, 1, 2.
		$body = array(
			'fields' => (object) $values,
			'ttl'    => $ttl,
			'raw'    => true,
		);
		self::demand( Sidecar::tell( 'PUT', $target->path(), $body ) );
	}

	/**
	 * The stored bytes of every field: what MySQL has, and over it what waits for it.
	 *
	 * @return array<string, string> By meta key; empty when there is nothing.
	 */
	public static function fields( Target $target ): array {
		$post = $target->post_id();
		if ( 0 === $post && $target->is_numeric() ) {
			return array();
		}
		$answer = $post > 0 && Post_Writer::is_wordpress_alone() ? null : Sidecar::ask( 'GET', $target->path() );
		if ( null !== $answer && $answer->ok() && ( 0 === $post || true === ( $answer->data['complete'] ?? false ) ) ) {
			$fields  = array_map( array( Bytes::class, 'decode' ), (array) ( $answer->data['fields'] ?? array() ) );
			$updated = (int) ( $answer->data[ self::LAST_UPDATED ] ?? 0 );
			if ( $updated > 0 ) {
				$fields[ self::LAST_UPDATED ] = (string) $updated;
			}
			return array_filter( $fields, 'is_string' );
		}
		if ( $post > 0 ) {
			return Post_Writer::rows( $post );
		}
		if ( null !== $answer && 404 !== $answer->status ) {
			self::demand( $answer );
		}
		return array();
	}

	/**
	 * The same as values.
	 *
	 * @return array<string, mixed>|null Null when there is nothing.
	 */
	public static function metadata( Target $target ): ?array {
		$fields = self::fields( $target );
		if ( ! array_diff_key( $fields, array( self::LAST_UPDATED => '' ) ) ) {
			return null;
		}
		$values = array_map( 'maybe_unserialize', $fields );
		if ( isset( $values[ self::LAST_UPDATED ] ) ) {
			$values[ self::LAST_UPDATED ] = (int) $values[ self::LAST_UPDATED ];
		}
		return $values;
	}

	/** Deletes what came through Redis; 1, or 0 when nothing did. */
	public static function delete( Target $target ): int {
		$post = $target->post_id();
		if ( 0 === $post && $target->is_numeric() ) {
			return 0;
		}
		$delete = static function () use ( $target ): int {
			$answer = self::demand( Sidecar::tell( 'DELETE', $target->path( '', true ), array() ) );
			return (int) ( $answer->data['deleted'] ?? 0 );
		};
		return $post > 0 ? Post_Writer::delete( $post, $delete ) : $delete();
	}

	/** Sets the status with the time of the change; 1, or 0 when there is no such appointment. */
	public static function set_status( Target $target, string $status ): int {
		if ( $target->post_id() > 0 ) {
			self::set( $target, array( 'status' => $status ), 0 );
			return 1;
		}
		if ( $target->is_numeric() ) {
			return 0;
		}
		$body   = array(
			'status' => Bytes::encode( self::bytes( sanitize_meta( 'status', $status, 'post', $target->type() ) ) ),
			'raw'    => true,
		);
		$answer = self::demand( Sidecar::tell( 'POST', $target->path( '/status' ), $body ) );
		return (int) ( $answer->data['updated'] ?? 0 );
	}

	/** Asks for a sync of it; false where nothing can wait, or nobody answers. */
	public static function mark( Target $target ): bool {
		if ( 0 === $target->post_id() && $target->is_numeric() ) {
			return false;
		}
		return Sidecar::tell( 'POST', $target->path( '/dirty' ), array() )->ok();
	}

	/**
	 * The posts that wait for a sync; none when nobody answers.
	 *
	 * @return string[]
	 */
	public static function members(): array {
		$answer = Sidecar::ask( 'GET', '/v1/dirty' );
		return $answer->ok() ? array_map( 'strval', (array) ( $answer->data['members'] ?? array() ) ) : array();
	}

	/**
	 * Sees to it that MySQL has this metadata; see update_appointment_in_primary_db().
	 *
	 * @param array<int|string, mixed> $metadata Values by meta key.
	 */
	public static function bring_home( Target $target, array $metadata ): bool {
		unset( $metadata[ self::LAST_UPDATED ] );
		$post = $target->post_id();
		if ( 0 === $post ) {
			return false;
		}
		return Post_Writer::bring_home( $post, array_map( array( self::class, 'plain' ), $metadata ) );
	}

	/**
	 * The bytes that wp_postmeta holds for a value.
	 *
	 * @param mixed $value Value.
	 */
	public static function bytes( $value ): string {
		return (string) maybe_serialize( $value );
	}

	/** The answer, if the sidecar did it. */
	private static function demand( Answer $answer ): Answer {
		if ( ! $answer->ok() ) {
			throw new Failure( 'the sidecar did not do it (' . $answer->code . ')' );
		}
		return $answer;
	}

	/**
	 * The guide stores JSON, which knows lists and no objects: an object becomes a list here, as it would there.
	 *
	 * @param mixed $value Value.
	 * @return mixed
	 */
	private static function plain( $value ) {
		if ( ! is_array( $value ) && ! is_object( $value ) ) {
			return $value;
		}
		return json_decode( self::json( $value ), true );
	}

	/**
	 * A value as JSON.
	 *
	 * @param mixed $value Value.
	 */
	public static function json( $value ): string {
		$json = json_encode( $value ); // phpcs:ignore WordPress.WP.AlternativeFunctions -- wp_json_encode() replaces what is no UTF-8 by "?".
		if ( false === $json ) {
			throw new Failure( 'a value cannot be written as JSON' );
		}
		return $json;
	}
}
