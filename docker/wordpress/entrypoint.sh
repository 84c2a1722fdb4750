#!/bin/bash
# Writes wp-config.php (see config.php for the variables), then runs php-fpm and nginx until one of them ends or
# the container is told to stop. With arguments it runs those instead, as `docker run ... php -v` would expect.
#
# WORDPRESS_LOOPBACK_PORT: the port of the site's address, when Docker publishes another one than 80. nginx then
# listens on it inside too, on loopback, so that WordPress reaches itself (WP-Cron, Site Health) by its address.
#
# The file goes to the volume /config, which the sidecar mounts read-only. It is readable by WordPress (group
# www-data) and by the sidecar (user 65532), by nobody else, and writable by neither.
set -euo pipefail
umask 077
chmod 0755 /config
php -d log_errors=0 /usr/local/share/hospital/config.php /config >/config/.wp-config.php
chown 65532:www-data /config/.wp-config.php
chmod 0440 /config/.wp-config.php
mv -f /config/.wp-config.php /config/wp-config.php
chown www-data:www-data /var/www/html/wp-content /var/www/html/wp-content/uploads
umask 022

if [ $# -gt 0 ]; then exec "$@"; fi

mkdir -p /run/php
port=${WORDPRESS_LOOPBACK_PORT:-80}
if [ "$port" = 80 ]; then : >/run/loopback.conf
else echo "listen 127.0.0.1:$port;" >/run/loopback.conf; fi
php-fpm --nodaemonize --fpm-config /usr/local/share/hospital/php-fpm.conf & fpm=$!
nginx -c /usr/local/share/hospital/nginx.conf & nginx=$!
# SIGQUIT is the graceful end of both: running requests are finished first.
stop() { kill -QUIT "$nginx" "$fpm" 2>/dev/null || true; }
stopped=no
trap 'stopped=yes; stop' TERM INT QUIT
# Asked once a second rather than by `wait -n`, which misses a child that ended before it was called.
while kill -0 "$nginx" 2>/dev/null && kill -0 "$fpm" 2>/dev/null; do sleep 1 & wait $! || true; done
stop
wait "$nginx" "$fpm" || true
[ "$stopped" = yes ] || { echo "entrypoint: nginx or php-fpm ended by itself" >&2; exit 1; }
