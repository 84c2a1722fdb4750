<?php
/** A post that a step has made beside the one that the sequence is about. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

require_once __DIR__ . '/rows.php';

final class Fresh {

	/**
	 * Works on it as the request that made it may go on, and deletes it; what was seen of it.
	 *
	 * @param int                  $post Post; 0 if none was made.
	 * @param array<string, mixed> $meta Values, not slashed, to be written once more, the other way round.
	 * @return mixed[]
	 */
	public static function ends( int $post, array $meta = array() ): array {
		global $wpdb;
		if ( $post <= 0 ) {
			return array( 'nothing was made' );
		}
		$seen   = array( get_post_meta( $post ) );
		$values = array_reverse( array_values( $meta ) );
		foreach ( array_keys( $meta ) as $i => $key ) {
			$seen[] = array( self::update( $post, (string) $key, $values[ $i ] ), get_post_meta( $post, (string) $key ) );
		}
		$seen[] = Rows::of_the_box( $post );
		foreach ( array_keys( $meta ) as $key ) {
			$seen[] = self::update( $post, (string) $key, 'about to go' );
		}
		$seen[] = is_object( wp_delete_post( $post, true ) );
		$seen[] = $wpdb->get_var( $wpdb->prepare( "SELECT COUNT(*) FROM $wpdb->postmeta WHERE post_id = %d", $post ) );
		$seen[] = get_post_meta( $post );
		return $seen;
	}

	/**
	 * What an update returns, without the id of a new row: MySQL may have refused the one before.
	 *
	 * @param mixed $value Value, not slashed.
	 * @return mixed
	 */
	private static function update( int $post, string $key, $value ) {
		$wrote = update_post_meta( $post, wp_slash( $key ), wp_slash( $value ) );
		return is_int( $wrote ) ? 'a new row' : $wrote;
	}
}
