<?php
/**
 * Other plugins that listen, interfere, or answer instead.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;

/**
 * Promise P6 where somebody acts in the middle of a write.
 */
final class ListenersTest extends ClinicTestCase {

	private const ACTIONS = array( 'add_post_meta', 'added_post_meta', 'update_post_meta', 'update_postmeta', 'updated_post_meta', 'updated_postmeta', 'delete_post_meta', 'deleted_post_meta' );

	public function test_listeners_read_what_they_would_read(): void {
		$this->with_listener(
			'reading',
			static function ( int $post ): array {
				return array( get_post_meta( $post, 'vital', true ), get_post_meta( $post, 'vital' ), metadata_exists( 'post', $post, 'other' ) );
			}
		);
	}

	public function test_listeners_update_another_key(): void {
		$this->with_listener(
			'updating another key',
			static function ( int $post, string $action ): array {
				return array( is_bool( update_post_meta( $post, 'log', $action ) ), get_post_meta( $post, 'log', true ) );
			}
		);
	}

	public function test_listeners_update_the_same_key(): void {
		$this->with_listener(
			'updating the same key',
			static function ( int $post, string $action ): array {
				return array( is_bool( update_post_meta( $post, 'vital', "set in $action" ) ), get_post_meta( $post, 'vital', true ) );
			}
		);
	}

	public function test_listeners_delete_the_key(): void {
		$this->with_listener(
			'deleting the key',
			static function ( int $post ): array {
				return array( delete_post_meta( $post, 'vital' ), get_post_meta( $post, 'vital', true ) );
			}
		);
	}

	public function test_listeners_add_a_second_row(): void {
		$this->with_listener(
			'adding a row',
			static function ( int $post ): array {
				return array( add_post_meta( $post, 'vital', 'second' ) > 0, get_post_meta( $post, 'vital' ) );
			}
		);
	}

	public function test_listeners_replace_the_row(): void {
		$this->with_listener(
			'replacing the row',
			static function ( int $post ): array {
				return array( delete_post_meta( $post, 'vital' ), add_post_meta( $post, 'vital', 'replaced' ) > 0, update_post_meta( $post, 'vital', 'again' ) );
			}
		);
	}

	public function test_listeners_delete_the_post(): void {
		$this->with_listener(
			'deleting the post',
			static function ( int $post ): array {
				return array( (bool) wp_delete_post( $post, true ) );
			}
		);
	}

	public function test_a_filter_that_answers_instead_is_left_alone(): void {
		$this->answers_instead( 10 );
	}

	public function test_a_filter_that_came_to_the_last_place_after_ours_is_left_alone(): void {
		$this->answers_instead( PHP_INT_MAX );
	}

	/** Another filter answers, if nobody has. */
	private function answers_instead( int $priority ): void {
		foreach ( array( 'update_post_metadata', 'add_post_metadata', 'delete_post_metadata' ) as $filter ) {
			foreach ( array( true, false, 77, 0, '' ) as $answer ) {
				$says = static function ( $check ) use ( $answer ) {
					return $check ?? $answer;
				};
				$twin = $this->twin( array( 'vital' => 'old' ) );
				add_filter( $filter, $says, $priority );
				$calls = Sidecar::$calls;
				$twin->same(
					"$filter answers " . var_export( $answer, true ),
					static function ( Side $side ) use ( $filter ) {
						switch ( $filter ) {
							case 'add_post_metadata':
								return add_post_meta( $side->post, 'vital', 'new' );
							case 'delete_post_metadata':
								return delete_post_meta( $side->post, 'vital' );
							default:
								return update_post_meta( $side->post, 'vital', 'new' );
						}
					}
				);
				$this->assertSame( $calls, Sidecar::$calls, 'a call was made' );
				remove_filter( $filter, $says, $priority );
				$twin->ends_the_same( $filter, array( 'vital' ) );
			}
		}
	}

	public function test_a_filter_that_answers_reads_decides_what_is_equal(): void {
		$twin = $this->twin( array( 'vital' => 'old' ) );
		add_filter(
			'get_post_metadata',
			static function ( $value, $post, $key ) {
				return 'vital' === $key ? array( 'shown' ) : $value;
			},
			10,
			3
		);
		foreach ( array( 'shown', 'old', 'new' ) as $value ) {
			$twin->same(
				$value,
				static function ( Side $side ) use ( $value ) {
					return array( update_post_meta( $side->post, 'vital', $value ), get_post_meta( $side->post, 'vital', true ) );
				}
			);
		}
		$twin->ends_the_same( 'shown', array( 'vital' ) );
	}

	public function test_a_default_value_stays_a_default(): void {
		add_filter(
			'default_post_metadata',
			static function ( $value, $post, $key ) {
				return 'vital' === $key ? 'default' : $value;
			},
			10,
			3
		);
		$twin = $this->twin();
		foreach ( array( 'default', 'set', 'default' ) as $value ) {
			$twin->same(
				$value,
				static function ( Side $side ) use ( $value ) {
					return array( is_int( update_post_meta( $side->post, 'vital', $value ) ), get_post_meta( $side->post, 'vital', true ) );
				}
			);
		}
		$twin->ends_the_same( 'default', array( 'vital' ) );
	}

	/**
	 * Plays the same writes with something done in the first of each kind of action.
	 *
	 * @param string   $what For the message.
	 * @param callable $does Takes post and action.
	 */
	private function with_listener( string $what, callable $does ): void {
		foreach ( self::ACTIONS as $action ) {
			$twin    = $this->twin( array( 'vital' => 'old' ) );
			$results = array();
			$inside  = false;
			$listen  = static function ( ...$arguments ) use ( $does, $action, &$results, &$inside ): void {
				if ( ! $inside ) {
					$inside    = true;
					$results[] = $does( (int) $arguments[ 'add_post_meta' === $action ? 0 : 1 ], $action );
					$inside    = false;
				}
			};
			add_action( $action, $listen, 10, 9 );
			$twin->same(
				"$what in $action",
				static function ( Side $side ) use ( &$results ) {
					$results = array();
					$done    = array(
						is_bool( update_post_meta( $side->post, 'vital', 'new' ) ),
						is_bool( update_post_meta( $side->post, 'vital', 'new' ) ),
						is_bool( update_post_meta( $side->post, 'vital', 'newer', 'new' ) ),
						update_metadata_by_mid( 'post', $side->mid( 0 ), 'newest' ),
						is_bool( update_post_meta( $side->post, 'other', 'born' ) ),
						delete_post_meta( $side->post, 'vital', 'newest' ),
						delete_metadata_by_mid( 'post', $side->mid( 0 ) ),
						get_post_meta( $side->post, 'vital' ),
					);
					return array( $done, $results );
				}
			);
			remove_action( $action, $listen, 10 );
			$twin->ends_the_same( "$what in $action", array( 'vital', 'other', 'log' ) );
		}
	}
}
