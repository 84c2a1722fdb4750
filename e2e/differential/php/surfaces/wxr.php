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
	 * What WordPress/wordpress-importer (at be0675bb) does with an item, call by call (process_posts() and import_end() of
	 * src/class-wp-import.php); the post's id. It is no part of WordPress and is not packaged.
	 *
	 * @param int      $there  The post that it finds there already, by title and date; 0: none.
	 * @param string[] $update Keys that a plugin beside it updates, as WooCommerce's importer does.
	 */
	public static function import( string $item, int $there, array $update ): int {
		wp_suspend_cache_invalidation( true );
		try {
			$post = 0 === $there ? self::insert( $item ) : $there;
			foreach ( 0 === $post ? array() : self::parse( $item ) as $row ) {
				self::add( $post, $row[0], $row[1], $update );
			}
		} finally {
			wp_suspend_cache_invalidation( false );
		}
		wp_cache_flush();
		return $post;
	}

	/** The post of an item; 0 if WordPress does not take it. */
	private static function insert( string $item ): int {
		preg_match( '~<wp:post_type><!\[CDATA\[(.*?)\]\]>~', $item, $type );
		$data = wp_slash( array( 'import_id' => 0, 'post_author' => get_current_user_id(), 'post_title' => 'Imported', 'post_status' => 'publish', 'post_type' => $type[1] ) );
		$post = wp_insert_post( $data, true );
		do_action( 'wp_import_insert_post', $post, 0, $data, array() );
		return is_wp_error( $post ) ? 0 : $post;
	}

	/**
	 * One row of metadata.
	 *
	 * @param string[] $update Keys that a plugin updates.
	 */
	private static function add( int $post, string $key, string $bytes, array $update ): void {
		// Attachments are made anew, a lock is of no use, and no author of the file was given to a user here.
		if ( '' === $key || '0' === $key || in_array( $key, array( '_wp_attached_file', '_wp_attachment_metadata', '_edit_lock', '_edit_last' ), true ) ) {
			return;
		}
		$value = is_serialized( $bytes ) ? maybe_unserialize( preg_replace( '/O:\d+:"[^"]+":/', 'O:8:"stdClass":', $bytes ) ) : $bytes;
		if ( in_array( $key, $update, true ) ) {
			update_post_meta( $post, wp_slash( $key ), wp_slash_strings_only( $value ) );
			return;
		}
		add_post_meta( $post, wp_slash( $key ), wp_slash_strings_only( $value ) );
		do_action( 'import_post_meta', $post, $key, $value );
	}

	/**
	 * The metadata of a file's item as the importer has it: of XML, and by expressions where it is none.
	 *
	 * @return array<int, array{string, string}> Key and bytes.
	 */
	private static function parse( string $item ): array {
		$quiet = libxml_use_internal_errors( true );
		$xml   = simplexml_load_string( "<rss xmlns:wp=\"wp\">$item</rss>" );
		libxml_clear_errors();
		libxml_use_internal_errors( $quiet );
		if ( false === $xml ) {
			return self::metadata( implode( "\n", array_map( 'rtrim', explode( "\n", $item ) ) ) );
		}
		$metadata = array();
		foreach ( $xml->item->children( 'wp' )->postmeta as $row ) {
			$metadata[] = array( (string) $row->meta_key, (string) $row->meta_value );
		}
		return $metadata;
	}

	/**
	 * The metadata of an item, byte for byte.
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

	/** As core's wxr_cdata(). */
	private static function cdata( string $text ): string {
		$text = mb_check_encoding( $text, 'UTF-8' ) ? $text : mb_convert_encoding( $text, 'UTF-8', 'ISO-8859-1' );
		return '<![CDATA[' . str_replace( ']]>', ']]]]><![CDATA[>', $text ) . ']]>';
	}

	private static function text( string $cdata ): string {
		return str_replace( ']]]]><![CDATA[>', ']]>', (string) preg_replace( '~^<!\[CDATA\[|\]\]>$~D', '', $cdata ) );
	}
}
