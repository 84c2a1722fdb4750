leading text <?PHP
const DB_NAME = 'by_const', DB_USER = "double\x21\u{1F600}\101\$";
define("DB_HOST", "localhost:/run/mysqld/mysqld.sock", false);
DEFINE ( 'DB_PASSWORD' , '' ) ;
define('DB_NAME', 'second define is ignored');
\define('HOSPITAL_LEASE_MS', 0x200);
define('HOSPITAL_SIDECAR_TIMEOUT_MS', 1_00);
define('HOSPITAL_REDIS_DB', -1);
define('HOSPITAL_ALLOW_REMOTE', TRUE);
define('HOSPITAL_UNSAFE_REDIS', False);
define('HOSPITAL_REDIS_USERNAME', null);
@define('HOSPITAL_LOG_LEVEL', 'debug');
$table_prefix = 'first_'; $table_prefix = "last_";
define('HOSPITAL_TOKEN', 'ends here ?>') ?>
<p>define('HOSPITAL_LISTEN', 'in HTML');</p>
<?php
define('HOSPITAL_REDIS_PREFIX', 'a:') or die('no');
class Settings { const HOSPITAL_SYNC_DELAY = '1s'; }
Settings::define('HOSPITAL_SYNC_DELAY', '2s');
$settings->define('HOSPITAL_SYNC_DELAY', '3s');
echo 'define("HOSPITAL_SYNC_DELAY", "4s");';
$text = <<<EOT
define('HOSPITAL_SYNC_DELAY', '5s');
  EOTX
  EOT . <<<'NOW'
define('HOSPITAL_SYNC_DELAY', '6s');
NOW;
define('HOSPITAL_MAX_OPS', 7) // no semicolon before the end
