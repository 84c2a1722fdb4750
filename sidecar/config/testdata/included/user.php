<?php define( 'DB_USER', 'user' );
