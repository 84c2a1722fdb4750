<?php
/** Prints the export of a post type, as Tools > Export does: php export.php TYPE. Core can do it once in a process. */

declare(strict_types=1);

require dirname( __DIR__ ) . '/load.php';
require_once ABSPATH . 'wp-admin/includes/export.php';

export_wp( array( 'content' => $argv[1] ) );
