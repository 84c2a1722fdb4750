<?php
/**
 * One write of core's to wp_postmeta, as SQL.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * The statement that $wpdb->insert(), update() or delete() would run, and which fields it overtakes.
 */
final class Meta_Write {

	/** A value larger than this is core's; the sidecar's default limit. */
	private const LARGEST = 4194304;

	/** A value shorter than this fits any text column. */
	private const SHORT = 65536;

	/** @var int Post; 0: all posts. */
	public $post_id;

	/** @var string[] Keys that it names; '' stands for all. */
	public $keys;

	/** @var string The statement without its condition; '' for none. */
	public $change;

	/** @var string The condition of the rows that it is about; '' if it is about none that exist. */
	public $where;

	/** @var bool Whether the fields are overtaken even if no row is found: afterwards there is to be none. */
	public $unconditional;

	/** @var string The condition of rows that nobody had seen when it was decided; '' if there may be as many as like. */
	public $unseen = '';

	/** @var self|null What is written if there are such rows. */
	private $instead;

	/** @var int[] Ids of the rows that it was written to instead of to a new one. */
	public $meta_ids = array();

	/** Use the named constructors. */
	private function __construct( int $post_id, array $keys, string $change, string $where, bool $unconditional ) {
		$this->post_id       = $post_id;
		$this->keys          = $keys;
		$this->change        = $change;
		$this->where         = $where;
		$this->unconditional = $unconditional;
	}

	/** A new row. Its value: null is SQL's NULL. */
	public static function insert( int $post_id, string $key, ?string $bytes ): self {
		global $wpdb;
		$change = $wpdb->prepare( "INSERT INTO $wpdb->postmeta (post_id, meta_key, meta_value) SELECT %d, %s, ", $post_id, $key ) . self::value( $bytes ) . ' FROM DUAL';
		return new self( $post_id, array( $key ), $change, '', true );
	}

	/**
	 * The first row of a key that was seen to have none. One that waited may have come home since: then there are no two.
	 *
	 * @param int         $post_id Post.
	 * @param string      $key     Key.
	 * @param string|null $bytes   Value.
	 * @param bool        $update  Whether the row that is there then gets this value; else it stays as it is.
	 * @param int[]       $own     Meta ids that this request has added since it looked.
	 */
	public static function first( int $post_id, string $key, ?string $bytes, bool $update, array $own ): self {
		global $wpdb;
		$write          = self::insert( $post_id, $key, $bytes );
		$write->unseen  = $wpdb->prepare( 'post_id = %d AND meta_key = %s', $post_id, $key ) . self::none_of( $own );
		$write->instead = new self( $post_id, array( $key ), $update ? "UPDATE $wpdb->postmeta SET meta_value = " . self::value( $bytes ) : '', $update ? $write->unseen : '', false );
		return $write;
	}

	/**
	 * What is to be written now that it is known which rows nobody had seen.
	 *
	 * @param array<int, array<int, string|null>> $unseen Meta id first, of each.
	 */
	public function given( array $unseen ): self {
		$this->meta_ids = array_map( 'intval', array_column( $unseen, 0 ) );
		return $this->meta_ids ? $this->instead : $this;
	}

	/**
	 * A new value for all rows of a key.
	 *
	 * @param int         $post_id Post.
	 * @param string      $key     Key.
	 * @param string|null $bytes   Value.
	 * @param string|null $prev    Only rows of this value; null: all.
	 */
	public static function update( int $post_id, string $key, ?string $bytes, ?string $prev ): self {
		global $wpdb;
		$where = $wpdb->prepare( 'post_id = %d AND meta_key = %s', $post_id, $key );
		if ( null !== $prev ) {
			$where .= $wpdb->prepare( ' AND meta_value = %s', $prev );
		}
		return new self( $post_id, array( $key ), "UPDATE $wpdb->postmeta SET meta_value = " . self::value( $bytes ), $where, false );
	}

	/**
	 * A value for some rows of a key.
	 *
	 * @param int         $post_id  Post.
	 * @param string[]    $meta_ids Meta ids.
	 * @param string      $key      Key that they have.
	 * @param string|null $bytes    Value.
	 */
	public static function rows( int $post_id, array $meta_ids, string $key, ?string $bytes ): self {
		global $wpdb;
		$where = 'meta_id IN (' . implode( ',', array_map( 'intval', $meta_ids ) ) . ')';
		return new self( $post_id, array( $key ), "UPDATE $wpdb->postmeta SET meta_value = " . self::value( $bytes ), $where, false );
	}

	/**
	 * A new key and value for one row.
	 *
	 * @param int         $post_id Post.
	 * @param int         $meta_id Meta id.
	 * @param string      $key     Key.
	 * @param string|null $bytes   Value.
	 * @param string      $old_key Key that it has.
	 */
	public static function update_row( int $post_id, int $meta_id, string $key, ?string $bytes, string $old_key ): self {
		global $wpdb;
		$change = $wpdb->prepare( "UPDATE $wpdb->postmeta SET meta_key = %s, meta_value = ", $key ) . self::value( $bytes );
		return new self( $post_id, array( $old_key, $key ), $change, $wpdb->prepare( 'meta_id = %d', $meta_id ), false );
	}

