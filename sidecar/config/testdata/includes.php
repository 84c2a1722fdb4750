<?php
require_once __DIR__ . '/included/database.php';
require_once( dirname( __FILE__ ) . '/included/database.php' );
include 'included/user.php';
include_once __DIR__ . '/included/absent.php';
if ( ! ( @include __DIR__ . '/included/absent.php' ) ) { $x = 1; }
require dirname( __DIR__, 1 ) . ( '/testdata' . '/included/prefix.php' );
require_once __DIR__ . '/wp-settings.php';
define( 'DB_HOST', 'after' );
