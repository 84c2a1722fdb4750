<?php
/**
 * One of two equal posts.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * What is done to it, what it answers and which actions fire, in words that are the same for both: the post is "post", a
 * meta id is its place in the order in which the rows were born.
 */
final class Side {

	/** A post type that is not offloaded. */
	public const NATIVE = 'clinic_native';

	private const ACTIONS = array(
		'add_post_meta',
		'added_post_meta',
		'update_post_meta',
		'update_postmeta',
		'updated_post_meta',
		'updated_postmeta',
		'delete_post_meta',
		'delete_postmeta',
		'deleted_post_meta',
		'deleted_postmeta',
	);

	/** @var int */
	public $post;

	/** @var array<int, string> Names of meta ids. */
	private $names = array();

	/** @var array<int, mixed[]> Actions as fired. */
	private $fired = array();

	public function __construct( int $post ) {
		$this->post = $post;
		$this->see();
	}

	/** A key that only this side uses, for what reaches beyond one post. */
	public function own( string $key ): string {
		return $key . '-of-' . $this->post;
	}

	/**
	 * Its rows as MySQL has them.
	 *
	 * @return array<int, array{string, string|null}> Key and bytes by meta id, oldest first.
	 */
	public function rows(): array {
		global $wpdb;
		$rows = array();
		foreach ( (array) $wpdb->get_results( "SELECT meta_id, meta_key, meta_value FROM $wpdb->postmeta WHERE post_id = $this->post ORDER BY meta_id", ARRAY_N ) as $row ) { // phpcs:ignore WordPress.DB
			$rows[ (int) $row[0] ] = array( $row[1], $row[2] );
		}
		return $rows;
	}

	/** The id of a row by its place; 0 if there is none. */
	public function mid( int $place ): int {
		return array_keys( $this->rows() )[ $place ] ?? 0;
	}

	/**
	 * Does a step, and tells what came of it.
	 *
	 * @param callable $step Takes this side.
	 * @return array{result: mixed, actions: mixed[]}
	 */
	public function does( callable $step ): array {
		$this->see();
		$this->fired = array();
		foreach ( self::ACTIONS as $action ) {
			add_action( $action, array( $this, 'hear' ), -1000, 9 );
		}
		try {
			$result = $step( $this );
		} finally {
			foreach ( self::ACTIONS as $action ) {
				remove_action( $action, array( $this, 'hear' ), -1000 );
			}
		}
		$this->see();
		return array(
			'result'  => is_int( $result ) ? $this->name( $result ) : $this->plain( $result ),
			'actions' => array_map( array( $this, 'line' ), $this->fired ),
		);
	}

	/** An action fired. When a post was binned is not the same second for both. */
	public function hear( ...$arguments ): void {
		$at = array_search( '_wp_trash_meta_time', $arguments, true );
		if ( false !== $at && isset( $arguments[ $at + 1 ] ) ) {
			$arguments[ $at + 1 ] = 'then';
		}
		$this->fired[] = array_merge( array( current_action() ), $arguments );
	}

	/**
	 * Everything that core's readers answer.
	 *
	 * @param string[] $keys Keys.
	 * @return array<string, mixed>
	 */
	public function reads( array $keys ): array {
		$all   = get_post_meta( $this->post );
		$reads = array( 'all' => $this->plain( $all ) );
		foreach ( $keys as $key ) {
			$reads[ "single $key" ] = $this->plain( get_post_meta( $this->post, $key, true ) );
			$reads[ "list $key" ]   = $this->plain( get_post_meta( $this->post, $key ) );
			$reads[ "exists $key" ] = metadata_exists( 'post', $this->post, $key );
		}
		return $reads;
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
			$table[] = $this->name( $id ) . ' ' . bin2hex( $this->shared( $row[0] ) ) . " = $value";
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
		return is_array( $value ) ? array_map( array( $this, 'plain' ), $value ) : ( is_string( $value ) ? $this->shared( $value ) : $value );
	}

	/** Names the rows that are new. */
	private function see(): void {
		foreach ( array_keys( $this->rows() ) as $id ) {
			$this->names[ $id ] = $this->names[ $id ] ?? 'row ' . count( $this->names );
		}
	}

	/** The name of a meta id. */
	private function name( int $id ): string {
		return $this->names[ $id ] ?? ( 0 === $id ? 'no row' : ( $this->names[ $id ] = 'passing ' . count( $this->names ) ) );
	}

	/**
	 * One action in words.
	 *
	 * @param mixed[] $fired Name and arguments.
	 * @return mixed[]
	 */
	private function line( array $fired ): array {
		$action = array_shift( $fired );
		if ( 'add_post_meta' === $action ) {
			array_unshift( $fired, null );
		}
		$ids        = is_array( $fired[0] ) ? $fired[0] : array( $fired[0] );
		$named      = array();
		foreach ( $ids as $id ) {
			$named[] = null === $id ? null : gettype( $id ) . ' ' . $this->name( (int) $id );
		}
		$line = array( $action, is_array( $fired[0] ) ? $named : $named[0] );
		if ( array_key_exists( 1, $fired ) ) {
			$line[] = gettype( $fired[1] ) . ( (int) $fired[1] === $this->post ? ' post' : ' ' . $fired[1] );
		}
		return array_merge( $line, array_map( array( $this, 'plain' ), array_slice( $fired, 2 ) ) );
	}

	/** What names one side alone, without that. */
	private function shared( string $text ): string {
		return strlen( $text ) < 1000 ? (string) preg_replace( '/-of-\d+/', '', $text ) : $text;
	}
}
