<?php
/**
 * The list of classes is that of the files.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use PHPUnit\Framework\TestCase;
use const Hospital\Appointments_Redis\CLASSES;

final class AutoloadTest extends TestCase {

	public function test_every_class_that_has_a_file_is_listed_and_no_other(): void {
		$declared = array();
		foreach ( glob( dirname( __DIR__ ) . '/includes/{,guide/}class-*.php', GLOB_BRACE ) as $file ) {
			$code = (string) file_get_contents( $file );
			if ( preg_match( '/^namespace Hospital\\\\Appointments_Redis(?:\\\\(\w+))?;/m', $code, $namespace ) ) { // The guide's own class is loaded by name.
				$this->assertSame( 1, preg_match( '/^(?:final |abstract )?class (\w+)/m', $code, $class ), $file );
				$declared[] = ( isset( $namespace[1] ) ? $namespace[1] . '\\' : '' ) . $class[1];
			}
		}
		$this->assertNotEmpty( $declared );
		$this->assertEqualsCanonicalizing( $declared, explode( ' ', trim( CLASSES ) ) );
	}

	public function test_every_listed_class_is_found(): void {
		foreach ( explode( ' ', trim( CLASSES ) ) as $class ) {
			$this->assertTrue( class_exists( "Hospital\\Appointments_Redis\\$class" ), $class );
		}
		$this->assertFalse( class_exists( 'Hospital\Appointments_Redis\Nothing' ) );
		$this->assertFalse( class_exists( 'Hospital\Appointments_Redis_Addon\Writer' ) );
	}
}
