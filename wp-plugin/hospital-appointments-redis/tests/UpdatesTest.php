<?php
/**
 * Updates of an offloaded post against those of a native one.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;

/**
 * Promise P6 for update_post_meta().
 */
final class UpdatesTest extends ClinicTestCase {

	use NumbersAsKeys;

	public function test_an_update_goes_to_redis_and_comes_home_by_itself(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		$this->assertSame( 'confirmed', get_post_meta( $post, 'status', true ) );
		$this->assertSame( 'confirmed', $this->dirty( $post )['status']['value'] ?? null, 'it is not in Redis' );
		$until = microtime( true ) + 5;
		while ( 'confirmed' !== $this->row( $post, 'status' ) && microtime( true ) < $until ) {
			usleep( 10000 );
		}
		$this->assertSame( 'confirmed', $this->row( $post, 'status' ) );
	}

	public function test_an_update_costs_one_call_and_no_sql(): void {
		global $wpdb;
		$post = $this->post( array( 'status' => 'pending' ) );
		get_post_meta( $post, 'status', true );
		$calls   = Sidecar::$calls;
		$queries = $wpdb->num_queries;
		update_post_meta( $post, 'status', 'confirmed' );
		$this->assertSame( 1, Sidecar::$calls - $calls );
		$this->assertSame( 0, $wpdb->num_queries - $queries );
		update_post_meta( $post, 'status', 'confirmed' );
		get_post_meta( $post, 'status', true );
		$this->assertSame( 1, Sidecar::$calls - $calls, 'an equal value costs nothing' );
	}

	public function test_a_list_of_posts_costs_one_call(): void {
		$posts = array( $this->post( array( 'status' => 'pending' ) ), $this->post( array( 'status' => 'pending' ) ), $this->post() );
		$this->new_request();
		$calls = Sidecar::$calls;
		update_meta_cache( 'post', $posts );
		foreach ( $posts as $post ) {
			get_post_meta( $post );
		}
		$this->assertSame( 1, Sidecar::$calls - $calls );
	}

	public function test_every_value_is_stored_as_core_stores_it(): void {
		foreach ( self::values() as $i => $from ) {
			$twin = $this->twin( array( 'status' => 'old' ) );
			foreach ( array( $from, self::values()[ ( $i * 7 + 3 ) % count( self::values() ) ], $from, $from ) as $value ) {
				$twin->same(
					'update to ' . var_export( $value, true ),
					static function ( Side $side ) use ( $value ) {
						return update_post_meta( $side->post, 'vital', wp_slash( $value ) );
					}
				)->reads_the_same( var_export( $value, true ), array( 'vital' ) );
			}
			$twin->ends_the_same( "value $i", array( 'vital' ) );
		}
	}

	public function test_large_values_are_stored_as_core_stores_them(): void {
		$twin = $this->twin( array( 'notes_raw' => 'short' ) );
		foreach ( array( 65535, 65536, 1048576, 5000000 ) as $length ) {
			foreach ( array( 'x', 'é' ) as $letter ) {
				$value = str_repeat( $letter, intdiv( $length, strlen( $letter ) ) );
				$twin->same(
					"$length bytes of $letter",
					static function ( Side $side ) use ( $value ) {
						return update_post_meta( $side->post, 'notes_raw', $value );
					}
				);
			}
		}
		$twin->ends_the_same( 'large values', array( 'notes_raw' ) );
	}

	public function test_every_key_is_stored_as_core_stores_it(): void {
		$keys = array( 'Status', 'status ', 'Größe', 'státus', "sta\x00tus", "sta\x01tus", '😀', 'a b', '50%', '%s', '42', '-1', '0', '_leading', 'a"b\'c\\d', 'x/y?z#', 'appointment:{id}', str_repeat( 'k', 255 ), str_repeat( 'k', 256 ), str_repeat( 'ü', 255 ), str_repeat( 'ü', 256 ), "bad \xFF", 'last_updated_redis', '_edit_lock', 'meta_key' );
		foreach ( $keys as $key ) {
			$twin = $this->twin(
				array(
					'status' => 'first',
					$key     => 'second',
				)
			);
			foreach ( array( $key, 'status', $key, 'status' ) as $i => $which ) {
				$twin->same(
					'update of ' . json_encode( substr( $which, 0, 40 ), JSON_PARTIAL_OUTPUT_ON_ERROR ),
					static function ( Side $side ) use ( $which, $i ) {
						return update_post_meta( $side->post, wp_slash( $which ), "value $i" );
					}
				)->reads_the_same( "key $which", array( $key, 'status' ) );
			}
			$twin->ends_the_same( "key $key", array( $key, 'status' ) );
		}
	}

