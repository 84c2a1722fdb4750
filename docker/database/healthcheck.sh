#!/bin/sh
# Healthy: WordPress' own user can ask a question over TCP. MariaDB's client is "mariadb", MySQL's "mysql".
client=$(command -v mariadb || command -v mysql)
MYSQL_PWD=$DB_PASSWORD exec "$client" --protocol=tcp -h 127.0.0.1 -u "${DB_USER:-wordpress}" -N -e 'SELECT 1' "${DB_NAME:-wordpress}" >/dev/null
