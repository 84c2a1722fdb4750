#!/bin/sh
# Writes docker/.env, the passwords of the compose stack: random, made once, never printed, not in git.
#
#   docker/env.sh                 does nothing if the file is there
#
# To change one later, edit the file and run `up -d` again: both servers take their passwords from it at start.
set -eu
file=$(cd "$(dirname "$0")" && pwd)/.env
[ -e "$file" ] && exit 0
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
umask 077
cat >"$file.new" <<END
# Made by docker/env.sh. Read by compose: docker compose -p hospital --env-file docker/.env -f docker/compose.yml
HOSPITAL_DB_PASSWORD=$(random)
HOSPITAL_DB_ROOT_PASSWORD=$(random)
HOSPITAL_REDIS_PASSWORD=$(random)
HOSPITAL_ADMIN_PASSWORD=$(random)
END
mv "$file.new" "$file"
echo "env.sh: made $file"
