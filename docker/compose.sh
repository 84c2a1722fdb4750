#!/bin/sh
# docker compose for this project, by whichever of its two generations is installed.
#
#   docker/compose.sh up -d
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if docker compose version >/dev/null 2>&1; then set -- docker compose -p hospital --env-file "$here/.env" -f "$here/compose.yml" "$@"
elif command -v docker-compose >/dev/null; then set -- docker-compose -p hospital --env-file "$here/.env" -f "$here/compose.yml" "$@"
else echo "compose.sh: install the Compose plugin of Docker" >&2; exit 1; fi
exec "$@"
