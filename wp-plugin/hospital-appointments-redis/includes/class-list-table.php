<?php
/**
 * The lists of appointments and of doctors: columns, sorting, filter.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis;

defined( 'ABSPATH' ) || exit;

/**
 * Adds status, doctor and start; for doctors whether, until when and where they are to be had. Filtering and sorting are
 * meta queries: what they read is brought home by the barrier that every meta query raises.
 */
final class List_Table {

	private const FILTER = 'hospital_status';
	private const SORT   = 'hospital_start';

	/** @var bool Whether this page's doctors are in the cache. */
	private static $primed = false;

	/**
	 * Hooked to manage_hospital_appointment_posts_columns.
	 *
	 * @param mixed $columns Columns.
	 * @return array<string, string>
	 */
	public static function columns( $columns ): array {
		return self::before_date(
			(array) $columns,
			array(
				self::FILTER      => __( 'Status', 'hospital-appointments-redis' ),
				'hospital_doctor' => __( 'Doctor', 'hospital-appointments-redis' ),
				self::SORT        => __( 'Start', 'hospital-appointments-redis' ),
			)
		);
	}

	/**
	 * Hooked to manage_hospital_doctor_posts_columns.
	 *
	 * @param mixed $columns Columns.
	 * @return array<string, string>
	 */
	public static function doctor_columns( $columns ): array {
		return self::before_date(
			(array) $columns,
			array(
				'hospital_available' => __( 'Available', 'hospital-appointments-redis' ),
				'hospital_until'     => __( 'Until', 'hospital-appointments-redis' ),
				'hospital_room'      => __( 'Room', 'hospital-appointments-redis' ),
			)
		);
	}

	/**
	 * Hooked to manage_edit-hospital_appointment_sortable_columns.
	 *
	 * @param mixed $columns Sortable columns.
	 * @return array<string, mixed>
	 */
	public static function sortable( $columns ): array {
		$start = array( self::SORT, false, __( 'Start', 'hospital-appointments-redis' ), __( 'Table ordered by Start.', 'hospital-appointments-redis' ) );
		return array( self::SORT => $start ) + (array) $columns;
	}

	/**
	 * Hooked to manage_hospital_appointment_posts_custom_column.
	 *
	 * @param mixed $column  Column.
	 * @param mixed $post_id Post.
	 */
	public static function cell( $column, $post_id ): void {
		$post_id = (int) $post_id;
		switch ( $column ) {
			case self::FILTER:
				echo esc_html( Post_Types::status_label( self::text( $post_id, 'status' ) ) );
				break;
			case self::SORT:
				echo esc_html( self::time( self::text( $post_id, 'start' ) ) );
				break;
			case 'hospital_doctor':
				self::prime_doctors( $post_id );
				echo esc_html( self::doctor( (int) self::text( $post_id, 'doctor_id' ) ) );
				break;
		}
	}

	/**
	 * Hooked to manage_hospital_doctor_posts_custom_column. WordPress has read the metadata of the whole page by then.
	 *
	 * @param mixed $column  Column.
	 * @param mixed $post_id Post.
	 */
	public static function doctor_cell( $column, $post_id ): void {
		$post_id = (int) $post_id;
		switch ( $column ) {
			case 'hospital_available':
				if ( metadata_exists( 'post', $post_id, 'available' ) ) {
					echo esc_html( rest_sanitize_boolean( self::text( $post_id, 'available' ) ) ? __( 'Yes', 'hospital-appointments-redis' ) : __( 'No', 'hospital-appointments-redis' ) );
				}
				break;
			case 'hospital_until':
				echo esc_html( self::time( self::text( $post_id, 'until' ) ) );
				break;
			case 'hospital_room':
				echo esc_html( self::text( $post_id, 'room' ) );
				break;
		}
	}

	/**
	 * Hooked to restrict_manage_posts.
	 *
	 * @param mixed $post_type Post type.
	 */
	public static function filter( $post_type ): void {
		if ( ! Post_Types::ours() || Post_Types::APPOINTMENT !== $post_type ) {
			return;
		}
		$chosen = self::chosen();
		printf( '<label class="screen-reader-text" for="hospital-status-filter">%s</label>', esc_html__( 'Filter by status', 'hospital-appointments-redis' ) );
		printf( '<select name="%s" id="hospital-status-filter">', esc_attr( self::FILTER ) );
		printf( '<option value="">%s</option>', esc_html__( 'All statuses', 'hospital-appointments-redis' ) );
		foreach ( Post_Types::statuses() as $status => $label ) {
			printf( '<option value="%s"%s>%s</option>', esc_attr( $status ), selected( $chosen, $status, false ), esc_html( $label ) );
		}
		echo '</select>';
	}

