#!/usr/bin/env bash
# The tests on each combination that is supported: one line each while they run, a table at the end.
#
#   e2e/matrix.sh                  every test of the whole stack, and of the rooms that speak to Redis and MySQL
#   e2e/matrix.sh --short          what `make test` adds to its full pass on trixie: the decisive tests elsewhere
#   e2e/matrix.sh sid trixie-valkey    only these
#
# The images have to be there (make matrix builds them). What a failed combination printed is shown, and kept.
# Exit code 1 if any failed.
set -euo pipefail
cd "$(dirname "$0")/.."

# NAME                  SUITE    ENGINE NETWORK WHAT
combinations() {
  cat <<'END'
trixie                  trixie   redis  0  WordPress 6.8, PHP 8.4, MariaDB 11.8, Redis 8.0
trixie-network          trixie   redis  1  the same, multisite
trixie-valkey           trixie   valkey 0  the same, Valkey 8.1
trixie-valkey-network   trixie   valkey 1  the same, Valkey 8.1, multisite
bookworm                bookworm redis  0  WordPress 6.1, PHP 8.2, MariaDB 10.11, Redis 7.0
bookworm-network        bookworm redis  1  the same, multisite
sid                     sid      redis  0  WordPress 7.1, PHP 8.4, MySQL 9.7, Redis 8.0
sid-network             sid      redis  1  the same, multisite
END
}

# The whole stack, but for what needs no container; and what speaks to Redis and MySQL itself.
stack=$(go list ./e2e/... | grep -v '/model$')
rooms='./sidecar ./sidecar/ownership ./sidecar/postmeta ./sidecar/redisstore ./sidecar/syncer'
decisive='^(TestPHPUnit|TestReadYourWrites|TestOldNeverReplacesNewer|TestSidecarAway|TestTheSame)'

short=no
if [ "${1:-}" = --short ]; then short=yes; shift; fi
logs=$(mktemp -d "${TMPDIR:-/tmp}/hospital-matrix.XXXXXX")

tests() { # NAME NETWORK: what runs there
  case $short,$1 in
    no,*-network) go test -p 1 -count 1 -timeout 30m $stack ;; # the rooms know nothing of WordPress' networks
    no,*) go test -p 1 -count 1 -timeout 30m $stack $rooms ;;
    yes,trixie-valkey-network)
      go test -p 1 -count 1 -timeout 10m ./sidecar/redisstore &&
      go test -p 1 -count 1 -timeout 10m -run '^(TestReadYourWrites|TestSidecarAway|TestDeactivation)$' ./e2e &&
      go test -p 1 -count 1 -timeout 10m -run '^TestTheSame$' ./e2e/differential ;; # with the steps of a second site
    yes,*)
      go test -p 1 -count 1 -timeout 10m ./sidecar/postmeta &&
      go test -p 1 -count 1 -timeout 10m -run "$decisive" $stack ;;
  esac
}
wanted() { # NAME ONLY...
  local name=$1 only; shift
  if [ $short = yes ]; then case $name in trixie-valkey-network | bookworm | sid) ;; *) return 1 ;; esac; fi
  [ $# -gt 0 ] || return 0
  for only in "$@"; do if [ "$name" = "$only" ]; then return 0; fi; done
  return 1
}

failed=0
while read -r name suite engine network what; do
  wanted "$name" "$@" || continue
  printf '%-22s ' "$name"
  began=$SECONDS result=pass
  HOSPITAL_SUITE=$suite HOSPITAL_ENGINE=$engine HOSPITAL_MULTISITE=$network tests "$name" >"$logs/$name" 2>&1 </dev/null || result=FAIL
  printf '%s %4ds\n' "$result" $((SECONDS - began)) | tee -a "$logs/result.$name"
  if [ $result = FAIL ]; then failed=1; cat "$logs/$name" >&2; fi
done < <(combinations)

[ -n "$(ls "$logs")" ] || { echo "matrix.sh: no combination has that name" >&2; exit 2; }
printf '\n%-22s %-11s %s\n' combination result what
while read -r name suite engine network what; do
  if [ -e "$logs/result.$name" ]; then printf '%-22s %-11s %s\n' "$name" "$(cat "$logs/result.$name")" "$what"; fi
done < <(combinations)
if [ $failed = 0 ]; then rm -rf "$logs"; else echo "logs: $logs"; fi
exit $failed
