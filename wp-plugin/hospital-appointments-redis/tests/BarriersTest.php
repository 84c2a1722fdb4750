<?php
/**
 * What reads rows by SQL raises a barrier before, and what does not concern offloaded posts raises none.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Sidecar;

/**
 * Promise P4. Each value is acknowledged a moment before it is looked for, past WordPress.
 */
final class BarriersTest extends ClinicTestCase {

	/** @var int A post whose code somebody changes. */
	private $post;

	/** @var string What it has been changed to last. */
	private $code = '';

	protected function setUp(): void {
		parent::setUp();
		$this->post = $this->post( array( 'barriers_test_code' => '0' ) );
	}

	/**
	 * Changes the code, forgets what this request knows, and runs.
	 *
	 * @param callable $reads Gets the post and its newest code.
	 * @return array{mixed, int} What it returned, and the calls that it took.
	 */
	private function newest( callable $reads ): array {
		$this->code = uniqid( '9' );
		$this->kiosk( $this->post, array( 'barriers_test_code' => $this->code ) );
		$this->new_request();
		$calls = Sidecar::$calls;
		$value = $reads( $this->post, $this->code );
		return array( $value, Sidecar::$calls - $calls );
	}

	public function test_a_query_finds_the_newest_value(): void {
		$is = array( 'key' => 'barriers_test_code', 'value' => 'CODE' ); // phpcs:ignore WordPress.Arrays
		foreach (
			array(
				'a meta query'                         => array( 'meta_query' => array( $is ) ), // phpcs:ignore
				'meta_key and meta_value'              => array( 'meta_key' => 'barriers_test_code', 'meta_value' => 'CODE' ), // phpcs:ignore
				'a range'                              => array( 'meta_query' => array( array( 'key' => 'barriers_test_code', 'value' => array( 'CODE', 'CODE' ), 'compare' => 'BETWEEN' ) ) ), // phpcs:ignore
				'a condition within a condition'       => array( 'meta_query' => array( 'relation' => 'OR', array( 'key' => 'none', 'value' => 'none' ), array( $is ) ) ), // phpcs:ignore
				'types among which is an offloaded one' => array( 'post_type' => array( 'post', 'hospital_appointment' ), 'meta_query' => array( $is ) ), // phpcs:ignore
				'without filters'                      => array( 'suppress_filters' => true, 'meta_query' => array( $is ) ), // phpcs:ignore
			) as $what => $query
		) {
			$query += array( 'post_type' => 'hospital_appointment', 'post_status' => 'any', 'fields' => 'ids' ); // phpcs:ignore WordPress.Arrays
			$found  = $this->newest(
				static function ( int $post, string $code ) use ( $query ): array {
					array_walk_recursive(
						$query,
						static function ( &$value ) use ( $code ): void {
							$value = 'CODE' === $value ? $code : $value;
						}
					);
					return ( new \WP_Query( $query ) )->posts;
				}
			);
			$this->assertSame( array( array( $this->post ), 1 ), $found, $what );
		}
	}

	public function test_whatever_names_no_post_type_or_any_is_a_query_of_offloaded_posts_too(): void {
		register_post_type( 'hospital_seen', array( 'public' => true ) );
		foreach ( array( 'any', '' ) as $type ) {
			$found = $this->newest(
				static function () use ( $type ): int {
					return ( new \WP_Query( array( 'post_type' => $type, 'meta_key' => 'barriers_test_code' ) ) )->post_count; // phpcs:ignore
				}
			);
			$this->assertSame( 1, $found[1], "'$type'" );
		}
		unregister_post_type( 'hospital_seen' );
	}

	public function test_ordering_by_a_value(): void {
		$other = $this->post( array( 'barriers_test_code' => '5' ) );
		foreach ( array( 'meta_value_num', 'meta_value', array( 'meta_value' => 'DESC' ) ) as $order ) {
			$found = $this->newest(
				function () use ( $order, $other ): array {
					return get_posts( array( 'post_type' => 'hospital_appointment', 'post__in' => array( $this->post, $other ), 'meta_key' => 'barriers_test_code', 'orderby' => $order, 'order' => 'DESC', 'fields' => 'ids' ) ); // phpcs:ignore
				}
			);
			$this->assertSame( array( array( $this->post, $other ), 1 ), $found );
		}
		$clause = array( 'post_type' => 'hospital_appointment', 'meta_query' => array( 'c' => array( 'key' => 'barriers_test_code', 'compare' => 'EXISTS' ) ), 'orderby' => 'c', 'order' => 'DESC', 'fields' => 'ids', 'numberposts' => 1 ); // phpcs:ignore
		$this->assertSame( array( array( $this->post ), 1 ), $this->newest( static function () use ( $clause ): array { return get_posts( $clause ); } ) ); // phpcs:ignore
	}

