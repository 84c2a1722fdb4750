#!/usr/bin/env bash
# Builds the images, all named hospital-appointments/..., one line per step with its seconds.
#
#   docker/build.sh                       base, wordpress, database, redis, tests of trixie
#   docker/build.sh trixie bookworm sid   of several Debian releases
#   docker/build.sh trixie valkey         and redis:trixie-valkey
#   docker/build.sh sidecar               sidecar:dev, compiled here (a Go toolchain is needed);
#                                         HOSPITAL_SIDECAR_TAG names it otherwise, for a second work tree
#   docker/build.sh browser               browser:trixie, a headless Chromium
#   docker/build.sh bench                 bench:trixie, the tests' WordPress with phpredis, for `make bench`
#
# A second run finds everything built and takes seconds. To build anew, remove the image and run it again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

step() { # NAME COMMAND...: one line, or what the command said when it failed
  # Printed whole when it is done: several of these scripts may run at a time.
  local name=$1 start=$SECONDS; shift
  if "$@" >"$log" 2>&1; then printf '%-44s%4ds  %s\n' "$name" $((SECONDS - start)) "$(sed -n 's/^  base:/base:/p' "$log")"
  else printf '%-44sfailed\n' "$name"; cat "$log" >&2; exit 1; fi
}
image() { # TAG CONTEXT OPTIONS...
  local tag=hospital-appointments/$1 context=$2; shift 2
  step "$tag" docker build -t "$tag" "$@" "$context"
}
base() { step "hospital-appointments/base:$1" "$here/base.sh" "$1"; }

redis() { # SUITE ENGINE TAG
  image "redis:$3" "$here" -f "$here/redis/Dockerfile" --build-arg "BASE=hospital-appointments/base:$1" --build-arg "ENGINE=$2"
}
suite() {
  local base=hospital-appointments/base:$1 packages=()
  # sid carries MySQL itself; the stable releases have MariaDB.
  if [ "$1" = sid ]; then packages=(--build-arg "PACKAGES=mysql-server-core mysql-client-core"); fi
  base "$1"
  image "wordpress:$1" "$here/wordpress" --build-arg "BASE=$base"
  image "database:$1" "$here/database" --build-arg "BASE=$base" "${packages[@]}"
  redis "$1" redis "$1"
  image "tests:$1" "$here/tests" --build-arg "BASE=hospital-appointments/wordpress:$1"
}
sidecar() {
  mkdir -p "$here/.build"
  step "hospital-sidecar (go build)" env CGO_ENABLED=0 GOOS=linux \
    go -C "$here/.." build -trimpath -ldflags '-s -w' -o "$here/.build/hospital-sidecar" ./sidecar
  image "sidecar:${HOSPITAL_SIDECAR_TAG:-dev}" "$here/.build" -f "$here/sidecar/Dockerfile"
}

[ $# -gt 0 ] || set -- trixie
for what in "$@"; do
  case $what in
    valkey) base trixie; redis trixie valkey trixie-valkey ;;
    browser) base trixie; image browser:trixie "$here/browser" ;;
    bench) image bench:trixie "$here/bench" ;;
    sidecar) sidecar ;;
    -*) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0"; exit 2 ;;
    *) suite "$what" ;;
  esac
done
