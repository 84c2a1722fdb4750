<?php
/**
 * What administrators are told on every admin screen.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * One notice, for those who can do something about it; nobody else sees anything.
 */
final class Notices {

	/** Hooked to admin_notices. */
	public static function show(): void {
		$screen = get_current_screen();
		if ( ! current_user_can( 'manage_options' ) || ( null !== $screen && 'settings_page_hospital-appointments-redis' === $screen->id ) ) {
			return;
		}
		$problems = Diagnosis::problems( Health::noted() + self::asked() );
		if ( ! $problems ) {
			return;
		}
		printf(
			'<div class="notice notice-warning"><p><strong>%s</strong> %s <a href="%s">%s</a></p></div>',
			esc_html__( 'Hospital Appointments:', 'hospital-appointments-redis' ),
			esc_html( implode( ' ', $problems ) ),
			esc_url( Screen::url() ),
			esc_html__( 'Details', 'hospital-appointments-redis' )
		);
	}

	/** How many dead letters there were, for a minute. */
	private const COUNT = 'hospital_appointments_redis_dead';

	/** The count is another now. */
	public static function forget(): void {
		delete_transient( self::COUNT );
	}

	/**
	 * What the sidecar says: how many dead letters there are, or why it does not say. It is asked once a minute for all
	 * administrators; while it is known to be gone this costs nothing.
	 *
	 * @return array{dead_letters: int, error: string}
	 */
	private static function asked(): array {
		$count = Breaker::is_open() ? false : get_transient( self::COUNT );
		$error = '';
		if ( false === $count ) {
			$answer = Sidecar::ask( 'GET', '/v1/dead-letters?limit=1' );
			$count  = (int) ( $answer->data['count'] ?? 0 );
			$error  = $answer->ok() ? '' : Health::explain( $answer );
			if ( $answer->ok() ) {
				set_transient( self::COUNT, $count, MINUTE_IN_SECONDS );
			}
		}
		return array(
			'dead_letters' => (int) $count,
			'error'        => $error,
		);
	}
}
