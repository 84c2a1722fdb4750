<?php
/**
 * Rows that are born, die, or are named by their id, against those of a native post.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * Promise P6 for everything but plain updates. Each begins with an update that still waits in Redis.
 */
final class RowsTest extends ClinicTestCase {

	private const KEYS = array( 'vital', 'Vital', 'other' );

	public function test_adding_rows(): void {
		$this->step(
			'add',
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'other', array( "it's" ) );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'other', 'a second row' );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'vital', 'unique', true );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'Vital', 'unique, ignoring case', true );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'third', 'unique', true );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'vital', 'second' );
			},
			static function ( Side $side ) {
				return update_post_meta( $side->post, 'vital', 'both' );
			},
			static function ( Side $side ) {
				return update_post_meta( $side->post, 'vital', 'both' );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'nothing', null );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'bad', "\xFF" );
			}
		);
	}

	public function test_deleting_rows(): void {
		$this->step(
			'delete',
			static function ( Side $side ) {
				return delete_post_meta( $side->post, 'vital', 'not this' );
			},
			static function ( Side $side ) {
				return delete_post_meta( $side->post, 'vital', 'WAITING' );
			},
			static function ( Side $side ) {
				return delete_post_meta( $side->post, 'vital' );
			},
			static function ( Side $side ) {
				return update_post_meta( $side->post, 'vital', 'anew' );
			},
			static function ( Side $side ) {
				return update_post_meta( $side->post, 'vital', array( 1, 2 ) );
			},
			static function ( Side $side ) {
				return delete_post_meta( $side->post, 'vital', array( 1, 2 ) );
			},
			static function ( Side $side ) {
				return add_post_meta( $side->post, 'vital', 'last' );
			},
			static function ( Side $side ) {
				return delete_post_meta( $side->post, 'VITAL', false );
			},
			static function ( Side $side ) {
				return delete_post_meta( $side->post, '' );
			}
		);
	}

	public function test_rows_named_by_their_id(): void {
		$this->step(
			'by mid',
			static function ( Side $side ) {
				return (array) get_metadata_by_mid( 'post', $side->mid( 0 ) ) === array();
			},
			static function ( Side $side ) {
				return get_metadata_by_mid( 'post', $side->mid( 0 ) )->meta_value;
			},
			static function ( Side $side ) {
				return update_metadata_by_mid( 'post', $side->mid( 0 ), "it's \\ new" );
			},
			static function ( Side $side ) {
				return update_metadata_by_mid( 'post', $side->mid( 0 ), "it's \\ new" );
			},
			static function ( Side $side ) {
				return update_post_meta( $side->post, 'vital', 'waiting again' );
			},
			static function ( Side $side ) {
				return update_metadata_by_mid( 'post', $side->mid( 0 ), array( 'renamed' ), 'other' );
			},
			static function ( Side $side ) {
				return update_metadata_by_mid( 'post', $side->mid( 0 ), 'bad key', array( 'no' ) );
			},
			static function ( Side $side ) {
				return update_post_meta( $side->post, 'other', 'waiting' );
			},
			static function ( Side $side ) {
				return delete_metadata_by_mid( 'post', $side->mid( 0 ) );
			},
			static function () {
				return array( update_metadata_by_mid( 'post', PHP_INT_MAX, 'x' ), delete_metadata_by_mid( 'post', PHP_INT_MAX ), get_metadata_by_mid( 'post', PHP_INT_MAX ) );
			}
		);
	}

	public function test_the_custom_fields_box_of_wp_admin(): void {
		wp_set_current_user( 1 );
		$this->step(
			'custom fields',
			static function ( Side $side ) {
				return wp_list_pluck( has_meta( $side->post ), 'meta_key' );
			},
			static function ( Side $side ) {
				return update_meta( $side->mid( 0 ), 'vital', 'edited' );
			},
			static function ( Side $side ) {
				$_POST = array(
					'metakeyinput' => 'other',
					'metavalue'    => 'added',
				);
				return add_meta( $side->post );
			},
			static function ( Side $side ) {
				return delete_meta( $side->mid( 1 ) );
			}
		);
	}

	public function test_deleting_a_key_of_all_posts(): void {
		$twin = $this->twin();
		foreach ( array( 'one', 'two' ) as $value ) {
			$twin->same(
				'add',
				static function ( Side $side ) use ( $value ) {
					return add_post_meta( $side->post, $side->own( 'vital' ), $value );
				}
			);
		}
		$other = $this->twin();
		$other->same(
			'update',
			static function ( Side $side ) use ( $twin ) {
				$key = ( get_post_type( $side->post ) === Side::NATIVE ? $twin->native : $twin->ours )->own( 'vital' );
				return array( add_post_meta( $side->post, $key, 'a' ) > 0, update_post_meta( $side->post, $key, 'b' ) );
			}
		);
		$twin->same(
			'delete everywhere',
			static function ( Side $side ) {
				return array( delete_post_meta_by_key( $side->own( 'vital' ) ), delete_post_meta_by_key( $side->own( 'vital' ) ) );
			}
		);
		$twin->ends_the_same( 'this post' );
		$this->new_request();
		$this->assertSame( array(), get_post_meta( $other->ours->post ) );
		$this->bring_home( $other->ours->post );
		$this->assertSame( array(), $other->ours->rows() );
	}

	public function test_metadata_given_with_the_post(): void {
		$make = function ( string $type ): int {
			$post = $this->post(
				array(
					'vital' => "it's \\ \"here\"",
					'list'  => array( 'a' => 1 ),
					'zero'  => 0,
				),
				array( 'post_type' => $type )
			);
			wp_update_post(
				array(
					'ID'         => $post,
					'meta_input' => array(
						'vital' => 'changed',
						'more'  => 'new',
					),
				)
			);
			return $post;
		};
		$twin = new Twin( $this, $make( Side::NATIVE ), $make( 'hospital_appointment' ) );
		$twin->ends_the_same( 'meta_input', array( 'vital', 'list', 'zero', 'more' ) );
	}

	public function test_the_bin_and_back(): void {
		$this->step(
			'bin',
			static function ( Side $side ) {
				wp_trash_post( $side->post );
				$kept = array( get_post_status( $side->post ), get_post_meta( $side->post, '_wp_trash_meta_status', true ) );
				wp_untrash_post( $side->post );
				delete_post_meta( $side->post, '_wp_old_slug' );
				return $kept;
			}
		);
	}

	public function test_deleting_the_post_leaves_nothing_behind(): void {
		$twin = $this->twin( array( 'vital' => 'old' ) );
		$twin->same(
			'delete post',
			static function ( Side $side ) {
				return array( update_post_meta( $side->post, 'vital', 'waiting' ), wp_delete_post( $side->post, true ) instanceof \WP_Post );
			}
		);
		$this->assertSame( array(), $twin->ours->rows() );
		$this->assertNull( get_post( $twin->ours->post ) );
		$letters = \Hospital\Appointments_Redis\Sidecar::wait_for( 'GET', '/v1/dead-letters' );
		$this->assertNotContains( (string) $twin->ours->post, wp_list_pluck( (array) $letters->data['dead_letters'], 'post' ) );
	}

	/** An update that waits in Redis, then the steps, with reads after each. */
	private function step( string $what, callable ...$steps ): void {
		foreach ( array( false, true ) as $again ) {
			$twin = $this->twin( array( 'vital' => 'old' ) );
			$twin->same(
				$what,
				static function ( Side $side ) {
					return update_post_meta( $side->post, 'vital', 'waiting' );
				}
			);
			foreach ( $steps as $i => $step ) {
				if ( $again ) {
					$this->new_request();
				}
				$twin->same( "$what, step $i", $step )->reads_the_same( "$what, step $i", self::KEYS );
			}
			$twin->ends_the_same( $what, self::KEYS );
		}
	}
}
