<?php
/**
 * Deleting the plugin.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * As WordPress does it: in a process where the plugin is not active.
 */
final class UninstallTest extends ClinicTestCase {

	private const UNINSTALL = '
		global $wpdb;
		define( "WP_UNINSTALL_PLUGIN", "hospital-appointments-redis/hospital-appointments-redis.php" );
		$loaded = class_exists( __NAMESPACE__ . "\Writer" );
		require WP_PLUGIN_DIR . "/hospital-appointments-redis/uninstall.php";
		wp_cache_flush();
		return array(
			"loaded" => $loaded,
			"tables" => $wpdb->get_col( "SHOW TABLES LIKE \'{$wpdb->base_prefix}hospital\_%\'" ),
			"token"  => get_option( "hospital_appointments_redis_token", "" ),
			"errors" => $wpdb->last_error,
		);';

	private const TABLES = array( 'hospital_native_write', 'hospital_sync_fence', 'hospital_sync_notice', 'hospital_sync_state' );

	/** Another site in the same database, with its own tables. */
	private const ELSEWHERE = '
		global $wpdb;
		$wpdb->query( "CREATE TABLE gone_options LIKE $wpdb->options" );
		$wpdb->set_prefix( "gone_" );
		wp_cache_flush();
		$sql = str_replace( "{base}", "gone_", preg_replace( "/^--.*$/m", "", file_get_contents( WP_PLUGIN_DIR . "/hospital-appointments-redis/includes/schema.sql" ) ) );
		array_map( array( $wpdb, "query" ), array_filter( array_map( "trim", explode( ";", $sql ) ) ) );
		$wpdb->query( "INSERT INTO gone_hospital_sync_state (blog_id) VALUES (1)" );
		update_option( "hospital_appointments_redis_token", "secret" );
		update_option( "hospital_appointments_redis_version", "1" );
		register_shutdown_function( static function () use ( $wpdb ) { foreach ( array( "options", "hospital_native_write", "hospital_sync_fence", "hospital_sync_notice", "hospital_sync_state" ) as $table ) { $wpdb->query( "DROP TABLE IF EXISTS gone_$table" ); } } );
		';

	public function test_by_default_everything_is_kept(): void {
		$this->assert_kept( Process::run( self::UNINSTALL, array(), array( 'active' => false ) ) );
	}

	public function test_even_when_told_to_remove_it_refuses_while_anything_may_wait_in_redis(): void {
		$this->assert_kept( Process::run( self::UNINSTALL, array( 'HOSPITAL_REMOVE_DATA' => true ), array( 'active' => false ) ) );
	}

	public function test_told_to_remove_it_removes_what_nobody_needs(): void {
		$told = Process::run( self::ELSEWHERE . self::UNINSTALL, array( 'HOSPITAL_REMOVE_DATA' => true ), array( 'active' => false ) );
		$this->assertSame( array( 'loaded' => false, 'tables' => array(), 'token' => '', 'errors' => '' ), $told ); // phpcs:ignore WordPress.Arrays
	}

	public function test_a_site_that_a_sidecar_owned_is_kept_while_the_sidecar_is_silent(): void {
		$code = self::ELSEWHERE . '$wpdb->query( "UPDATE gone_hospital_sync_state SET returned = 2, epoch = 3, settled = 3, held = 1" );' . self::UNINSTALL;
		$told = Process::run(
			$code,
			array(
				'HOSPITAL_REMOVE_DATA'     => true,
				'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1',
			),
			array( 'active' => false )
		);
		$this->assertCount( 4, $told['tables'] );
		$this->assertSame( 'secret', $told['token'] );
	}

	public function test_called_from_outside_it_does_nothing(): void {
		$told = Process::run( 'echo "{\"outcome\":\"it ended the request\"}"; require WP_PLUGIN_DIR . "/hospital-appointments-redis/uninstall.php"; return "it went on";', array( 'HOSPITAL_REMOVE_DATA' => true ), array( 'active' => false ) );
		$this->assertSame( 'it ended the request', $told );
	}

	/**
	 * Everything is still there.
	 *
	 * @param array<string, mixed> $told From the other process.
	 */
	private function assert_kept( array $told ): void {
		global $wpdb;
		$this->assertFalse( $told['loaded'], 'the plugin was not active there' );
		$this->assertSame( '', $told['errors'] );
		$names = array_map(
			static function ( string $table ) use ( $wpdb ): string {
				return $wpdb->base_prefix . $table;
			},
			self::TABLES
		);
		$this->assertSame( $names, $told['tables'] );
		$this->assertSame( get_option( 'hospital_appointments_redis_token' ), $told['token'] );
		$this->assertSame( 'offload', self::site()->mode );
	}
}
