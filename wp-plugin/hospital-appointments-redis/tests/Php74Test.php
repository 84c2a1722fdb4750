<?php
/**
 * The oldest PHP that the plugin says it runs on.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Php74.php';

/**
 * No such PHP is at hand, so the plugin's own code is searched for what only newer ones know.
 */
final class Php74Test extends TestCase {

	/** What must be found, and nothing else. */
	private const NEWER = array(
		'$a = match ( $b ) { 1 => 2 };',
		'enum Status { case Open; }',
		'class A { public readonly int $b; }',
		'#[Pure] function a() {}',
		'$a = $b?->c;',
		'a( name: 1 );',
		'a( 1, name: 2 );',
		'function a( int|string $b ) {}',
		'function a( A&B $b ) {}',
		'function a( mixed $b ) {}',
		'function a( $b = new C() ) {}',
		'class A { public function __construct( private int $b ) {} }',
		'class A { private int|string $b; }',
		'class A { private static mixed $b; }',
		'class A { public function b(): static { return $this; } }',
		'function a(): int|false { return 1; }',
		'function a(): never { exit; }',
		'$a = function () use ( $b ): mixed { return 1; };',
		'$a = static fn( int|string $b ) => $b;',
		'function a( $b, ) {}',
		'$a = function () use ( $b, ) {};',
		'$a = $b ?? throw new C();',
		'try { a(); } catch ( C ) { b(); }',
		'$a = $b::class;',
		'$a = strlen( ... );',
		'$a = 0o17;',
		'class A { const int B = 1; }',
		'$a = array_is_list( $b );',
		'$a = \array_find( $b, $c );',
	);

	/** What PHP 7.4 knows. */
	private const KNOWN = '
		namespace A\B;
		use C\D;
		abstract class E { private const F = 1; private ?int $g = null; public static array $h = array(); protected \A\B\E $i;
			public function __construct( ?int &$j = null, D ...$k ) { $this->g ??= $j; }
			public function match(): ?self { return $this; }
			abstract protected function l( array $m, callable $n = null ): void;
			public function array_find() { return $this->array_find( 1, ...$this->k ); }
		}
		function o( bool $p ): ?string { if ( $p ) { throw new \Exception( "q" ); } else throw new \Exception( "r" ); }
		switch ( $s ) { case T: $u = $v ? W : X; break; default: $u = 0017; }
		try { o( true, ); } catch ( D | \Exception $e ) { $y = E::class; }
		$z = static fn( int $n ): int => $n | 1; $f = function () use ( $z ): void {}; $n = 1_000 & $m; $a = [ ...$b, ];
		str_contains( $a, $b );';

	public function test_the_check_finds_each_construct(): void {
		foreach ( self::NEWER as $code ) {
			$this->assertNotSame( array(), Php74::problems( "<?php $code" ), "not found: $code" );
		}
		$this->assertSame( array( 'line 2: ?-> is of PHP 8' ), Php74::problems( "<?php\n\$a?->b;" ) );
	}

	public function test_and_nothing_that_was_known(): void {
		$this->assertSame( array(), Php74::problems( '<?php ' . self::KNOWN ) );
	}

	public function test_the_plugin_keeps_to_php_7_4(): void {
		$folder = dirname( __DIR__ );
		$files  = new \RecursiveIteratorIterator( new \RecursiveDirectoryIterator( $folder, \FilesystemIterator::SKIP_DOTS ) );
		$seen   = 0;
		foreach ( $files as $file ) {
			$name = substr( (string) $file, strlen( $folder ) + 1 );
			if ( '.php' !== substr( $name, -4 ) || 0 === strpos( $name, 'tests/' ) ) {
				continue; // The tests run on the PHP of the stack.
			}
			$this->assertSame( array(), Php74::problems( (string) file_get_contents( (string) $file ) ), $name );
			++$seen;
		}
		$this->assertGreaterThan( 40, $seen );
	}
}
