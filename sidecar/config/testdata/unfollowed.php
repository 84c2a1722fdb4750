<?php
require $secrets;
require '/no/such/file.php';
foreach ( $all as $name => $value ) { define( $name, $value ); }
if ( ! defined( 'DB_HOST' ) ) { define( 'DB_HOST', 'fallback' ); }
define( 'DB_USER', 'certain' );
