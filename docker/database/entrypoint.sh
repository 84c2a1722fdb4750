#!/bin/bash
# Creates the data directory on the first start, then becomes the server; arguments go to the server
# (docker run ... database:trixie --max-connections=20). Runs as user mysql, never as root.
#
#   DB_NAME           default "wordpress"       DB_PASSWORD        required
#   DB_USER           default "wordpress"       DB_ROOT_PASSWORD   required
#   DB_ROOT_HOST      default "localhost": root only inside the container; "%" for tests
#
# Database and users are made by an init file, which the server runs before it accepts the first connection, on
# every start: a changed password in the environment is simply the new one, and nobody ever sees a server that is
# half set up.
set -euo pipefail
umask 077
: "${DB_PASSWORD:?set DB_PASSWORD (docker/env.sh makes one)}" "${DB_ROOT_PASSWORD:?set DB_ROOT_PASSWORD}"
data=/var/lib/mysql
server=$(command -v mariadbd || command -v mysqld)
# Ours alone: what the package put into /etc/mysql is not read.
defaults=--defaults-file=/usr/local/share/hospital/my.cnf

if [ ! -d "$data/mysql" ]; then
  echo "database: first start, creating $data"
  case $server in
    *mariadbd) mariadb-install-db $defaults --datadir="$data" --auth-root-authentication-method=normal \
      --skip-test-db --cross-bootstrap --skip-log-bin >/dev/null ;;
    *) "$server" $defaults --initialize-insecure --datadir="$data" --skip-log-bin ;;
  esac
fi

# 'text' as SQL, and `name` as SQL.
quote() { local s=${1//\\/\\\\}; printf "'%s'" "${s//\'/\'\'}"; }
name() { printf '`%s`' "${1//\`/\`\`}"; }
account() { # USER HOST PASSWORD
  echo "CREATE USER IF NOT EXISTS $(quote "$1")@$(quote "$2") IDENTIFIED BY $(quote "$3");"
  echo "ALTER USER $(quote "$1")@$(quote "$2") IDENTIFIED BY $(quote "$3");"
}
database=${DB_NAME:-wordpress} user=${DB_USER:-wordpress}
{
  echo "SET SESSION sql_log_bin = 0;"
  # mariadb-install-db leaves two roots without a password.
  echo "DROP USER IF EXISTS 'root'@'127.0.0.1', 'root'@'::1';"
  account root localhost "$DB_ROOT_PASSWORD"
  if [ "${DB_ROOT_HOST:-localhost}" != localhost ]; then
    account root "$DB_ROOT_HOST" "$DB_ROOT_PASSWORD"
    echo "GRANT ALL PRIVILEGES ON *.* TO 'root'@$(quote "$DB_ROOT_HOST") WITH GRANT OPTION;"
  fi
  echo "CREATE DATABASE IF NOT EXISTS $(name "$database");"
  account "$user" % "$DB_PASSWORD"
  echo "GRANT ALL PRIVILEGES ON $(name "$database").* TO $(quote "$user")@'%';"
} >/run/mysqld/init.sql
exec "$server" $defaults --init-file=/run/mysqld/init.sql "$@"
