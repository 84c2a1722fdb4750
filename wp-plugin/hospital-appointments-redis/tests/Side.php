<?php
/**
 * One of two equal posts.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * What is done to it, what it answers and what fires, in words that are the same for both: the post is "post", a meta id is
 * its place in the order in which the rows were born. The differential tester uses it too.
 */
final class Side {

	/** A post type that is not offloaded. */
	public const NATIVE = 'clinic_native';

	/** @var int */
	public $post;

	/** @var bool Whether this is the offloaded one. */
	public $ours;

	/** @var string Its post type. */
	public $type;

	/** @var array<int, string> Names of meta ids. */
	private $names = array();

	/** @var int How many of those were rows of the post, when they were seen. */
	private $rows = 0;

	/** @var Heard */
	private $heard;

	public function __construct( int $post ) {
		$this->post  = $post;
		$this->type  = (string) get_post_type( $post );
		$this->ours  = self::NATIVE !== $this->type;
		$this->heard = new Heard( $this );
		$this->see();
	}

	/** A key that only this side uses, for what reaches beyond one post. */
	public function own( string $key ): string {
		return $key . '-of-' . $this->post;
	}

	/**
	 * Its rows as MySQL has them.
	 *
	 * @return array<int, array{string|null, string|null}> Key and bytes by meta id, oldest first.
	 */
	public function rows(): array {
		global $wpdb;
		$rows = array();
		foreach ( (array) $wpdb->get_results( "SELECT meta_id, meta_key, meta_value FROM $wpdb->postmeta WHERE post_id = $this->post ORDER BY meta_id", ARRAY_N ) as $row ) { // phpcs:ignore WordPress.DB
			$rows[ (int) $row[0] ] = array( $row[1], $row[2] );
		}
		return $rows;
	}

	/**
	 * The ids of its rows.
	 *
	 * @return int[]
	 */
	public function mids(): array {
		global $wpdb;
		return array_map( 'intval', $wpdb->get_col( "SELECT meta_id FROM $wpdb->postmeta WHERE post_id = $this->post ORDER BY meta_id" ) ); // phpcs:ignore WordPress.DB
	}

	/** The id of a row by its place; 0 if there is none. */
	public function mid( int $place ): int {
		return $this->mids()[ $place ] ?? 0;
	}

	/**
	 * Does a step, and tells what came of it.
	 *
	 * @param callable $step Takes this side.
	 * @return array{result: mixed, actions: mixed[]}
	 */
	public function does( callable $step ): array {
		$this->see();
		$this->heard->begin();
		try {
			$result = $step( $this );
		} finally {
			$this->heard->end();
		}
		$this->see();
		return array(
			'result'  => is_int( $result ) ? $this->name( $result ) : $this->plain( $result ),
			'actions' => $this->heard->lines(),
		);
	}

	/**
	 * Everything that core's readers answer.
	 *
	 * @param string[] $keys Keys.
	 * @return array<string, mixed>
	 */
	public function reads( array $keys ): array {
		$post  = get_post( $this->post );
		$reads = array(
			'get_post_meta'           => get_post_meta( $this->post ),
			'get_post_custom'         => get_post_custom( $this->post ),
			'get_post_custom_keys'    => get_post_custom_keys( $this->post ),
			'get_registered_metadata' => get_registered_metadata( 'post', $this->post ),
		);
		foreach ( $keys as $key ) {
			$reads[ "single $key" ]   = get_post_meta( $this->post, $key, true );
			$reads[ "list $key" ]     = get_post_meta( $this->post, $key );
			$reads[ "raw $key" ]      = get_metadata_raw( 'post', $this->post, $key, true );
			$reads[ "raw list $key" ] = get_metadata_raw( 'post', $this->post, $key );
			$reads[ "exists $key" ]   = metadata_exists( 'post', $this->post, $key );
			$reads[ "custom $key" ]   = get_post_custom_values( $key, $this->post );
			if ( $post instanceof \WP_Post && '' !== $key ) {
				$reads[ "property $key" ] = array( isset( $post->$key ), $post->$key );
			}
		}
		return $this->plain( $reads );
	}

	/**
	 * What core answers about the row of an id.
	 *
	 * @return mixed
	 */
	public function reads_row( int $mid ) {
		$row = get_metadata_by_mid( 'post', $mid );
		if ( is_object( $row ) ) {
			$row->meta_id = gettype( $row->meta_id ) . ' ' . $this->name( (int) $row->meta_id );
			$row->post_id = gettype( $row->post_id ) . ( (int) $row->post_id === $this->post ? ' post' : ' another' );
		}
		return $this->plain( $row );
	}

	/**
	 * The rows without their ids.
	 *
	 * @return string[]
	 */
	public function table(): array {
		$this->see();
		$table = array();
		foreach ( $this->rows() as $id => $row ) {
			$value   = null === $row[1] ? 'NULL' : ( strlen( $row[1] ) > 200 ? strlen( $row[1] ) . ' bytes ' . md5( $row[1] ) : json_encode( $row[1] ) . ' ' . bin2hex( $row[1] ) );
			$table[] = $this->name( $id ) . ' ' . json_encode( $this->shared( (string) $row[0] ) ) . ' ' . bin2hex( $this->shared( (string) $row[0] ) ) . " = $value";
		}
		return $table;
	}

	/**
	 * A value that can be compared with its types.
	 *
	 * @param mixed $value Value.
	 * @return mixed
	 */
	public function plain( $value ) {
		if ( is_object( $value ) ) {
			return array( '(' . get_class( $value ) . ')' => $this->plain( (array) $value ) );
		}
		if ( is_array( $value ) ) {
			$plain = array();
			foreach ( $value as $key => $each ) {
				$plain[ is_string( $key ) ? $this->shared( $key ) : $key ] = $this->plain( $each );
			}
			return $plain;
		}
		return is_string( $value ) ? $this->shared( $value ) : $value;
	}

	/** The name of a meta id. */
	public function name( int $id ): string {
		isset( $this->names[ $id ] ) || $this->see();
		return $this->names[ $id ] ?? ( 0 === $id ? 'no row' : ( $this->names[ $id ] = 'passing ' . ( count( $this->names ) - $this->rows ) ) );
	}

	/** What names one side alone, without that. */
	public function shared( string $text ): string {
		return strlen( $text ) < 1000 ? (string) preg_replace( '/-of-\d+/', '', str_replace( $this->type, 'its_type', $text ) ) : $text;
	}

	/** Names the rows that are new. */
	private function see(): void {
		foreach ( $this->mids() as $id ) {
			$this->names[ $id ] = $this->names[ $id ] ?? 'row ' . $this->rows++;
		}
	}
}