	public function test_the_rest_api_with_a_parameter_that_another_plugin_made_an_order_of(): void {
		wp_set_current_user( 1 );
		add_filter(
			'rest_hospital_appointment_query',
			static function ( array $args ): array {
				return array( 'meta_key' => 'barriers_test_code', 'orderby' => 'meta_value_num', 'order' => 'DESC' ) + $args; // phpcs:ignore
			}
		);
		$found = $this->newest(
			static function (): array {
				$request = new \WP_REST_Request( 'GET', '/wp/v2/hospital_appointment' );
				$request->set_query_params( array( 'per_page' => 1, 'context' => 'edit' ) ); // phpcs:ignore WordPress.Arrays
				return wp_list_pluck( rest_do_request( $request )->get_data(), 'id' );
			}
		);
		$this->assertSame( array( array( $this->post ), 2 ), $found, 'a barrier, and the list that is shown' );
	}

	public function test_the_sql_that_another_plugin_makes_of_a_meta_query(): void {
		$found = $this->newest(
			static function ( int $post, string $code ): array {
				global $wpdb;
				$sql = get_meta_sql( array( array( 'key' => 'barriers_test_code', 'value' => $code ) ), 'post', $wpdb->posts, 'ID' ); // phpcs:ignore WordPress.Arrays
				return $wpdb->get_col( "SELECT ID FROM $wpdb->posts {$sql['join']} WHERE 1=1 {$sql['where']}" ); // phpcs:ignore WordPress.DB
			}
		);
		$this->assertSame( array( array( (string) $this->post ), 1 ), $found );
	}

	public function test_rows_named_by_their_id_and_keys_of_all_posts(): void {
		$mid   = (int) array_keys( ( new Side( $this->post ) )->rows() )[0];
		$found = $this->newest( static function () use ( $mid ) { return get_metadata_by_mid( 'post', $mid )->meta_value; } ); // phpcs:ignore
		$this->assertSame( array( $this->code, 1 ), $found, 'one call lays it over' );
		$old   = array();
		$watch = static function ( $ids, $post, $key ) use ( &$old ): void {
			global $wpdb;
			$old[] = $wpdb->get_var( $wpdb->prepare( "SELECT meta_value FROM $wpdb->postmeta WHERE meta_id = %d", (array) $ids ) );
		};
		add_action( 'update_post_meta', $watch, 10, 3 );
		add_action( 'delete_post_meta', $watch, 10, 3 );
		$this->newest( static function () use ( $mid ) { return update_metadata_by_mid( 'post', $mid, 'by id' ); } ); // phpcs:ignore
		$this->assertSame( array( $this->code ), $old, 'what core is about to overwrite is the newest' );
		$this->newest( static function () { return delete_post_meta_by_key( 'barriers_test_code' ); } ); // phpcs:ignore
		$this->assertSame( $this->code, $old[1] );
		$this->bring_home( $this->post );
		$this->assertSame( array(), ( new Side( $this->post ) )->rows(), 'nothing comes back' );
	}

