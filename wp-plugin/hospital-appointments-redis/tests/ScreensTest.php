<?php
/**
 * Notices, Site Health and the plugin's screen.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Diagnosis;
use Hospital\Appointments_Redis\Health;
use Hospital\Appointments_Redis\Notices;
use Hospital\Appointments_Redis\Screen;
use Hospital\Appointments_Redis\Settings;
use Hospital\Appointments_Redis\Sidecar;
use Hospital\Appointments_Redis\Site;
use Hospital\Appointments_Redis\Site_Health;

/**
 * What administrators see.
 */
final class ScreensTest extends ClinicTestCase {

	public function test_how_many_posts_wait_is_unknown_where_redis_was_not_asked(): void {
		$report = array( 'mode' => 'offload', 'held' => false, 'epoch' => 7, 'last_ok' => 10, 'last_error' => '', 'last_error_at' => 0, 'left' => 0, 'reachable' => true, 'ready' => false, 'version' => '', 'dirty_posts' => null ); // phpcs:ignore WordPress.Arrays
		foreach ( array( 'unknown' => array(), '0' => array( 'dirty_posts' => 0 ) ) as $said => $counted ) { // phpcs:ignore WordPress.Arrays
			$stats = array( 'blogs' => array( array( 'blog' => 1 ) + $counted ) );
			$this->assertSame( (string) $said, Diagnosis::facts( array( 'dead_letters' => null, 'stats' => $stats ) + $report )['Posts waiting for MySQL'] ); // phpcs:ignore WordPress.Arrays
		}
	}

	public function test_who_may_not_see_the_server_s_facts_in_site_health_does_not_see_them_here(): void {
		wp_set_current_user( 1 );
		$this->assertStringContainsString( 'HOSPITAL_DB_USER=', $this->printed( array( Screen::class, 'render' ) ) );
		// An administrator of one site of a network; elsewhere one who lacks the same.
		$user = wp_insert_user( array( 'user_login' => 'of-one-site-' . wp_rand(), 'user_pass' => wp_generate_password(), 'role' => 'administrator' ) ); // phpcs:ignore WordPress.Arrays
		wp_set_current_user( $user );
		add_filter(
			'user_has_cap',
			static function ( array $caps ): array {
				return array_diff_key( $caps, array( 'install_plugins' => true, 'view_site_health_checks' => true ) ); // phpcs:ignore WordPress.Arrays
			},
			PHP_INT_MAX
		);
		$html = $this->printed( array( Screen::class, 'render' ) );
		wp_delete_user( $user );
		$this->assertStringContainsString( 'HOSPITAL_SIDECAR_ADDRESS', $html );
		$this->assertStringNotContainsString( 'HOSPITAL_DB_USER=', $html );
		$this->assertStringNotContainsString( 'HOSPITAL_WP_CONFIG=', $html );
		$this->assertSame( 1, substr_count( $html, '<div class="wrap">' ) );
		$this->assertStringEndsWith( '</div>', $html );
	}

	public function test_administrators_hear_of_a_sidecar_that_does_not_answer_though_nobody_wrote(): void {
		$told = Process::run(
			'require_once ABSPATH . "wp-admin/includes/admin.php"; wp_set_current_user( 1 ); set_current_screen( "dashboard" ); Breaker::close();
			$told = array();
			foreach ( array( 1, 2 ) as $page ) { ob_start(); Notices::show(); $told[] = ob_get_clean(); }
			return array( $told, Health::noted()["mode"], Sidecar::$calls );',
			array( 'HOSPITAL_SIDECAR_ADDRESS' => '127.0.0.1:1' )
		);
		$this->assertStringContainsString( 'No sidecar listens at 127.0.0.1:1.', $told[0][0] );
		$this->assertStringContainsString( 'The sidecar did not answer a moment ago;', $told[0][1] );
		$this->assertSame( array( 'offload', 1 ), array( $told[1], $told[2] ), 'asking takes nothing over' );
	}

	public function test_trouble_that_is_over_is_not_shown_as_a_problem(): void {
		$report = array( 'mode' => 'offload', 'held' => false, 'epoch' => 7, 'last_ok' => 10, 'last_error' => 'gone', 'last_error_at' => 20, 'left' => 0 ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array(), Diagnosis::problems( $report ) );
		$live = array( 'reachable' => true, 'ready' => true, 'version' => '', 'dirty_posts' => 0, 'dead_letters' => 0 ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array(), Diagnosis::problems( $report + $live ) );
		$facts = Diagnosis::facts( $report + $live );
		$this->assertStringContainsString( ': gone', $facts['Last trouble'] );
		$this->assertArrayHasKey( 'Last successful check', $facts );
		$this->assertStringStartsWith( '7 (', $facts['Epoch'] );
		foreach ( array( array( 'ready' => false ) + $report + $live, array( 'mode' => 'native' ) + $report ) as $bad ) { // phpcs:ignore WordPress.Arrays
			$this->assertStringContainsString( 'Last trouble, ', implode( ' ', Diagnosis::problems( $bad ) ) );
		}
	}

	public function test_only_administrators_hear_of_trouble(): void {
		set_current_screen( 'dashboard' );
		update_option( Health::OPTION, array( 'last_ok' => time() ) );
		wp_set_current_user( 1 );
		$well = $this->printed( array( Notices::class, 'show' ) );
		$this->assertSame( 0 === $this->dead_letters(), '' === $well, $well );
		Site::hold();
		try {
			$this->assertStringContainsString( 'notice-warning', $this->printed( array( Notices::class, 'show' ) ) );
			$this->assertSame( 0 === $this->dead_letters() ? 'recommended' : 'critical', Site_Health::test()['status'] );
			wp_set_current_user( 0 );
			$this->assertSame( '', $this->printed( array( Notices::class, 'show' ) ) );
			$this->assertSame( '', $this->printed( array( Screen::class, 'render' ) ) );
		} finally {
			Site::release();
		}
	}

	public function test_site_health_says_that_all_is_well(): void {
		update_option( Health::OPTION, array( 'last_ok' => time() ) );
		$this->assertArrayHasKey( 'hospital_appointments_redis', Site_Health::add( array() )['direct'] );
		$test = Site_Health::test();
		$this->assertSame( 0 === $this->dead_letters() ? 'good' : 'critical', $test['status'], $test['description'] );
	}

	public function test_the_screen_shows_settings_and_no_secret(): void {
		wp_set_current_user( 1 );
		$html = $this->printed( array( Screen::class, 'render' ) );
		$this->assertStringContainsString( 'HOSPITAL_APPOINTMENT_POST_TYPES', $html );
		$this->assertStringContainsString( 'HOSPITAL_WP_CONFIG=', $html );
		$this->assertSame( defined( 'HOSPITAL_REDIS_PASSWORD' ), false === strpos( $html, 'HOSPITAL_REDIS_PASSWORD</code></td><td>as the sidecar is told' ) );
		$this->assertNotSame( '', Settings::token() );
		foreach ( array( Settings::token(), DB_PASSWORD . '"', 'DB_PASSWORD=' . DB_PASSWORD ) as $secret ) {
			$this->assertStringNotContainsString( $secret, $html );
		}
	}

	/** How many updates wait for a decision; other tests of the stack may have left some. */
	private function dead_letters(): int {
		return (int) ( Sidecar::wait_for( 'GET', '/v1/dead-letters?limit=1' )->data['count'] ?? 0 );
	}
}
