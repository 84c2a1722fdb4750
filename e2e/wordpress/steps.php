<?php
/** Calls functions in a PHP process of its own: a JSON list of [function, arguments...]. Prints what clinic_steps() says. */

require __DIR__ . '/load.php';

echo json_encode( clinic_steps( json_decode( $argv[1], true, 512, JSON_THROW_ON_ERROR ) ), JSON_THROW_ON_ERROR );
