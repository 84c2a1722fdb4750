<?php
define( 'DB_NAME', 'included' );
require_once __DIR__ . '/../includes.php';
return;
define( 'DB_USER', 'after the return' );
