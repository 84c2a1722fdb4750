<?php
/**
 * Random calls of the meta API.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Tests;

/**
 * A seed makes a sequence of steps; each is data, so that it can be printed, and done to any post.
 */
final class Steps {

	/** Few keys, so that steps meet; most of them updated through Redis, some that only core may write. */
	public const KEYS = array( 'status', 'status', 'status', 'Status', 'room', 'room ', 'notes', 'checklist', '_hidden', '42', 'über', 'a b', '50%', "o'key" );

	/** How often each call is made. */
	private const CALLS = array(
		'update'      => 12,
		'update_prev' => 2,
		'add'         => 3,
		'add_unique'  => 2,
		'delete'      => 2,
		'delete_some' => 2,
		'update_mid'  => 2,
		'rename_mid'  => 1,
		'delete_mid'  => 1,
		'insert_post' => 1,
	);

	/**
	 * The steps of a seed.
	 *
	 * @return array<int, array{call: string, key: string, value: mixed, other: mixed, place: int, again: bool}>
	 */
	public static function of( int $seed, int $count ): array {
		mt_srand( $seed );
		$calls = array();
		foreach ( self::CALLS as $call => $weight ) {
			$calls = array_merge( $calls, array_fill( 0, $weight, $call ) );
		}
		$steps = array();
		for ( $i = 0; $i < $count; $i++ ) {
			$steps[] = array(
				'call'  => self::one( $calls ),
				'key'   => self::one( self::KEYS ),
				'value' => self::one( self::values() ),
				'other' => self::one( self::values() ),
				'place' => mt_rand( 0, 9 ),
				'again' => 0 === mt_rand( 0, 2 ),
			);
		}
		return $steps;
	}

	/**
	 * Does a step to one side.
	 *
	 * @param array<string, mixed> $step Step.
	 * @return mixed
	 */
	public static function take( array $step, Side $side ) {
		$key   = wp_slash( $step['key'] );
		$value = wp_slash( $step['value'] );
		$mid   = $side->mid( $step['place'] );
		switch ( $step['call'] ) {
			case 'update_prev':
				return update_post_meta( $side->post, $key, $value, $step['other'] );
			case 'add':
			case 'add_unique':
				return add_post_meta( $side->post, $key, $value, 'add_unique' === $step['call'] );
			case 'delete':
				return delete_post_meta( $side->post, $key );
			case 'delete_some':
				return delete_post_meta( $side->post, $key, $value );
			case 'update_mid':
				return update_metadata_by_mid( 'post', $mid, $step['value'] );
			case 'rename_mid':
				return update_metadata_by_mid( 'post', $mid, $step['value'], $step['key'] );
			case 'delete_mid':
				return delete_metadata_by_mid( 'post', $mid );
			case 'insert_post':
				$changed = array(
					'ID'         => $side->post,
					'meta_input' => array(
						$key   => $value,
						'room' => wp_slash( $step['other'] ),
					),
				);
				return wp_update_post( $changed ) === $side->post;
			default:
				return update_post_meta( $side->post, $key, $value );
		}
	}

	/**
	 * All kinds of values.
	 *
	 * @return array<int, mixed>
	 */
	public static function values(): array {
		return array(
			'pending',
			'confirmed',
			'Confirmed',
			'confirmed ',
			"it's \"quoted\" \\ and \\\\ slashed",
			'Grüße 😀 ☃',
			"line\r\nbreak\ttab \x00 nul",
			'',
			'0',
			'5',
			'5.0',
			5,
			0,
			-1,
			1.5,
			1e100,
			true,
			false,
			null,
			array(),
			array( 'x-ray' => array( 'left', 5, null, false, 'it\'s \\' ) ),
			(object) array( 'a' => 1 ),
			'a:1:{i:0;s:1:"x";}',
			'b:0;',
			'N;',
			's:5:"notes";',
			' leading and trailing ',
			"invalid \xC3\x28 utf-8",
			"\xFF",
		);
	}

	/**
	 * One of them.
	 *
	 * @param mixed[] $choices Choices.
	 * @return mixed
	 */
	private static function one( array $choices ) {
		return $choices[ mt_rand( 0, count( $choices ) - 1 ) ];
	}
}
