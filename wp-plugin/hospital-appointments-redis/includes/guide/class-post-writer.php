<?php
/**
 * The guide's writes to what is a post.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

use Hospital\Appointments_Redis\Barrier;
use Hospital\Appointments_Redis\Breaker;
use Hospital\Appointments_Redis\Deletion;
use Hospital\Appointments_Redis\Dirty_Fields;
use Hospital\Appointments_Redis\Meta_Write;
use Hospital\Appointments_Redis\Posts;
use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Transaction;
use Hospital\Appointments_Redis\View;
use Hospital\Appointments_Redis\Writer;

defined( 'ABSPATH' ) || exit;

/**
 * All fields in one step through the sidecar, new keys too, with the actions that updates through WordPress fire.
 *
 * What the sidecar does not take, or cannot just now, goes through update_metadata(), which knows all exceptions.
 */
final class Post_Writer {

	/** Whether the sidecar is to be left out: the caller has a transaction open, or the blog is not served. */
	public static function is_wordpress_alone(): bool {
		return Transaction::is_open() || ! Settings::serves();
	}

	/**
	 * Writes fields; throws Failure when one could not be written.
	 *
	 * @param int                      $post_id Post.
	 * @param array<int|string, mixed> $fields  Values by meta key, as the caller gave them.
	 * @param int                      $ttl     Seconds; 0 for the default.
	 */
	public static function write( int $post_id, array $fields, int $ttl ): void {
		$type    = Posts::type( $post_id );
		$view    = '' === $type || self::is_wordpress_alone() ? null : Posts::fresh_view( $post_id );
		$view    = self::is_kept_from_redis( $post_id ) ? null : $view; // Asked after the look, which may be what finds out.
		$changes = array();
		$others  = array();
		foreach ( $fields as $key => $value ) {
			$sanitized = sanitize_meta( (string) $key, $value, 'post', $type );
			$stored    = maybe_serialize( $sanitized );
			if ( null !== $view && self::may_offload( $view, (string) $key, $stored ) ) {
				$changes[] = new Change( $post_id, (string) $key, $sanitized, $stored, $view );
			} else {
				$others[ $key ] = $value;
			}
		}
		if ( $changes ) {
			Change::make( $type, $changes, $ttl );
		}
		foreach ( $others as $key => $value ) {
			self::write_natively( $post_id, $type, (string) $key, $value );
		}
	}

	/**
	 * What WordPress sees: the bytes of the keys with one row.
	 *
	 * @return array<string, string>
	 */
	public static function rows( int $post_id ): array {
		Posts::fresh_view( $post_id );
		$rows = array();
		foreach ( (array) get_post_meta( $post_id ) as $key => $values ) {
			if ( is_array( $values ) && 1 === count( $values ) && is_string( $values[0] ?? null ) ) {
				$rows[ (string) $key ] = $values[0];
			}
		}
		return $rows;
	}

	/**
	 * Lets the sidecar delete, and tells WordPress which keys went. Which these are only the sidecar knows, so there is no
	 * action before.
	 *
	 * @param int      $post_id Post.
	 * @param callable $delete  Returns how many were deleted.
	 */
	public static function delete( int $post_id, callable $delete ): int {
		$view = Posts::fresh_view( $post_id );
		if ( null === $view || self::is_wordpress_alone() ) {
			throw new Failure( 'only a sidecar knows what came through Redis' );
		}
		$before  = self::rows( $post_id );
		$deleted = $delete();
		self::forget( $post_id );
		if ( $deleted > 0 ) {
			foreach ( array_keys( array_diff_key( $before, self::rows( $post_id ) ) ) as $key ) {
				$ids = $view->ids( (string) $key );
				do_action( 'deleted_post_meta', $ids, $post_id, (string) $key, '' ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- core's.
				do_action( 'deleted_postmeta', $ids ); // phpcs:ignore WordPress.NamingConventions.PrefixAllGlobals -- core's.
			}
		}
		return $deleted;
	}

	/**
	 * Writes what nothing waits for and is not there yet, and brings home what waits.
	 *
	 * @param int                      $post_id  Post.
	 * @param array<int|string, mixed> $metadata Values by meta key.
	 * @return bool Whether MySQL has it all.
	 */
	public static function bring_home( int $post_id, array $metadata ): bool {
		$type  = Posts::type( $post_id );
		$dirty = '' === $type ? array() : ( Dirty_Fields::of( array( $type => array( $post_id ) ) )->fields[ $post_id ] ?? array() );
		self::forget( $post_id );
		$rows  = self::rows( $post_id );
		$fresh = array();
		foreach ( array_diff_key( $metadata, $dirty ) as $key => $value ) {
			if ( ( $rows[ (string) $key ] ?? null ) !== Direct::bytes( sanitize_meta( (string) $key, $value, 'post', $type ) ) ) {
				$fresh[ $key ] = $value;
			}
		}
		self::write( $post_id, $fresh, 0 );
		if ( '' === $type || Barrier::before_write( $post_id, array() ) ) {
			return true;
		}
		// In native mode WordPress has written to MySQL; what waited before that does still.
		return ! $dirty && ! Site::is_offload();
	}

	/** The next look at the post is a fresh one. */
	public static function forget( int $post_id ): void {
		wp_cache_delete( $post_id, 'post_meta' );
		Posts::forget( $post_id );
		Barrier::wrote();
	}

	/** Whether nothing of this post goes to Redis now: it is being deleted, core is about to write it, or the site is native and known to be. */
	private static function is_kept_from_redis( int $post_id ): bool {
		return Deletion::is_leaving( $post_id ) || Writer::is_core_writing( $post_id ) || ( Breaker::is_open() && ! Site::is_offload() );
	}

	/**
	 * Whether the sidecar may have this: what it cannot do as WordPress would, WordPress does.
	 *
	 * @param View   $view   The post.
	 * @param string $key    Key.
	 * @param mixed  $stored maybe_serialize() of the value, sanitized.
	 */
	private static function may_offload( View $view, string $key, $stored ): bool {
		return ! Settings::is_excluded( $key ) && count( $view->ids( $key ) ) <= 1 && ! $view->collides( $key )
			&& Meta_Write::means_the_same( $key, Meta_Write::text( $stored ) );
	}

	/**
	 * One field by WordPress; throws Failure when it refuses.
	 *
	 * @param int    $post_id Post.
	 * @param string $type    Post type.
	 * @param string $key     Key.
	 * @param mixed  $value   Value.
	 */
	public static function write_natively( int $post_id, string $type, string $key, $value ): void {
		if ( false !== update_metadata( 'post', $post_id, wp_slash( $key ), wp_slash( $value ) ) ) {
			return;
		}
		// False stands for "unchanged" as well.
		$stored = get_metadata_raw( 'post', $post_id, $key, true );
		if ( null === $stored || Direct::bytes( $stored ) !== Direct::bytes( sanitize_meta( $key, $value, 'post', $type ) ) ) {
			throw new Failure( 'WordPress did not write a field' );
		}
	}
}