	/**
	 * Fewer rows.
	 *
	 * @param int      $post_id       Post; 0: of any.
	 * @param string   $key           Key.
	 * @param string[] $meta_ids      Meta ids.
	 * @param bool     $unconditional Whether all rows of the key are meant, whatever their value.
	 */
	public static function delete( int $post_id, string $key, array $meta_ids, bool $unconditional ): self {
		global $wpdb;
		return new self( $post_id, array( $key ), "DELETE FROM $wpdb->postmeta", 'meta_id IN (' . implode( ',', array_map( 'intval', $meta_ids ) ) . ')', $unconditional );
	}

	/**
	 * All rows of a key, also those that come home after it was looked which there are.
	 *
	 * @param int    $post_id Post; 0: of any.
	 * @param string $key     Key.
	 * @param int[]  $own     Meta ids that this request has added since it looked.
	 */
	public static function delete_but( int $post_id, string $key, array $own ): self {
		global $wpdb;
		$where = $wpdb->prepare( 'meta_key = %s', $key ) . ( 0 === $post_id ? '' : $wpdb->prepare( ' AND post_id = %d', $post_id ) ) . self::none_of( $own );
		return new self( $post_id, array( $key ), "DELETE FROM $wpdb->postmeta", $where, true );
	}

	/** No row at all: what waits of the key, or of all keys (''), is overtaken. */
	public static function none( int $post_id, string $key = '' ): self {
		return new self( $post_id, array( $key ), '', '', true );
	}

	/**
	 * The bytes that $wpdb makes of a value; null stays null.
	 *
	 * @param mixed $value Value.
	 */
	public static function bytes( $value ): ?string {
		return self::text( maybe_serialize( $value ) );
	}

	/**
	 * The same of what maybe_serialize() made of it.
	 *
	 * @param mixed $stored maybe_serialize() of the value.
	 */
	public static function text( $stored ): ?string {
		if ( null === $stored || is_string( $stored ) ) {
			return $stored;
		}
		return is_scalar( $stored ) ? (string) $stored : '';
	}

	/**
	 * Whether a field means to the sidecar what it means to core. What does not, core writes itself.
	 *
	 * @param string      $key   Key.
	 * @param string|null $bytes Value.
	 */
	public static function means_the_same( string $key, ?string $bytes ): bool {
		global $wpdb;
		if ( null === $bytes || strlen( $bytes ) > self::LARGEST || 1 !== preg_match( '/^[\x20-\x7E]{1,255}$/D', $key ) ) {
			return false;
		}
		if ( strlen( $bytes ) < self::SHORT && 1 !== preg_match( '/[^\x00-\x7F]/', $bytes ) ) {
			return true;
		}
		// In another charset PHP and the sidecar would not mean the same bytes.
		return in_array( (string) $wpdb->charset, array( 'utf8', 'utf8mb3', 'utf8mb4' ), true ) && ! self::is_refused( $key, $bytes );
	}

	/**
	 * Whether $wpdb would refuse one of these: too long, or not in the column's charset.
	 *
	 * @param string      $key   Key.
	 * @param string|null ...$bytes Values.
	 */
	public static function is_refused( string $key, ?string ...$bytes ): bool {
		global $wpdb;
		if ( $wpdb->strip_invalid_text_for_column( $wpdb->postmeta, 'meta_key', $key ) !== $key ) {
			return true;
		}
		foreach ( $bytes as $value ) {
			if ( null !== $value && $wpdb->strip_invalid_text_for_column( $wpdb->postmeta, 'meta_value', $value ) !== $value ) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Runs it as core would: by itself.
	 *
	 * @return int|bool Rows, or false.
	 */
	public function run() {
		global $wpdb;
		$unseen = '' === $this->unseen ? array() : $wpdb->get_results( "SELECT meta_id FROM $wpdb->postmeta WHERE $this->unseen", ARRAY_N ); // phpcs:ignore WordPress.DB
		$write  = $this->given( (array) $unseen );
		return '' === $write->change ? 0 : $wpdb->query( $write->change . ( '' === $write->where ? '' : ' WHERE ' . $write->where ) ); // phpcs:ignore WordPress.DB
	}

	/** A condition more. */
	private static function none_of( array $meta_ids ): string {
		return $meta_ids ? ' AND meta_id NOT IN (' . implode( ',', array_map( 'intval', $meta_ids ) ) . ')' : '';
	}

	/** A value as SQL. */
	private static function value( ?string $bytes ): string {
		global $wpdb;
		return null === $bytes ? 'NULL' : $wpdb->prepare( '%s', $bytes );
	}
}
