<?php
/** Writes that come past WordPress: by the sidecar's API, and by SQL. */

declare(strict_types=1);

namespace Hospital\Differential;

use Hospital\Appointments_Redis\Answer;
use Hospital\Appointments_Redis\Meta_Write;
use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Tests\Side;
use Hospital\Appointments_Redis\Transaction;

final class Elsewhere {

	/** @var bool Whether the last write was SQL, in the place of the API's or for its own sake. */
	public static $was_sql = false;

	/** @var array<int, true> Posts that are being deleted, or are gone. */
	private static $leaving = array();

	/**
	 * Hooked to before_delete_post.
	 *
	 * @param int $post Post.
	 */
	public static function leaves( $post ): void {
		self::$leaving[ $post ] = true;
	}

	/**
	 * A kiosk writes; to the native side, and where no sidecar may acknowledge, by the SQL that it stands for.
	 *
	 * What goes to rows whose key is spelt otherwise, which no reader lays it over, is brought home. A new row is, or is to
	 * wait for a step that needs it.
	 *
	 * @param mixed  $value Value.
	 * @param string $call  By which of the API's calls: set, field, or status, which is for the key "status" alone.
	 * @param bool   $waits Whether a new row may wait.
	 */
	public static function api( Side $side, string $key, $value, string $call = 'set', bool $waits = false ): string {
		self::$was_sql = false;

		$key = 'status' === $call ? 'status' : $key;
		if ( Home::born( $side ) !== $key ) {
			Home::bring_born( $side );
		}
		$bytes = self::bytes( $side, $key, $value );
		if ( null === $bytes || ! $side->ours ) {
			return self::sql( $side, $key, $value );
		}
		$named = array_column( array_intersect_key( $side->rows(), array_flip( self::rows( $side, $key ) ) ), 0 );
		do {
			if ( ! Site::is_offload() ) {
				return self::sql( $side, $key, $value );
			}
			$answer = self::call( "/v1/appointments/$side->post", $key, $value, $call );
		} while ( 'native' === $answer->code ); // On a busy machine a lease may lapse.
		if ( Home::$away && 'unreachable' === $answer->code ) {
			return self::sql( $side, $key, $value );
		}
		if ( $answer->ok() && ! $named && $waits ) {
			Home::waits( $side, $key );
		} elseif ( $answer->ok() && array( $key ) !== array_values( array_unique( $named ) ) ) {
			Home::bring( $side );
		}
		return $answer->ok() ? 'done' : "refused: $answer->code $answer->message";
	}

	/**
	 * The same in the middle of something that WordPress does to other rows, to a key that has one row, spelt as it is. Which
	 * of two writes to the same rows is the later one, as MySQL compares keys, nobody could say.
	 *
	 * Not with a persistent cache, which WordPress learns of later. Not in a transaction: a kiosk is in none. Not to a post
	 * that is being deleted: what comes so late nobody is shown before it is gone.
	 *
	 * @param array<int, array{int[], string}> $writing What WordPress is writing, one within the other: the rows that it names, and the key that they have or get.
	 * @param string                           $key     What the kiosk writes.
	 * @param mixed                            $value   Value.
	 */
	public static function meanwhile( Side $side, array $writing, string $key, $value ): bool {
		isset( self::$leaving[ $side->post ] ) || Home::bring_born( $side );
		$rows  = self::rows( $side, $key );
		$apart = wp_using_ext_object_cache() || Transaction::is_open() || isset( self::$leaving[ $side->post ] ) || ! is_main_site();
		foreach ( $writing as list( $named, $written ) ) {
			$apart = $apart || array_intersect( $rows, $named ) || array_intersect( $rows, self::rows( $side, $written ) );
		}
		$spelt = array_column( array_intersect_key( $side->rows(), array_flip( $rows ) ), 0 );
		return ! $apart && array( $key ) === $spelt && 'done' === self::api( $side, $key, $value );
	}

	/** One call of the API. */
	private static function call( string $path, string $key, string $value, string $call ): Answer {
		switch ( $call ) {
			case 'field':
				return Sidecar::wait_for( 'PATCH', "$path/fields/" . rawurlencode( $key ), array( 'value' => $value ) );
			case 'status':
				return Sidecar::wait_for( 'POST', "$path/status", array( 'status' => $value ) );
			default:
				return Sidecar::wait_for( 'PUT', $path, array( 'fields' => array( $key => $value ) ) );
		}
	}

	/** SQL: rows of just this key go. */
	public static function sql_delete( Side $side, string $key ): string {
		global $wpdb;
		foreach ( array_keys( array_filter( $side->rows(), static fn( $row ) => $row[0] === $key ) ) as $mid ) {
			$wpdb->delete( $wpdb->postmeta, array( 'meta_id' => $mid ) );
		}
		return 'done';
	}

	/**
	 * SQL: all rows that MySQL takes for this key's, or a new one.
	 *
	 * @param mixed $value Value.
	 */
	public static function sql( Side $side, string $key, $value ): string {
		global $wpdb;
		$bytes = self::bytes( $side, $key, $value );
		if ( null === $bytes ) {
			return 'not for others';
		}
		$rows = self::rows( $side, $key );

		self::$was_sql = true;
		foreach ( $rows as $mid ) {
			$wpdb->update( $wpdb->postmeta, array( 'meta_value' => $bytes ), array( 'meta_id' => $mid ) );
		}
		if ( ! $rows ) {
			$wpdb->insert( $wpdb->postmeta, array( 'post_id' => $side->post, 'meta_key' => $key, 'meta_value' => $bytes ) );
		}
		return 'done';
	}

	/**
	 * The rows that MySQL takes for a key's, however they spell it.
	 *
	 * @return string[] Meta ids.
	 */
	private static function rows( Side $side, string $key ): array {
		global $wpdb;
		return $wpdb->get_col( $wpdb->prepare( "SELECT meta_id FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = %s", $side->post, $key ) );
	}

	/**
	 * The bytes of a text, if the sidecar's API would take the field, and the post is there still.
	 *
	 * @param mixed $value Value.
	 */
	private static function bytes( Side $side, string $key, $value ): ?string {
		$bytes = Meta_Write::bytes( $value );
		$fit   = null !== $bytes && Meta_Write::means_the_same( $key, $bytes ) && ! Meta_Write::is_refused( $key, $bytes );
		return $fit && is_string( $value ) && ! Settings::is_excluded( $key ) && null !== get_post( $side->post ) ? $bytes : null;
	}
}
