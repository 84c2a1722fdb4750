<?php
/** What is written, and under which keys. */

declare(strict_types=1);

namespace Hospital\Differential;

final class Values {

	/**
	 * Keys. Those that begin with `clinic_` are registered, see types.php; so are those of the plugin's own type.
	 *
	 * @return string[]
	 */
	public static function keys(): array {
		return array(
			'room', 'room', 'notes', 'checklist', 'doctor_id', 'clinic_upper', 'clinic_default', 'clinic_many', 'clinic_typed', 'clinic_revised',
			'Status', 'room ', ' lead', '_hidden', '_edit_lock', '42', '007', 'über', 'uber', 'ключ', '😀', 'a b', 'a:b', '50%', '%s', "o'key", 'back\\slash', 'quo"te',
			str_repeat( 'k', 255 ), str_repeat( 'k', 256 ), '',
		);
	}

	/**
	 * All kinds of values, but for the large one, which is drawn seldom. Fresh objects each time.
	 *
	 * @return mixed[]
	 */
	public static function all(): array {
		return array(
			'pending', 'confirmed', 'Confirmed', 'confirmed ', 'CONFIRMED', 'café', 'cafe',
			"it's \"quoted\" \\ and \\\\ slashed", '\\', 'Grüße 😀 ☃', 'שלום עולם', "line\r\nbreak\ttab", "nul \x00 byte",
			'', '0', '5', '5.0', ' 5', '05', ' leading and trailing ', 5, 0, -1, PHP_INT_MAX, 1.5, 0.1 + 0.2, 1e100, -0.0, true, false, null,
			array(), array( '' ), array( 'a', 'b' ), array( 'x-ray' => array( 'left', 5, null, false, 1.5, 'it\'s \\' ), 7 => 'seven' ),
			(object) array(), (object) array( 'a' => 1, 'b' => array( 'it\'s \\"' ) ), array( (object) array( 'deep' => '\\' ) ),
			'a:1:{i:0;s:1:"x";}', 'b:0;', 'N;', 'i:5;', 's:5:"notes";', 'O:8:"stdClass":0:{}', '{"json":["it\'s",1,null]}', '[]', 'null',
			"invalid \xC3\x28 utf-8", "\xFF", "cut \xF0\x9F\x98", '%s %d %%', '<b>bold</b> & <script>x</script>', '2025-01-01T10:00', '12345678901234567890',
		);
	}
}
