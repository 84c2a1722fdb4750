#!/bin/bash
# Chromium listens on loopback only, whatever --remote-debugging-address says, and answers only requests whose
# Host is an IP address or "localhost"; socat shows it on the container's interface. Ask by IP address.
# --no-sandbox: Chromium's own sandbox needs privileges that a container does not have; the container is one.
set -uo pipefail
chromium --headless --no-sandbox --disable-gpu --disable-background-networking --disable-dev-shm-usage \
  --no-first-run --user-data-dir=/tmp/profile --remote-debugging-port=9223 --remote-allow-origins='*' \
  "${@:-about:blank}" & browser=$!
socat TCP-LISTEN:9222,fork,reuseaddr TCP:127.0.0.1:9223 & proxy=$!
trap 'kill "$browser" "$proxy" 2>/dev/null' TERM INT
wait -n
kill "$browser" "$proxy" 2>/dev/null
wait