	public function test_keys_that_mysql_takes_for_one_another_are_updated_together(): void {
		foreach ( array( 'Status', 'status ', 'státus', 'STÁTUS', "sta\x01tus", "status\x00", 'ſtatus', "stat\u{200B}us" ) as $key ) {
			$twin = $this->twin( array( 'status' => 'first' ) );
			$what = 'status and ' . json_encode( $key );
			$twin->same(
				$what,
				static function ( Side $side ) use ( $key ) {
					return array( add_post_meta( $side->post, $key, 'second' ) > 0, update_post_meta( $side->post, 'room', '1' ) > 0 );
				}
			);
			foreach ( array( 'status', $key, 'status', $key ) as $i => $which ) {
				$twin->same(
					"$what, update $i",
					static function ( Side $side ) use ( $which, $i ) {
						return update_post_meta( $side->post, $which, "value $i" );
					}
				)->reads_the_same( $what, array( 'status', $key ) );
			}
			$twin->ends_the_same( $what, array( 'status', $key ) );
		}
	}

	public function test_falsy_and_equal_previous_values_count_as_core_counts_them(): void {
		foreach ( array( 'pending', '5', "it's", array( 'a' ) ) as $stored ) {
			$twin = $this->twin( array( 'vital' => 'born' ) );
			foreach ( array( '', '0', 0, false, null, array(), 'pending', 'PENDING', 'pending ', 'other', 5, '5', array( 'a' ), "it's" ) as $prev ) {
				$twin->same(
					var_export( $prev, true ) . ' over ' . var_export( $stored, true ),
					static function ( Side $side ) use ( $stored, $prev ) {
						update_post_meta( $side->post, 'vital', $stored );
						return update_post_meta( $side->post, 'vital', 'new', $prev );
					}
				)->reads_the_same( var_export( $prev, true ), array( 'vital' ) );
			}
			$twin->ends_the_same( var_export( $stored, true ), array( 'vital' ) );
		}
	}

	public function test_a_number_over_its_own_text_answers_as_core_does(): void {
		$twin = $this->twin( array( 'vital' => '5' ) );
		foreach ( array( 5, '5', 5.0, true, '1', 1, 6, '6', false, '', null, '' ) as $value ) {
			$twin->same(
				var_export( $value, true ),
				static function ( Side $side ) use ( $value ) {
					return update_post_meta( $side->post, 'vital', $value );
				}
			);
		}
		$twin->ends_the_same( 'numbers and texts', array( 'vital' ) );
	}

	public function test_sanitizers_of_a_registered_key_run_once_and_first(): void {
		$runs = 0;
		add_filter(
			'sanitize_post_meta_vital',
			static function ( $value ) use ( &$runs ) {
				++$runs;
				return trim( $value ) . '!';
			}
		);
		$twin = $this->twin( array( 'vital' => 'a' ) );
		$runs = 0;
		$twin->same(
			'sanitized',
			static function ( Side $side ) {
				return array( update_post_meta( $side->post, 'vital', ' b ' ), update_post_meta( $side->post, 'vital', 'b' ) );
			}
		);
		$this->assertSame( 4, $runs );
		$twin->ends_the_same( 'sanitized', array( 'vital' ) );
	}

	public function test_revisions_write_to_their_parent(): void {
		$twin = $this->twin( array( 'vital' => 'a' ) );
		$twin->same(
			'revision',
			function ( Side $side ) {
				$revision = $this->post(
					array(),
					array(
						'post_type'   => 'revision',
						'post_status' => 'inherit',
						'post_parent' => $side->post,
						'post_name'   => $side->post . '-revision-v1',
					)
				);
				return array( update_post_meta( $revision, 'vital', 'b' ), add_post_meta( $revision, 'other', 'c' ) > 0, delete_post_meta( $revision, 'vital' ) );
			}
		)->ends_the_same( 'revision', array( 'vital', 'other' ) );
	}

	/**
	 * All kinds of values.
	 *
	 * @return array<int, mixed>
	 */
	private static function values(): array {
		return array(
			'pending',
			'confirmed',
			'Confirmed',
			'confirmed ',
			"it's \"quoted\" \\ and \\\\ slashed",
			'Grüße 😀 ☃',
			"line\r\nbreak\ttab \x00 nul",
			'',
			'0',
			'5',
			'5.0',
			5,
			0,
			-1,
			1.5,
			1e100,
			true,
			false,
			null,
			array(),
			array( 'x-ray' => array( 'left', 5, null, false, 'it\'s \\' ) ),
			(object) array( 'a' => 1 ),
			'a:1:{i:0;s:1:"x";}',
			'b:0;',
			'N;',
			's:5:"notes";',
			' leading and trailing ',
			"invalid \xC3\x28 utf-8",
			"\xFF",
		);
	}

	public function test_an_add_after_an_update_that_core_made_raises_its_own_barrier(): void {
		$post = $this->post( array( 'tag' => 'a' ) );
		$this->assertTrue( update_post_meta( $post, 'tag', 'b', 'a' ) );
		$this->kiosk( $post, array( 'tag' => 'z' ) );
		$this->assertIsInt( add_post_meta( $post, 'tag', 'c' ) );
		$this->bring_home( $post );
		$this->assertSame( array( 'z', 'c' ), get_post_meta( $post, 'tag' ) );
	}
}