	/**
	 * Hooked to pre_get_posts. The list begins in WordPress's own order, newest first: ordered by the start, it would be a
	 * meta query, and every look at it would bring home what waits for all posts.
	 *
	 * @param mixed $query Query.
	 */
	public static function query( $query ): void {
		if ( ! $query instanceof \WP_Query || ! is_admin() || ! $query->is_main_query() || ! Post_Types::ours() || Post_Types::APPOINTMENT !== $query->get( 'post_type' ) ) {
			return;
		}
		$conditions = array_filter( (array) $query->get( 'meta_query' ) );
		$conditions = $conditions ? array( $conditions ) : array(); // Whole: it may say OR.
		if ( '' !== self::chosen() ) {
			$conditions[] = array(
				'key'   => 'status',
				'value' => self::chosen(),
			);
		}
		if ( self::SORT === $query->get( 'orderby' ) ) {
			// NOT EXISTS joins just the rows of this key, so its alias sorts; appointments without a start stay in the list.
			$conditions[] = array(
				'relation' => 'OR',
				self::SORT => array(
					'key'     => 'start',
					'compare' => 'NOT EXISTS',
				),
				array(
					'key'     => 'start',
					'compare' => 'EXISTS',
				),
			);
		}
		if ( $conditions ) {
			$query->set( 'meta_query', $conditions );
		}
	}

	/** The status to filter by; the empty string for all. */
	private static function chosen(): string {
		// phpcs:ignore WordPress.Security.NonceVerification.Recommended -- a filter of a list changes nothing.
		$status = isset( $_GET[ self::FILTER ] ) && is_string( $_GET[ self::FILTER ] ) ? sanitize_text_field( wp_unslash( $_GET[ self::FILTER ] ) ) : '';
		return $status;
	}

	/**
	 * Columns with others before the date.
	 *
	 * @param array<string, string> $columns Columns.
	 * @param array<string, string> $more    Others.
	 * @return array<string, string>
	 */
	private static function before_date( array $columns, array $more ): array {
		$date = array_intersect_key( $columns, array( 'date' => true ) );
		return array_diff_key( $columns, $date ) + $more + $date;
	}

	/** All doctors of this page, posts and metadata together. */
	private static function prime_doctors( int $post_id ): void {
		if ( self::$primed ) {
			return;
		}
		self::$primed = true;
		$posts        = isset( $GLOBALS['wp_query'] ) ? wp_list_pluck( (array) $GLOBALS['wp_query']->posts, 'ID' ) : array();
		$posts[]      = $post_id;
		$doctors      = array();
		foreach ( $posts as $id ) {
			$doctors[] = (int) self::text( (int) $id, 'doctor_id' );
		}
		$doctors = array_values( array_unique( array_filter( $doctors ) ) );
		if ( $doctors ) {
			_prime_post_caches( $doctors, false, true );
		}
	}

	/** A doctor's name, and whether to be had. */
	private static function doctor( int $id ): string {
		if ( $id <= 0 || Post_Types::DOCTOR !== get_post_type( $id ) ) {
			return '';
		}
		$name = Meta_Fields::name( $id );
		if ( metadata_exists( 'post', $id, 'available' ) && ! rest_sanitize_boolean( self::text( $id, 'available' ) ) ) {
			/* translators: %s: name of a doctor. */
			return sprintf( __( '%s (not available)', 'hospital-appointments-redis' ), $name );
		}
		return $name;
	}

	/** A local time as the site writes dates; anything else as it is. */
	private static function time( string $text ): string {
		$local = Meta_Fields::time( $text );
		$time  = '' === $local ? false : date_create_immutable( $local, wp_timezone() );
		if ( false === $time ) {
			return $text;
		}
		return (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $time->getTimestamp() );
	}

	/** A meta value as text. */
	private static function text( int $post_id, string $key ): string {
		$value = get_post_meta( $post_id, $key, true );
		return is_scalar( $value ) ? (string) $value : '';
	}
}
