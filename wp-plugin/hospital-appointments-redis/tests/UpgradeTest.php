<?php
/**
 * The plugin is replaced by a new version.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Diagnosis;
use Hospital\Appointments_Redis\Health;
use Hospital\Appointments_Redis\Upgrade;

use const Hospital\Appointments_Redis\FILE;

/**
 * As WordPress' upgrader goes about it.
 */
final class UpgradeTest extends ClinicTestCase {

	protected function tearDown(): void {
		Upgrade::after();
		parent::tearDown();
	}

	public function test_the_sites_are_held_until_this_upgrade_is_over_not_another_process_s(): void {
		$this->assertTrue( apply_filters( 'upgrader_pre_install', true, array( 'plugin' => plugin_basename( FILE ) ) ) );
		$this->assertSame( array( 'native', '1' ), array( self::site()->mode, self::site()->held ) );
		Process::run( 'do_action( "upgrader_process_complete", null, array( "action" => "update", "type" => "plugin", "plugin" => "akismet/akismet.php" ) );' );
		$this->assertSame( array( 'native', '1' ), array( self::site()->mode, self::site()->held ), 'requests without the plugin may be running' );
		Upgrade::after();
		$this->assertSame( '0', self::site()->held );
	}

	public function test_an_administrator_is_told_that_it_is_being_upgraded(): void {
		$this->assertTrue( apply_filters( 'upgrader_pre_install', true, array( 'plugin' => plugin_basename( FILE ) ) ) );
		$told = implode( ' ', Diagnosis::problems( Health::noted() ) );
		$this->assertStringContainsString( 'upgraded', $told );
		$this->assertStringNotContainsString( 'deactivated', $told );
	}
}
