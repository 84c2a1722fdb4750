<?php
/**
 * An update by way of the sidecar.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Core's update_metadata() from its actions on, with one call in the place of the SQL.
 */
final class Offload {

	/**
	 * Updates a field that has a single row, whose value is not the same.
	 *
	 * @param int    $post_id Post.
	 * @param string $key     Key.
	 * @param mixed  $value   Value.
	 */
	public static function update( int $post_id, string $key, $value ): bool {
		$view     = Posts::view( $post_id ); // The caller has just looked at it afresh.
		$meta_ids = null === $view ? array() : $view->ids( $key );
		if ( 1 !== count( $meta_ids ) ) {
			return Core_Meta::update_rows( $post_id, $key, $value, '' );
		}
		$bytes    = maybe_serialize( $value );
		Writer::take( $post_id );
		Actions::before_update( $meta_ids, $post_id, $key, $value, $bytes );
		if ( ! self::write( $post_id, $key, $value, $meta_ids ) ) {
			return false;
		}
		Actions::after_update( $meta_ids, $post_id, $key, $value, $bytes );
		return true;
	}

	/**
	 * The write; whether it changed anything.
	 *
	 * @param int      $post_id  Post.
	 * @param string   $key      Key.
	 * @param mixed    $value    Value.
	 * @param string[] $meta_ids The row, as it was before the actions.
	 */
	private static function write( int $post_id, string $key, $value, array $meta_ids ): bool {
		$view = Posts::view( $post_id );
		if ( null === $view || $view->ids( $key ) !== $meta_ids || Transaction::is_open() || Deletion::is_leaving( $post_id ) ) {
			return Core_Meta::update_rows( $post_id, $key, $value, '' ); // The actions have changed what it is about.
		}
		Births::end( $post_id );
		$answer  = self::call( $post_id, $key, (string) Meta_Write::bytes( $value ) );
		$outcome = $answer->ok() ? ( $answer->data['results'][0] ?? '' ) : '';
		if ( 'updated' !== $outcome && 'unchanged' !== $outcome ) {
			return Core_Meta::update_rows( $post_id, $key, $value, '' );
		}
		Barrier::wrote();
		if ( 'unchanged' === $outcome ) {
			return false;
		}
		Posts::wrote( $post_id, $key, (string) Meta_Write::bytes( $value ) );
		return true;
	}

	/** The call: the new bytes, and the bytes that are there now as far as we know. */
	private static function call( int $post_id, string $key, string $bytes ): Answer {
		$operation = array(
			'post'  => $post_id,
			'type'  => Posts::type( $post_id ),
			'key'   => $key,
			'value' => Bytes::encode( $bytes ),
		);

		$entry = wp_cache_get( $post_id, 'post_meta' );
		if ( isset( $entry[ $key ][0] ) && is_string( $entry[ $key ][0] ) ) {
			$operation['row'] = Bytes::encode( $entry[ $key ][0] );
		}
		return Sidecar::tell( 'POST', '/v1/write', array( 'ops' => array( $operation ) ) );
	}
}
