#!/bin/sh
# Healthy: the sidecar's own user gets PONG. While Redis still loads its file the answer is LOADING: not yet.
[ "$(REDISCLI_AUTH=$HOSPITAL_REDIS_PASSWORD redis-cli --user "${HOSPITAL_REDIS_USERNAME:-hospital}" ping)" = PONG ]
