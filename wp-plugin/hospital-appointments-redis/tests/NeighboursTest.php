<?php
/**
 * What other plugins do to the filters.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * Nobody's filter is lost by ours, and ours by nobody's.
 */
final class NeighboursTest extends ClinicTestCase {

	/** As plugins do that want nobody else's storage of metadata in their way. */
	private const TAKE_ALL_OUT = 'foreach ( array( "add_post_metadata", "update_post_metadata", "get_post_metadata", "delete_post_metadata" ) as $filter ) { remove_all_filters( $filter ); }';

	/** WordPress skips the priority after one whose only callback removes itself. */
	public function test_filters_that_remove_themselves_do_not_take_ours_along(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$once = static function ( $value ) use ( &$once ) {
			remove_filter( current_filter(), $once, 20 );
			return $value;
		};
		foreach ( array( 'update_post_metadata_cache', 'get_post_metadata', 'update_post_metadata', 'query' ) as $filter ) {
			add_filter( $filter, static fn( $value ) => $value ); // One that is before it.
			add_filter( $filter, $once, 20 );
		}
		$this->assertTrue( update_post_meta( $post, 'status', 'confirmed' ) );
		$this->assertSame( 'confirmed', $this->dirty( $post )['status']['value'] ?? null, 'ours was not called' );
		$this->kiosk( $post, array( 'room' => '5' ) );
		foreach ( array( 'add_post_metadata', 'delete_post_metadata' ) as $filter ) {
			add_filter( $filter, $once, 20 );
		}
		$this->assertFalse( add_post_meta( $post, 'room', '6', true ), 'no barrier before an add' );
		$this->kiosk( $post, array( 'bed' => '7' ) );
		$this->assertTrue( delete_post_meta( $post, 'bed' ), 'no barrier before a delete' );
	}

	public function test_filters_that_remove_themselves_take_no_others_along_that_core_would_call(): void {
		$post   = $this->post( array( 'status' => 'pending' ) );
		$called = array();
		foreach ( array( 'get_post_metadata', 'update_post_metadata' ) as $filter ) {
			$once = static function ( $value ) use ( &$once, $filter ) {
				remove_filter( $filter, $once, 5 );
				return $value;
			};
			add_filter( $filter, $once, 5 );
			add_filter(
				$filter,
				static function ( $value ) use ( $filter, &$called ) {
					$called[ $filter ] = true;
					return $value;
				}
			);
			unset( $once );
		}
		update_post_meta( $post, 'status', 'confirmed' );
		$this->assertSame( array( 'update_post_metadata', 'get_post_metadata' ), array_keys( $called ) );
	}

	public function test_core_does_not_write_beside_what_waits_though_somebody_took_our_filters_out(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		foreach ( array( 'status', 'bed' ) as $key ) {
			$this->kiosk( $post, array( $key => 'by the kiosk' ) );
		}
		$did = Process::run(
			self::TAKE_ALL_OUT . '$post = $arguments["post"]; $did = array( update_post_meta( $post, "status", "by core" ) );
			' . self::TAKE_ALL_OUT . '$did[] = add_post_meta( $post, "bed", "by core" ) > 0;
			$did[] = has_filter( "update_post_metadata", array( Writer::class, "update" ) ); return $did;',
			array(),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( PHP_INT_MAX, array_pop( $did ), 'ours is in again' );
		$this->bring_home( $post );
		$this->assertSame( 'by core', $this->row( $post, 'status' ) );
		$this->new_request();
		$this->assertSame( 'by core', get_post_meta( $post, 'status', true ) );
		$this->assertSame( array( 'by the kiosk', 'by core' ), get_post_meta( $post, 'bed' ) );
	}

	public function test_nor_does_it_look_past_what_waits(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		foreach ( array( 'one', 'two', 'three' ) as $key ) {
			$this->kiosk( $post, array( $key => 'by the kiosk' ) );
		}
		$did = Process::run(
			'$post = $arguments["post"];
			' . self::TAKE_ALL_OUT . '$did = array( update_post_meta( $post, "one", "by core" ) );
			' . self::TAKE_ALL_OUT . '$did[] = add_post_meta( $post, "two", "by core", true );
			' . self::TAKE_ALL_OUT . '$did[] = delete_post_meta( $post, "three" ); return $did;',
			array(),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( array( true, false, true ), $did );
		$this->bring_home( $post );
		$this->new_request();
		$this->assertSame( array( array( 'by core' ), array( 'by the kiosk' ), array() ), array( get_post_meta( $post, 'one' ), get_post_meta( $post, 'two' ), get_post_meta( $post, 'three' ) ) );
	}

	public function test_a_listener_s_write_in_the_middle_of_such_a_write_of_core_s_is_the_earlier(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$did  = Process::run(
			'$post = $arguments["post"]; get_post_meta( $post, "status", true );
			add_action( "update_postmeta", $listen = static function ( $row, $post, $key ) use ( &$listen ) {
				remove_action( "update_postmeta", $listen );
				update_post_meta( $post, "status", "inner" );
			}, 10, 3 );
			add_filter( "update_post_metadata", static function ( $check ) { remove_all_filters( "update_post_metadata" ); return $check; }, PHP_INT_MAX - 2 );
			remove_all_filters( "update_post_metadata" );
			return update_post_meta( $post, "status", "outer" );',
			array(),
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertTrue( $did );
		$this->bring_home( $post );
		$this->assertSame( 'outer', $this->row( $post, 'status' ) );
	}

	public function test_who_listens_to_new_posts_is_not_skipped(): void {
		$heard = array();
		foreach ( array( 'transition_post_status', 'save_post', 'wp_after_insert_post' ) as $action ) {
			add_action(
				$action,
				$once = static function () use ( &$once, $action ): void {
					remove_action( $action, $once, 1 );
				},
				1
			);
			add_action(
				$action,
				static function () use ( $action, &$heard ): void {
					$heard[ $action ] = true;
				},
				5
			);
			unset( $once );
		}
		$this->post();
		$this->assertCount( 3, $heard );
	}

	public function test_what_waits_unseen_is_overtaken_though_somebody_took_our_filters_out(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		update_post_meta( $post, 'status', 'waiting' );
		$did = Process::run(
			self::TAKE_ALL_OUT . 'return update_post_meta( $arguments["post"], "status", "by core" );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' ), // Nothing listens there.
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertTrue( $did );
		self::wait_for_offload();
		$this->bring_home( $post );
		$this->assertSame( 'by core', $this->row( $post, 'status' ) );
	}
}
