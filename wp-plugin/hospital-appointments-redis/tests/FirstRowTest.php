<?php
/**
 * A key that had no row when core looked, and has one when core writes.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * What an outage keeps from being seen: a kiosk's field without a row comes home between core's look and its write, while
 * the lease is waited for or by the barrier that is answered after all (protocol R3).
 */
final class FirstRowTest extends ClinicTestCase {

	/** Nothing listens there. */
	private const NOWHERE = array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' );

	/** While the lease is waited for, a sync of what a kiosk wrote before. */
	private const HOME_MEANWHILE = '
		$post = $arguments["post"];
		$came = 0;
		$other = new \wpdb( DB_USER, DB_PASSWORD, DB_NAME, DB_HOST );
		$home = static function ( $sql ) use ( &$home, &$came, $other, $post ) {
			if ( "SELECT CONNECTION_ID()" === $sql ) {
				remove_filter( "query", $home );
				$came = $other->insert( $GLOBALS["wpdb"]->postmeta, array( "post_id" => $post, "meta_key" => "kiosk", "meta_value" => "by a kiosk" ) );
			}
			return $sql;
		};
		add_filter( "query", $home );';

	public function test_an_update_finds_the_row_that_came_home_while_it_waited(): void {
		list( $written, $rows ) = $this->while_it_waits( 'update_post_meta( $post, "kiosk", "by staff" )' );
		$this->assertIsInt( $written );
		$this->assertSame( array( 'by staff' ), $rows );
	}

	public function test_a_unique_add_yields_to_the_row_that_came_home_while_it_waited(): void {
		$this->assertSame( array( false, array( 'by a kiosk' ) ), $this->while_it_waits( 'add_post_meta( $post, "kiosk", "by staff", true )' ) );
	}

	public function test_an_add_stands_beside_the_row_that_came_home_while_it_waited(): void {
		$this->assertSame( array( 'by a kiosk', 'by staff' ), $this->while_it_waits( 'add_post_meta( $post, "kiosk", "by staff" )' )[1] );
	}

	public function test_a_delete_deletes_the_row_that_came_home_while_it_waited(): void {
		$this->assertSame( array( false, array() ), $this->while_it_waits( 'delete_post_meta( $post, "kiosk" )' ) );
	}

	public function test_it_is_no_listener_s_row_though_one_listens(): void {
		list( , $rows ) = $this->while_it_waits(
			'( static function () use ( $post ) {
				add_action( "add_post_meta", static function ( $id, $key ) { "kiosk" === $key && update_post_meta( $id, "status", "by a listener" ); }, 10, 2 );
				return update_post_meta( $post, "kiosk", "by staff" );
			} )()'
		);
		$this->assertSame( array( 'by staff' ), $rows );
	}

	public function test_nor_though_a_sanitizer_writes_in_between(): void {
		list( , $rows ) = $this->while_it_waits(
			'( static function () use ( $post ) {
				add_filter( "sanitize_post_meta_kiosk", static function ( $value ) use ( $post ) { static $n = 0; ++$n; 2 === $n && add_post_meta( $post, "log", "sanitized" ); return $value; } );
				return update_post_meta( $post, "kiosk", "by staff" );
			} )()'
		);
		$this->assertSame( array( 'by staff' ), $rows );
	}

	public function test_a_delete_of_all_posts_deletes_the_row_that_came_home_while_it_waited(): void {
		$other = $this->post( array( 'kiosk' => 'another' ) );
		$this->assertSame( array( true, array() ), $this->while_it_waits( 'delete_post_meta_by_key( "kiosk" )' ) );
		$this->assertSame( array(), $this->rows( $other ) );
	}

	public function test_core_does_not_write_unmarked_to_a_row_that_came_home_after_our_look(): void {
		$post = $this->post( array( 'status' => 'pending' ) );
		$told = Process::run(
			str_replace( '"SELECT CONNECTION_ID()" === $sql', '0 === strpos( $sql, "SELECT meta_id FROM" )', self::HOME_MEANWHILE ) // Core's own.
			. '$did = update_post_meta( $post, "kiosk", "by staff" ); $site = Site::read();
			return array( $did, $came, $site->offload, $GLOBALS["wpdb"]->get_var( "SELECT COUNT(*) FROM " . Site::table( "native_write" ) . " WHERE post_id = $post AND meta_key = \'kiosk\'" ) );',
			self::NOWHERE,
			array( 'arguments' => array( 'post' => $post ) )
		);
		$this->assertSame( array( true, 1, false, '1' ), $told );
		$this->assertSame( array( 'by staff' ), $this->rows( $post ) );
	}

	public function test_an_update_finds_the_row_that_the_second_barrier_brought_home(): void {
		$this->assertSame( array( 'by staff' ), $this->after_a_failure( 'update_post_meta( $post, "kiosk", "by staff" )', 'add_post_metadata' ) );
	}

	public function test_a_delete_deletes_the_row_that_the_second_barrier_brought_home(): void {
		$this->assertSame( array(), $this->after_a_failure( 'delete_post_meta( $post, "kiosk" )', 'query' ) );
	}

	/**
	 * What a write does when a row comes home while it waits.
	 *
	 * @return array{mixed, string[]} What it returned, and the rows.
	 */
	private function while_it_waits( string $write ): array {
		$post = $this->post( array( 'status' => 'pending' ) );
		$told = Process::run( self::HOME_MEANWHILE . "\$did = $write; return array( \$did, \$came );", self::NOWHERE, array( 'arguments' => array( 'post' => $post ) ) );
		$this->assertSame( 1, $told[1], 'nothing came home meanwhile' );
		return array( $told[0], $this->rows( $post ) );
	}

	/**
	 * The rows after a write whose first call has just failed, while a kiosk's write was acknowledged and waits; the sidecar
	 * is well again when this filter is called.
	 *
	 * @return string[]
	 */
	private function after_a_failure( string $write, string $well_again ): array {
		$post = $this->post( array( 'status' => 'pending' ) );
		Process::run(
			'$post = $arguments["post"]; $filter = $arguments["filter"];
			$well = static function ( $given ) use ( &$well, $post, $filter ) {
				if ( "query" !== $filter || 0 === strncmp( $given, "SELECT epoch", 12 ) ) {
					remove_filter( $filter, $well, 1 );
					Sidecar::wait_for( "PUT", "/v1/appointments/$post", array( "fields" => array( "kiosk" => "by a kiosk" ) ) );
				}
				return $given;
			};
			add_filter( $filter, $well, 1 );
			( static function () { self::$failed = (int) hrtime( true ); } )->bindTo( null, Sidecar::class )();
			return ' . $write . ';',
			array( 'HOSPITAL_SIDECAR_TIMEOUT_MS' => 2000 ), // A busy machine is slow, and no outage.
			array(
				'arguments' => array(
					'post'   => $post,
					'filter' => $well_again,
				),
			)
		);
		$this->bring_home( $post );
		return $this->rows( $post );
	}

	/**
	 * The values of the key's rows.
	 *
	 * @return string[]
	 */
	private function rows( int $post ): array {
		global $wpdb;
		return $wpdb->get_col( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = $post AND meta_key = 'kiosk' ORDER BY meta_id" ); // phpcs:ignore WordPress.DB
	}
}
