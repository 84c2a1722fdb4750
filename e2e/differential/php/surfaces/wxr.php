<?php
/** WordPress' export format: what is in it, and what the importer does with it. */

declare(strict_types=1);

namespace Hospital\Differential\Surfaces;

final class Wxr {

	/**
	 * The metadata of a post in the export of its type, in another process.
	 *
	 * @return array<int, array{string, string}> Key and bytes.
	 */
	public static function exported( int $post, string $type ): array {
		$process = proc_open( array( PHP_BINARY, __DIR__ . '/export.php', $type ), array( array( 'file', '/dev/null', 'r' ), array( 'pipe', 'w' ), STDERR ), $pipes );
		if ( ! is_resource( $process ) ) {
			throw new \RuntimeException( 'no export' );
		}
		$wxr  = (string) stream_get_contents( $pipes[1] );
		$code = proc_close( $process );
		if ( 0 !== $code || false === strpos( $wxr, '</rss>' ) ) {
			throw new \RuntimeException( "the export ended with $code: $wxr" );
		}
		foreach ( array_slice( explode( '<item>', $wxr ), 1 ) as $item ) {
			if ( false !== strpos( $item, "<wp:post_id>$post</wp:post_id>" ) ) {
				return self::metadata( $item );
			}
		}
		return array( array( 'not exported', '' ) );
	}

	/**
	 * An item as core writes it.
	 *
	 * @param array<int, array{string, string}> $metadata Key and bytes.
	 */
	public static function item( string $type, array $metadata ): string {
		$item = '<item><title><![CDATA[Imported]]></title><wp:post_type><![CDATA[' . $type . ']]></wp:post_type><wp:status><![CDATA[publish]]></wp:status>';
		foreach ( $metadata as $row ) {
			$item .= "\n<wp:postmeta>\n<wp:meta_key>" . self::cdata( $row[0] ) . "</wp:meta_key>\n<wp:meta_value>" . self::cdata( $row[1] ) . "</wp:meta_value>\n</wp:postmeta>";
		}
		return "$item</item>";
	}

	/**
	 * What the importer does with an item, call by call; the post's id. It is no part of WordPress and is not packaged.
	 *
	 * @param string[] $update Keys that it finds there already, by a plugin's doing, and updates as WooCommerce's importer does.
	 */
	public static function import( string $item, array $update ): int {
		preg_match( '~<wp:post_type><!\[CDATA\[(.*?)\]\]>~', $item, $type );
		wp_suspend_cache_invalidation( true );
		try {
			$post = wp_insert_post( wp_slash( array( 'post_type' => $type[1], 'post_status' => 'publish', 'post_title' => 'Imported', 'import_id' => 0 ) ), true );
			if ( is_wp_error( $post ) ) {
				return 0;
			}
			do_action( 'wp_import_insert_post', $post, 0, array(), array() );
			foreach ( self::metadata( $item ) as $row ) {
				list( $key, $bytes ) = $row;
				$value               = maybe_unserialize( $bytes );
				if ( in_array( $key, $update, true ) ) {
					update_post_meta( $post, wp_slash( $key ), wp_slash( $value ) );
				} elseif ( '' !== $key ) {
					add_post_meta( $post, wp_slash( $key ), wp_slash( $value ) );
					do_action( 'import_post_meta', $post, $key, $value );
				}
			}
		} finally {
			wp_suspend_cache_invalidation( false );
		}
		return $post;
	}

	/**
	 * The metadata of an item. By expressions, as the importer's last resort does it: what is stored need be no XML.
	 *
	 * @return array<int, array{string, string}> Key and bytes.
	 */
	private static function metadata( string $item ): array {
		$metadata = array();
		preg_match_all( '~<wp:meta_key>(.*?)</wp:meta_key>\s*<wp:meta_value>(.*?)</wp:meta_value>~s', $item, $rows, PREG_SET_ORDER );
		foreach ( $rows as $row ) {
			$metadata[] = array( self::text( $row[1] ), self::text( $row[2] ) );
		}
		return $metadata;
	}

	private static function cdata( string $text ): string {
		return '<![CDATA[' . str_replace( ']]>', ']]]]><![CDATA[>', $text ) . ']]>';
	}

	private static function text( string $cdata ): string {
		return str_replace( ']]]]><![CDATA[>', ']]>', (string) preg_replace( '~^<!\[CDATA\[|\]\]>$~D', '', $cdata ) );
	}
}
