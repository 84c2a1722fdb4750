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
	 * @param View   $view    The post, as the caller has just seen it.
	 * @param int    $post_id Post.
	 * @param mixed  $key     Key.
	 * @param mixed  $value   Value.
	 * @param mixed  $stored  maybe_serialize() of it.
	 */
	public static function update( View $view, int $post_id, $key, $value, $stored ): bool {
		$meta_ids = $view->ids( (string) $key );
		Writer::take( $post_id );
		Actions::before_update( $meta_ids, $post_id, $key, $value, $stored );
		if ( ! self::write( $post_id, (string) $key, $value, (string) Meta_Write::text( $stored ), $meta_ids ) ) {
			return false;
		}
		Actions::after_update( $meta_ids, $post_id, $key, $value, $stored );
		return true;
	}

	/**
	 * The write; whether it changed anything.
	 *
	 * @param int      $post_id  Post.
	 * @param string   $key      Key.
	 * @param mixed    $value    Value.
	 * @param string   $bytes    Its bytes.
	 * @param string[] $meta_ids The row, as it was before the actions.
	 */
	private static function write( int $post_id, string $key, $value, string $bytes, array $meta_ids ): bool {
		$view = Posts::view( $post_id );
		if ( null === $view || $view->ids( $key ) !== $meta_ids || Transaction::is_open() || Deletion::is_leaving( $post_id ) ) {
			return Core_Meta::update_rows( $post_id, $key, $value, '' ); // The actions have changed what it is about.
		}
		Births::end( $post_id );
		$answer  = self::call( $post_id, $key, $bytes, $view->entry[ $key ][0] ?? null );
		$outcome = $answer->ok() ? ( $answer->data['results'][0] ?? '' ) : '';
		if ( 'updated' !== $outcome && 'unchanged' !== $outcome ) {
			return Core_Meta::update_rows( $post_id, $key, $value, '' );
		}
		Barrier::wrote();
		Rows::from_master();
		if ( 'unchanged' === $outcome ) {
			return false;
		}
		Posts::wrote( $view, $post_id, $key, $bytes );
		return true;
	}

	/** The call: the new bytes, and the bytes that are there now as far as we know. */
	private static function call( int $post_id, string $key, string $bytes, ?string $now ): Answer {
		$operation = array(
			'post'  => $post_id,
			'type'  => Posts::type( $post_id ),
			'key'   => $key,
			'value' => Bytes::encode( $bytes ),
		);
		if ( null !== $now ) {
			$operation['row'] = Bytes::encode( $now );
		}
		return Sidecar::tell( 'POST', '/v1/write', array( 'ops' => array( $operation ) ) );
	}
}
