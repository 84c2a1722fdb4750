<?php
/**
 * The list of what MySQL refused, on the plugin's screen.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

use Hospital\Appointments_Redis\Dead_Letters;
use Hospital\Appointments_Redis\Sidecar;

/**
 * An administrator decides about what the list showed, and about nothing else.
 */
final class DeadLettersTest extends ClinicTestCase {

	/** @var int */
	private $post;

	protected function setUp(): void {
		parent::setUp();
		wp_set_current_user( 1 );
		$this->post = $this->post();
		$this->refused( '/zE=' );
	}

	protected function tearDown(): void {
		Sidecar::wait_for( 'DELETE', $this->path(), array( 'reason' => 'the test is over' ) );
		wp_set_current_user( 0 );
		$_POST    = array();
		$_REQUEST = array();
		parent::tearDown();
	}

	public function test_one_that_is_discarded_is_gone(): void {
		$this->assertSame( 'done', $this->decide( array( 'decision' => 'discard', 'reason' => 'entered by hand' ) + $this->shown() ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 404, $this->letter()->status );
	}

	public function test_discarding_wants_a_reason(): void {
		$this->assertSame( 'failed', $this->decide( array( 'decision' => 'discard', 'reason' => ' ' ) + $this->shown() ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( 200, $this->letter()->status );
	}

	public function test_one_that_nobody_has_seen_is_not_discarded_in_the_place_of_one_that_was(): void {
		$seen = $this->shown();
		$this->refused( '/zI=' );
		$this->assertSame( 'other', $this->decide( array( 'decision' => 'discard', 'reason' => 'entered by hand' ) + $seen ) ); // phpcs:ignore WordPress.Arrays
		$this->assertSame( array( 'b64' => '/zI=' ), $this->letter()->data['dead_letter']['value'] ?? null );
		$_GET['hospital_letter'] = 'other';
		$this->assertStringContainsString( 'written again since you looked', $this->printed( array( Dead_Letters::class, 'result' ) ) );
		unset( $_GET['hospital_letter'] );
	}

	public function test_one_that_is_retried_is_a_write_again(): void {
		$before = $this->letter()->data['dead_letter']['version'];
		$this->assertSame( 'done', $this->decide( array( 'decision' => 'retry' ) + $this->shown() ) );
		$this->bring_home( $this->post );
		$this->assertNotSame( $before, $this->letter()->data['dead_letter']['version'], 'MySQL has refused it again' );
	}

	public function test_who_writes_a_reason_and_presses_enter_discards(): void {
		$html = $this->printed( array( Dead_Letters::class, 'render' ) );
		preg_match( '/<button[^>]* name="decision" value="(\w+)"/', $html, $first );
		$this->assertSame( 'discard', $first[1] ?? '', 'a browser sends the form as if its first button had been pressed' );
	}

	public function test_a_key_with_an_entity_comes_back_byte_for_byte(): void {
		$key    = 'R&amp;D "1" <b>';
		$answer = Sidecar::wait_for( 'PUT', "/v1/appointments/$this->post", array( 'raw' => true, 'fields' => array( $key => array( 'b64' => '/zE=' ) ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertTrue( $answer->ok(), $answer->message );
		$this->bring_home( $this->post );
		$html = $this->printed( array( Dead_Letters::class, 'render' ) );
		Sidecar::wait_for( 'DELETE', "/v1/dead-letters/$this->post/" . rawurlencode( $key ), array( 'reason' => 'the test is over' ) );
		preg_match_all( '/name="letter_key" value="([^"]*)"/', $html, $found );
		$this->assertContains( $key, array_map( 'html_entity_decode', $found[1] ) );
	}

	public function test_what_is_no_decision_is_none(): void {
		$before = $this->letter()->data['dead_letter']['version'];
		$this->assertSame( 'failed', $this->decide( array( 'reason' => 'entered by hand' ) + $this->shown() ) );
		$this->bring_home( $this->post );
		$this->assertSame( $before, $this->letter()->data['dead_letter']['version'] ?? null );
	}

	/** A kiosk writes what the column's charset does not have. */
	private function refused( string $base64 ): void {
		$answer = Sidecar::wait_for( 'PUT', "/v1/appointments/$this->post", array( 'raw' => true, 'fields' => array( 'notes' => array( 'b64' => $base64 ) ) ) ); // phpcs:ignore WordPress.Arrays
		$this->assertTrue( $answer->ok(), "the kiosk was refused: $answer->code $answer->message" );
		$this->bring_home( $this->post );
		$this->assertSame( array( 'b64' => $base64 ), $this->letter()->data['dead_letter']['value'] ?? null );
	}

	/** The hidden fields of the letter's form. */
	private function shown(): array {
		$html = $this->printed( array( Dead_Letters::class, 'render' ) );
		$this->assertStringContainsString( "<td>\u{FFFD}", $html );
		foreach ( explode( '<form', $html ) as $form ) {
			if ( false !== strpos( $form, 'name="letter_post" value="' . $this->post . '"' ) ) {
				preg_match_all( '/<input type="hidden" (?:id="\w+" )?name="(\w+)" value="([^"]*)"/', $form, $found );
				return array_combine( $found[1], $found[2] );
			}
		}
		$this->fail( "not listed: $html" );
	}

	/**
	 * Sends the form; returns what the screen is told.
	 *
	 * @param array<string, string> $form Form.
	 */
	private function decide( array $form ): string {
		$_POST    = wp_slash( $form );
		$_REQUEST = $_POST;
		$location = '';
		$catch    = static function ( $to ) use ( &$location ): string {
			$location = $to;
			throw new \RuntimeException( 'redirected' );
		};
		add_filter( 'wp_redirect', $catch );
		try {
			Dead_Letters::handle();
		} catch ( \RuntimeException $redirected ) {
			parse_str( (string) wp_parse_url( $location, PHP_URL_QUERY ), $query );
			return $query['hospital_letter'] ?? $redirected->getMessage();
		} finally {
			remove_filter( 'wp_redirect', $catch );
		}
		$this->fail( 'nobody was redirected' );
	}

	/** The letter. */
	private function letter(): \Hospital\Appointments_Redis\Answer {
		return Sidecar::wait_for( 'GET', $this->path() );
	}

	/** Where the API has it. */
	private function path(): string {
		return "/v1/dead-letters/$this->post/notes";
	}
}
