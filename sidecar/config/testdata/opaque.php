<?php
define( 'DB_NAME', getenv( 'DB_NAME' ) );
define( 'DB_USER', 'a' . 'b' );
define( 'DB_PASSWORD', $password );
define( 'DB_HOST', PHP_OS === 'x' ? 'a' : 'b' );
define( 'HOSPITAL_TOKEN', "a{$b}" );
define( 'HOSPITAL_REDIS_HOST', DB_HOST );
define( 'HOSPITAL_REDIS_PASSWORD', <<<EOT
x
EOT );
define( 'HOSPITAL_REDIS_DB', 1 + 1 );
$GLOBALS['table_prefix'] = 'x_';
define( 'AUTH_KEY', getenv( 'nobody asks' ) );
