<?php
/**
 * Settings > Hospital Appointments.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Shows what is in effect and how it goes. Nothing is configured here: settings are constants of wp-config.php.
 */
final class Screen {

	private const PAGE = 'hospital-appointments-redis';

	/** Hooked to admin_menu. */
	public static function add(): void {
		add_options_page(
			__( 'Hospital Appointments', 'hospital-appointments-redis' ),
			__( 'Hospital Appointments', 'hospital-appointments-redis' ),
			'manage_options',
			self::PAGE,
			array( self::class, 'render' )
		);
	}

	/**
	 * Hooked to plugin_action_links_{plugin}.
	 *
	 * @param mixed $links Links in the list of plugins.
	 * @return array<int|string, mixed>
	 */
	public static function link( $links ): array {
		$link = sprintf( '<a href="%s">%s</a>', esc_url( self::url() ), esc_html__( 'Status', 'hospital-appointments-redis' ) );
		return array_merge( array( $link ), (array) $links );
	}

	/** The address of the screen. */
	public static function url(): string {
		return admin_url( 'options-general.php?page=' . self::PAGE );
	}

	/** Prints the screen. */
	public static function render(): void {
		if ( ! current_user_can( 'manage_options' ) ) {
			return;
		}
		$report = Health::report();
		printf( '<div class="wrap"><h1>%s</h1>', esc_html__( 'Hospital Appointments', 'hospital-appointments-redis' ) );
		Dead_Letters::result();
		self::heading( __( 'Health', 'hospital-appointments-redis' ) );
		self::table( Diagnosis::facts( $report ) );
		self::heading( __( 'Dead letters', 'hospital-appointments-redis' ) );
		printf( '<p>%s</p>', esc_html__( 'Updates that MySQL refused for good. They wait here until somebody decides.', 'hospital-appointments-redis' ) );
		Dead_Letters::render();
		self::heading( __( 'Settings', 'hospital-appointments-redis' ) );
		self::settings();
		if ( current_user_can( 'view_site_health_checks' ) ) {
			self::environment();
		}
		echo '</div>';
	}

	/** Prints the environment file. It names the database, and in a network that is for super administrators, as in Site Health. */
	private static function environment(): void {
		self::heading( __( 'Environment file of the sidecar', 'hospital-appointments-redis' ) );
		printf( '<p><label for="hospital-environment">%s</label></p>', esc_html__( 'Ready to be copied. It holds no secret: the sidecar reads passwords from wp-config.php and the token from the database.', 'hospital-appointments-redis' ) );
		printf( '<textarea id="hospital-environment" class="large-text code" rows="14" readonly>%s</textarea>', esc_textarea( Environment::text() ) );
	}

	/** Prints the settings in effect and where each is from. */
	private static function settings(): void {
		echo '<table class="widefat striped"><thead><tr>';
		foreach ( array( __( 'Setting', 'hospital-appointments-redis' ), __( 'In effect', 'hospital-appointments-redis' ), __( 'Source', 'hospital-appointments-redis' ) ) as $heading ) {
			printf( '<th scope="col">%s</th>', esc_html( $heading ) );
		}
		echo '</tr></thead><tbody>';
		foreach ( self::effective() as $name => $value ) {
			$source = defined( $name ) ? __( 'constant', 'hospital-appointments-redis' ) : __( 'default', 'hospital-appointments-redis' );
			$source = Settings::TOKEN === $name ? __( 'option', 'hospital-appointments-redis' ) : $source;
			printf( '<tr><td><code>%s</code></td><td>%s</td><td>%s</td></tr>', esc_html( $name ), esc_html( $value ), esc_html( $source ) );
		}
		echo '</tbody></table>';
	}

	/**
	 * The settings in effect; of secrets, only whether there is one.
	 *
	 * @return array<string, string>
	 */
	private static function effective(): array {
		$types = array();
		foreach ( Settings::post_types() as $type => $pattern ) {
			$types[] = "$type=$pattern";
		}
		$set     = __( 'set', 'hospital-appointments-redis' );
		$missing = __( 'not set', 'hospital-appointments-redis' );
		$told    = __( 'as the sidecar is told', 'hospital-appointments-redis' );
		return array(
			'HOSPITAL_APPOINTMENT_POST_TYPES'     => implode( ', ', $types ),
			'HOSPITAL_SIDECAR_ADDRESS'            => Settings::address(),
			/* translators: %d: milliseconds. */
			'HOSPITAL_SIDECAR_CONNECT_TIMEOUT_MS' => sprintf( __( '%d ms', 'hospital-appointments-redis' ), Settings::connect_timeout() ),
			/* translators: %d: milliseconds. */
			'HOSPITAL_SIDECAR_TIMEOUT_MS'         => sprintf( __( '%d ms', 'hospital-appointments-redis' ), Settings::timeout() ),
			/* translators: %d: milliseconds. */
			'HOSPITAL_LEASE_MS'                   => sprintf( __( '%d ms', 'hospital-appointments-redis' ), Settings::lease() ),
			'HOSPITAL_EXCLUDED_META_KEYS'         => implode( ', ', Settings::excluded_keys() ),
			'HOSPITAL_REDIS_HOST'                 => self::constant( 'HOSPITAL_REDIS_HOST', $told ),
			'HOSPITAL_REDIS_PORT'                 => self::constant( 'HOSPITAL_REDIS_PORT', $told ),
			'HOSPITAL_REDIS_PASSWORD'             => '' !== self::constant( 'HOSPITAL_REDIS_PASSWORD', '' ) ? $set : ( defined( 'HOSPITAL_REDIS_PASSWORD' ) ? $missing : $told ),
			Settings::TOKEN                       => '' !== Settings::token() ? $set : $missing,
		);
	}

	/** A constant as text. */
	private static function constant( string $name, string $otherwise ): string {
		return defined( $name ) && is_scalar( constant( $name ) ) ? (string) constant( $name ) : $otherwise;
	}

	/** Prints a heading. */
	private static function heading( string $text ): void {
		printf( '<h2>%s</h2>', esc_html( $text ) );
	}

	/**
	 * Prints facts.
	 *
	 * @param array<string, string> $facts Text by name.
	 */
	private static function table( array $facts ): void {
		echo '<table class="widefat striped"><tbody>';
		foreach ( $facts as $name => $text ) {
			printf( '<tr><th scope="row">%s</th><td>%s</td></tr>', esc_html( $name ), esc_html( $text ) );
		}
		echo '</tbody></table>';
	}
}
