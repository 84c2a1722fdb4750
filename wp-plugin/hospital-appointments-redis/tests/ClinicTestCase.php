<?php
/**
 * What all tests share.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Answer;
use Hospital\Appointments_Redis\Barrier;
use Hospital\Appointments_Redis\Births;
use Hospital\Appointments_Redis\Breaker;
use Hospital\Appointments_Redis\Notices;
use Hospital\Appointments_Redis\Post_Types;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use PHPUnit\Framework\TestCase;

/**
 * Makes posts and removes them, puts hooks and globals back, and leaves the site in offload.
 */
abstract class ClinicTestCase extends TestCase {

	/** Seconds for the site to return. */
	private const PATIENCE = 30;

	/** @var int[] */
	private $posts = array();

	/** @var array<string, \WP_Hook> */
	private $hooks = array();

	protected function setUp(): void {
		parent::setUp();
		foreach ( $GLOBALS['wp_filter'] as $name => $hook ) {
			$this->hooks[ $name ] = clone $hook;
		}
		if ( ! static::is_native() ) {
			self::wait_for_offload();
		}
		$this->new_request();
	}

	protected function tearDown(): void {
		global $wpdb;
		$wpdb->query( 'ROLLBACK' );
		$wpdb->query( 'SET autocommit = 1' );
		$GLOBALS['wp_filter'] = $this->hooks;
		$_GET                 = array();
		$_POST                = array();
		unset( $GLOBALS['current_screen'] );
		wp_set_current_user( 0 );
		Breaker::close();
		foreach ( $this->posts as $post ) {
			wp_delete_post( $post, true );
			$wpdb->delete( $wpdb->postmeta, array( 'post_id' => $post ) ); // Of a post that was gone before.
		}
		$this->posts = array();
		if ( ! static::is_native() ) {
			self::wait_for_offload();
		}
		parent::tearDown();
	}

	/** Whether this class keeps the site in native mode itself. */
	protected static function is_native(): bool {
		return false;
	}

	/**
	 * A post that another request made.
	 *
	 * @param array<string, mixed> $meta   Metadata.
	 * @param array<string, mixed> $fields Post fields.
	 */
	protected function post( array $meta = array(), array $fields = array() ): int {
		$fields += array(
			'post_type'   => Post_Types::APPOINTMENT,
			'post_status' => 'publish',
			'post_title'  => 'A test',
			'meta_input'  => wp_slash( $meta ),
		);
		$post    = wp_insert_post( $fields, true );
		$this->assertIsInt( $post );
		$this->posts[] = $post;
		Births::end( $post );
		return $post;
	}

	/**
	 * Two equal posts.
	 *
	 * @param array<string, mixed> $meta Metadata.
	 */
	protected function twin( array $meta = array() ): Twin {
		return new Twin( $this, $this->post( $meta, array( 'post_type' => Side::NATIVE ) ), $this->post( $meta ) );
	}

	/** A post that is done with. */
	protected function remove( int $post ): void {
		wp_delete_post( $post, true );
		$this->posts = array_diff( $this->posts, array( $post ) );
	}

	/** Forgets what a new request would not know. */
	public function new_request(): void {
		Notices::forget();
		wp_cache_flush();
		Barrier::wrote();
	}

	/** A barrier for one post. */
	public function bring_home( int $post ): void {
		$answer = static::is_native() || null === get_post( $post )
			? Sidecar::wait_for( 'POST', '/v1/sync', array() )
			: Sidecar::wait_for( 'POST', '/v1/barrier', array( 'posts' => array( get_post_type( $post ) => array( $post ) ) ) );
		$this->assertTrue( $answer->ok(), "no barrier: $answer->code $answer->message" );
	}

	/**
	 * What waits in Redis for a post.
	 *
	 * @return array<string, mixed> By key, as the sidecar says it.
	 */
	protected function dirty( int $post ): array {
		$answer = Sidecar::wait_for( 'POST', '/v1/dirty', array( 'posts' => array( get_post_type( $post ) => array( $post ) ) ) );
		return $answer->data['posts'][ $post ] ?? array();
	}

	/**
	 * A kiosk writes, past WordPress.
	 *
	 * @param array<string, mixed> $fields Values by key.
	 */
	protected function kiosk( int $post, array $fields ): Answer {
		$answer = Sidecar::wait_for( 'PUT', "/v1/appointments/$post", array( 'fields' => $fields ) );
		$this->assertTrue( $answer->ok(), "the kiosk was refused: $answer->code $answer->message" );
		return $answer;
	}

	/** The bytes of a key's only row in MySQL. */
	protected function row( int $post, string $key ): ?string {
		global $wpdb;
		return $wpdb->get_var( $wpdb->prepare( "SELECT meta_value FROM $wpdb->postmeta WHERE post_id = %d AND meta_key = %s", $post, $key ) );
	}

	/** What something prints. */
	protected function printed( callable $prints ): string {
		ob_start();
		$prints();
		return (string) ob_get_clean();
	}

	/** The site row. */
	protected static function site(): \stdClass {
		global $wpdb;
		return $wpdb->get_row( 'SELECT * FROM ' . Site::table( 'sync_state' ) . ' WHERE blog_id = 1' ); // phpcs:ignore WordPress.DB
	}

	/** Waits until a sidecar owns the site, has seen that it does, and answers. */
	protected static function wait_for_offload(): void {
		$until = microtime( true ) + self::PATIENCE;
		while ( 'offload' !== self::site()->mode || true !== ( Sidecar::wait_for( 'POST', '/v1/dirty', array( 'posts' => new \stdClass() ) )->data['lease'] ?? false ) ) {
			if ( microtime( true ) > $until ) {
				self::fail( 'the site does not return to offload: ' . json_encode( self::site() ) );
			}
			usleep( 20000 );
		}
	}
}