	public function test_what_lists_custom_fields_by_sql(): void {
		require_once ABSPATH . 'wp-admin/includes/admin.php';
		$pagenow = $GLOBALS['pagenow'];
		$listed  = static function ( int $post ): array {
			wp_set_post_lock( $post );
			$GLOBALS['pagenow'] = 'post.php';
			do_action( 'add_meta_boxes', 'hospital_appointment', get_post( $post ) );
			$keys = apply_filters( 'postmeta_form_keys', null, get_post( $post ) );
			return array( array_values( wp_list_pluck( wp_list_filter( has_meta( $post ), array( 'meta_key' => 'barriers_test_code' ) ), 'meta_value' ) ), get_post_meta( $post, 'barriers_test_code', true ), $keys ); // phpcs:ignore
		};
		wp_set_current_user( 1 );
		$found = $this->newest( $listed );
		$GLOBALS['pagenow'] = $pagenow;
		$this->assertSame( array( array( array( $this->code ), $this->code, null ), 1 ), $found, 'and the first read needs no other call' );
		$this->assertSame( 1, $this->newest( static function () { do_action( 'export_wp', array() ); } )[1] ); // phpcs:ignore
		$this->assertSame( $this->code, $this->row( $this->post, 'barriers_test_code' ) );
		$this->assertSame( array( array( 7 ), 1 ), $this->newest( static function () { return apply_filters( 'wxr_export_calculate_post_ids', array( 7 ) ); } ) ); // phpcs:ignore
		$this->assertSame( $this->code, $this->row( $this->post, 'barriers_test_code' ) );
		$this->assertSame( 1, $this->newest( static function () { do_action( 'xmlrpc_call', 'wp.getPosts' ); } )[1] ); // phpcs:ignore
		$this->assertSame( $this->code, $this->row( $this->post, 'barriers_test_code' ) );
		$this->assertSame( 0, $this->newest( static function () { do_action( 'xmlrpc_call', 'wp.getOptions' ); } )[1] ); // phpcs:ignore
	}

	public function test_what_is_about_no_offloaded_post_raises_none(): void {
		global $wpdb;
		$found = $this->newest(
			static function () use ( $wpdb ): void {
				$meta = array( 'meta_key' => 'barriers_test_code', 'meta_value' => '1' ); // phpcs:ignore
				get_users( $meta );
				get_terms( array( 'taxonomy' => 'category' ) + $meta );
				get_comments( $meta );
				get_posts( $meta );
				get_posts( array( 'post_type' => Side::NATIVE, 'orderby' => 'meta_value' ) + $meta ); // phpcs:ignore WordPress.Arrays
				get_posts( array( 'post_type' => 'hospital_appointment', 'orderby' => 'title' ) ); // phpcs:ignore WordPress.Arrays
				get_meta_sql( array( $meta ), 'user', $wpdb->users, 'ID' );
				wp_scheduled_delete();
			}
		);
		$this->assertSame( 1, $found[1], 'the list of appointments itself, and nothing else' );
	}

	public function test_a_barrier_holds_until_the_request_may_have_waited_for_another(): void {
		$sql = static function ( string $query ): callable {
			return static function () use ( $query ): void {
				global $wpdb;
				$wpdb->query( str_replace( 'wp_options', $wpdb->options, $query ) ); // phpcs:ignore WordPress.DB
			};
		};
		$this->between( 'nothing', '__return_true', 0 );
		$this->between( 'reading', $sql( "SELECT option_name FROM wp_options WHERE option_name = 'lock'" ), 0 );
		$this->between( 'a lock', $sql( "SELECT GET_LOCK('hospital test', 1)" ), 1 );
		$this->between( 'a locked row', $sql( 'SELECT option_name FROM wp_options WHERE option_id = 1 FOR UPDATE' ), 1 );
		$this->between( 'a write', $sql( "UPDATE wp_options SET option_value = option_value WHERE option_name = 'lock'" ), 1 );
		$this->between( 'an HTTP answer', static function () { do_action( 'http_api_debug' ); }, 1 ); // phpcs:ignore
	}

	/**
	 * Queries, does something while another writes, and queries twice: what the other wrote is found, for so many barriers.
	 *
	 * @param string   $what More.
	 * @param callable $does What is done.
	 * @param int      $more Barriers.
	 */
	private function between( string $what, callable $does, int $more ): void {
		$query = static function ( string $value ): array {
			return get_posts( array( 'post_type' => 'hospital_appointment', 'meta_key' => 'barriers_test_code', 'meta_value' => $value, 'fields' => 'ids' ) ); // phpcs:ignore
		};
		$began = hrtime( true );
		$calls = 0;
		$found = $this->newest(
			function ( int $post, string $code ) use ( $query, $does, $more, &$calls ): array {
				$this->assertSame( array( $post ), $query( $code ) );
				if ( $more ) {
					$this->kiosk( $post, array( 'barriers_test_code' => "$code meanwhile" ) );
				}
				$calls = Sidecar::$calls;
				$does();
				return $query( $more ? "$code meanwhile" : $code ) + $query( 'nobody has this' );
			}
		)[0];
		$this->assertSame( array( $this->post ), $found, $what );
		if ( hrtime( true ) - $began < 1000000000 ) { // It holds for a second at most.
			$this->assertSame( $more, Sidecar::$calls - $calls, $what );
		}
	}
}
