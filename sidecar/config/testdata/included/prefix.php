<?php $table_prefix = 'inc_';
