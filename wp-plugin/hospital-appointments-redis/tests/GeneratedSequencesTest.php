<?php
/**
 * Random sequences of calls.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * HOSPITAL_SEED repeats a failure, HOSPITAL_SEQUENCES makes more of them: each takes about a fifth of a second.
 */
final class GeneratedSequencesTest extends ClinicTestCase {

	public function test_random_sequences_of_calls_end_as_they_do_in_plain_wordpress(): void {
		$first = (int) ( getenv( 'HOSPITAL_SEED' ) ?: 20250101 );
		$count = (int) ( getenv( 'HOSPITAL_SEQUENCES' ) ?: 60 );
		for ( $seed = $first; $seed < $first + $count; $seed++ ) {
			$this->play( $seed );
		}
	}

	/** One sequence: HOSPITAL_SEED=n HOSPITAL_SEQUENCES=1. */
	private function play( int $seed ): void {
		$twin = $this->twin(
			array(
				'status' => 'pending',
				'room'   => '4',
			)
		);
		$done = "seed $seed";
		$keys = array_values( array_unique( Steps::KEYS ) );
		foreach ( Steps::of( $seed, 12 ) as $step ) {
			$done .= "\n  " . preg_replace( '/\s+/', ' ', var_export( $step, true ) );
			$twin->same(
				$done,
				static function ( Side $side ) use ( $step ) {
					return Steps::take( $step, $side );
				}
			);
			if ( $step['again'] ) {
				$this->new_request();
			}
			$twin->reads_the_same( $done, $keys );
		}
		$twin->ends_the_same( $done, $keys );
		$this->remove( $twin->native->post );
		$this->remove( $twin->ours->post );
	}
}
