<?php
/**
 * What a call of the guide is about.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

use Hospital\Appointments_Redis\Settings;

defined( 'ABSPATH' ) || exit;

/**
 * An appointment, or a doctor's availability, named by post id or slug; resolved to its post where there is one.
 */
final class Target {

	/** @var string `appointment` or `doctor`. */
	private $kind;

	/** @var string Post id or slug, as given. */
	private $name;

	/** @var array<string, int> Post ids by blog, kind and slug. */
	private static $resolved = array();

	private function __construct( string $kind, string $name ) {
		if ( '' === $name ) {
			throw new Failure( 'the id is empty' );
		}
		$this->kind = $kind;
		$this->name = $name;
	}

	/** An appointment by post id or slug. */
	public static function appointment( string $name ): self {
		return new self( 'appointment', $name );
	}

	/** What a Redis key of the guide names. */
	public static function of_key( string $key ): self {
		if ( preg_match( '/^appointment:(.+)$/s', $key, $part ) ) {
			return new self( 'appointment', $part[1] );
		}
		if ( preg_match( '/^doctor:(.+):availability$/s', $key, $part ) ) {
			return new self( 'doctor', $part[1] );
		}
		throw new Failure( 'the keys here are appointment:{id} and doctor:{id}:availability' );
	}

	/** The Redis key of the guide. */
	public function key(): string {
		return 'doctor' === $this->kind ? 'doctor:' . $this->name . ':availability' : 'appointment:' . $this->name;
	}

	/**
	 * The sidecar's address of it: of the post where there is one, unless it is to be by the slug that was given.
	 *
	 * @param string $below   What follows.
	 * @param bool   $by_slug Whether what waits under the slug is meant too.
	 */
	public function path( string $below = '', bool $by_slug = false ): string {
		$post = $by_slug && preg_match( '/^[A-Za-z0-9_-]{1,200}$/D', $this->name ) ? 0 : $this->post_id();
		$name = rawurlencode( $post > 0 ? (string) $post : $this->name );
		return ( 'doctor' === $this->kind ? '/v1/doctors/' . $name . '/availability' : '/v1/appointments/' . $name ) . $below;
	}

	/** Whether it is named by a number. */
	public function is_numeric(): bool {
		return ctype_digit( $this->name );
	}

	/** The post; 0 when there is none, or none of a fitting type. Zeros before a number make it another name, as in Redis. */
	public function post_id(): int {
		if ( $this->is_numeric() ) {
			$post = (int) $this->name;
			return (string) $post === $this->name && $post > 0 && in_array( get_post_type( $post ), $this->types(), true ) ? $post : 0;
		}
		$memory = get_current_blog_id() . ':' . $this->kind . ':' . $this->name;
		$post   = self::$resolved[ $memory ] ?? 0;
		if ( 0 === $post || null === get_post( $post ) || get_post( $post )->post_name !== $this->name ) {
			$post = $this->find();
		}
		if ( $post > 0 ) {
			self::$resolved[ $memory ] = $post;
		}
		return $post;
	}

	/** The post type; of what is no post yet, the one it would be. */
	public function type(): string {
		$post = $this->post_id();
		return $post > 0 ? (string) get_post_type( $post ) : (string) ( $this->types()[0] ?? '' );
	}

	/** The post of this slug; the oldest, if several have it. */
	private function find(): int {
		global $wpdb;
		$types = $this->types();
		if ( ! $types ) {
			return 0;
		}
		$places = implode( ',', array_fill( 0, count( $types ), '%s' ) );
		$names  = array_merge( array( $this->name ), $types );
		// phpcs:ignore WordPress.DB -- only placeholders are put in; get_posts() would let other plugins hide the post.
		return (int) $wpdb->get_var( $wpdb->prepare( "SELECT ID FROM $wpdb->posts WHERE post_name = %s AND post_type IN ($places) ORDER BY ID LIMIT 1", $names ) );
	}

	/**
	 * The offloaded post types of this kind: those whose Redis key begins with it.
	 *
	 * @return string[]
	 */
	private function types(): array {
		$types = array();
		foreach ( Settings::post_types() as $type => $pattern ) {
			if ( 0 === strpos( $pattern, $this->kind . ':' ) ) {
				$types[] = (string) $type;
			}
		}
		return $types;
	}
}
