<?php
/** Gives a constant of wp-config.php a value, or with an empty one takes it out. The entrypoint writes the file anew. */

$file      = '/config/constants.json';
$constants = (array) json_decode( (string) @file_get_contents( $file ), true );
unset( $constants[ $argv[1] ] );
if ( '' !== $argv[2] ) {
	$constants[ $argv[1] ] = $argv[2];
}
file_put_contents( $file, json_encode( $constants ) );
