#!/bin/sh
# Writes the access list from the environment, then becomes the server; arguments go to the server
# (docker run ... redis:trixie --appendfsync always). Runs as the image's user, never as root.
#
#   HOSPITAL_REDIS_PASSWORD     required; only its SHA-256 is written, and only inside the container
#   HOSPITAL_REDIS_USERNAME     default "hospital"
#   HOSPITAL_REDIS_KEYS         key patterns the user may touch; longer when the sidecar has a key prefix or
#                               more post types. Default "appointment:* appointments:* doctor:* site:*"
#   HOSPITAL_REDIS_ADMIN_PASSWORD   optional: adds a user "admin" who may do anything (tests, repairs)
#
# What the user may do: read and write data below its key patterns, in transactions and in our scripts; WAIT and
# WAITAOF (in +@connection); INFO, ROLE and CONFIG GET, because the sidecar checks at start that this Redis is
# safe. Not: FLUSHALL, KEYS, SHUTDOWN, REPLICAOF, CONFIG SET, SCRIPT FLUSH, DEBUG, ACL but for GETUSER. Nobody else
# gets in: the default user is off. It keeps its permissions all the same, because Redis and Valkey replay the
# append-only file as that user: with `reset off` alone, a restart refuses every transaction in the file (what a
# script wrote is one), says so only in the log, and comes up empty. Seen on Redis 7.0, 8.0 and Valkey 8.1.
set -eu
umask 077
: "${HOSPITAL_REDIS_PASSWORD:?set HOSPITAL_REDIS_PASSWORD (docker/env.sh makes one)}"
hash() { printf %s "$1" | sha256sum | cut -d ' ' -f 1; }

set -f
keys=''
for pattern in ${HOSPITAL_REDIS_KEYS:-appointment:* appointments:* doctor:* site:*}; do keys="$keys ~$pattern"; done
acl=$(sed -e "s/@USERNAME@/${HOSPITAL_REDIS_USERNAME:-hospital}/" \
  -e "s/@SHA256@/$(hash "$HOSPITAL_REDIS_PASSWORD")/" \
  -e "s|@KEYS@|${keys# }|" /usr/local/share/hospital/users.acl)
printf '%s\n' "$acl" >/run/redis/users.acl
if [ -n "${HOSPITAL_REDIS_ADMIN_PASSWORD:-}" ]; then
  echo "user admin reset on #$(hash "$HOSPITAL_REDIS_ADMIN_PASSWORD") ~* &* +@all" >>/run/redis/users.acl
fi
exec redis-server /usr/local/share/hospital/redis.conf "$@"
