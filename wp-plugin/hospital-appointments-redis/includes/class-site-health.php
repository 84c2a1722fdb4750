<?php
/**
 * Tools > Site Health.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One test.
 */
final class Site_Health {

	private const TEST = 'hospital_appointments_redis';

	/**
	 * Hooked to site_status_tests.
	 *
	 * @param mixed $tests Tests.
	 * @return array<string, mixed>
	 */
	public static function add( $tests ): array {
		$tests                         = (array) $tests;
		$tests['direct'][ self::TEST ] = array(
			'label' => __( 'Hospital Appointments', 'hospital-appointments-redis' ),
			'test'  => array( self::class, 'test' ),
		);
		return $tests;
	}

	/**
	 * The test. Trouble is never critical: the site goes on without the sidecar. A dead letter is: somebody must decide.
	 *
	 * @return array<string, mixed>
	 */
	public static function test(): array {
		$report   = Health::report();
		$problems = Diagnosis::problems( $report );
		$status   = $problems ? 'recommended' : 'good';
		if ( (int) $report['dead_letters'] > 0 || 'unknown' === $report['mode'] ) {
			$status = 'critical';
		}
		return array(
			'test'        => self::TEST,
			'status'      => $status,
			'label'       => $problems ? __( 'Appointment updates need attention', 'hospital-appointments-redis' ) : __( 'Appointment updates are offloaded to Redis', 'hospital-appointments-redis' ),
			'badge'       => array(
				'label' => __( 'Performance', 'hospital-appointments-redis' ),
				'color' => 'blue',
			),
			'description' => '<p>' . esc_html( implode( ' ', $problems ? $problems : array( __( 'Updates go to Redis and come to MySQL in batches.', 'hospital-appointments-redis' ) ) ) ) . '</p>',
			'actions'     => sprintf( '<p><a href="%s">%s</a></p>', esc_url( Screen::url() ), esc_html__( 'Details', 'hospital-appointments-redis' ) ),
		);
	}
}
