<?php
/**
 * The actions and filters of the meta API, as they fire.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * Hears every action around a write, every filter that may answer instead of it, and every sanitizer, with its arguments as
 * they are before any callback has seen them.
 */
final class Heard {

	/** Which argument is a meta id (or a list of them), and which is a post. */
	private const IDS = array(
		'add_post_meta'                => array( null, 0 ),
		'added_post_meta'              => array( 0, 1 ),
		'update_post_meta'             => array( 0, 1 ),
		'update_postmeta'              => array( 0, 1 ),
		'updated_post_meta'            => array( 0, 1 ),
		'updated_postmeta'             => array( 0, 1 ),
		'delete_post_meta'             => array( 0, 1 ),
		'deleted_post_meta'            => array( 0, 1 ),
		'delete_postmeta'              => array( 0, null ),
		'deleted_postmeta'             => array( 0, null ),
		'add_post_metadata'            => array( null, 1 ),
		'update_post_metadata'         => array( null, 1 ),
		'delete_post_metadata'         => array( null, 1 ),
		'update_post_metadata_by_mid'  => array( 1, null ),
		'delete_post_metadata_by_mid'  => array( 1, null ),
	);

	/** @var Side */
	private $side;

	/** @var array<int, mixed[]> Names and arguments. */
	private $fired = array();

	/** @var array<int, string> Names of posts other than the side's own. */
	private $others = array();

	public function __construct( Side $side ) {
		$this->side = $side;
	}

	/** From now on. */
	public function begin(): void {
		$this->fired = array();
		add_filter( 'all', array( $this, 'hear' ), 10, 9 );
	}

	/** No more. */
	public function end(): void {
		remove_filter( 'all', array( $this, 'hear' ), 10 );
	}

	/** A hook fired. */
	public function hear( string $name, ...$arguments ): void {
		if ( ! isset( self::IDS[ $name ] ) && 0 !== strncmp( $name, 'sanitize_post_meta_', 19 ) ) {
			return;
		}
		if ( in_array( '_wp_trash_meta_time', $arguments, true ) || in_array( '_edit_lock', $arguments, true ) ) {
			$arguments = array_map( array( self::class, 'then' ), $arguments );
		}
		// Objects as they are now: a callback may change one.
		$this->fired[] = array( $name, array_map( array( $this->side, 'plain' ), $arguments ) );
	}

	/**
	 * What fired, in words.
	 *
	 * @return array<int, mixed[]>
	 */
	public function lines(): array {
		return array_map( array( $this, 'line' ), $this->fired );
	}

	/**
	 * When a post was binned or opened, without the time: that is not the same second for both.
	 *
	 * @param mixed $argument Argument.
	 * @return mixed
	 */
	private static function then( $argument ) {
		if ( is_int( $argument ) ) {
			return $argument > 1000000000 ? 'then' : $argument;
		}
		return is_string( $argument ) ? preg_replace( '/^1\d{9}(?=:|$)/D', 'then', $argument ) : $argument;
	}

	/** A post's name. */
	private function post( int $id ): string {
		if ( 0 === $id || $id === $this->side->post ) {
			return 0 === $id ? 'no post' : 'post';
		}
		return $this->others[ $id ] ?? ( $this->others[ $id ] = 'post ' . ( count( $this->others ) + 2 ) );
	}

	/**
	 * One of them in words.
	 *
	 * @param array{string, mixed[]} $fired Name and arguments.
	 * @return mixed[]
	 */
	private function line( array $fired ): array {
		list( $name, $arguments ) = $fired;
		list( $mid, $post )       = self::IDS[ $name ] ?? array( null, null );
		if ( null !== $mid && is_array( $arguments[ $mid ] ) ) {
			foreach ( $arguments[ $mid ] as $i => $id ) {
				$arguments[ $mid ][ $i ] = gettype( $id ) . ' ' . $this->side->name( (int) $id );
			}
		} elseif ( null !== $mid && is_scalar( $arguments[ $mid ] ) ) {
			$arguments[ $mid ] = gettype( $arguments[ $mid ] ) . ' ' . $this->side->name( (int) $arguments[ $mid ] );
		}
		if ( null !== $post && is_scalar( $arguments[ $post ] ) ) {
			$arguments[ $post ] = gettype( $arguments[ $post ] ) . ' ' . $this->post( (int) $arguments[ $post ] );
		}
		return array_merge( array( $this->side->shared( $name ) ), $arguments );
	}
}
