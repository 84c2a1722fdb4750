#!/usr/bin/env bash
# Makes hospital-appointments/base:SUITE, the Debian that every other image stands on.
#
#   docker/base.sh trixie
#
# Contract: afterwards the tag exists and its apt works; an existing tag is left alone. Where a registry
# answers it is the official debian:SUITE-slim. Where none does (an offline build farm), it is made by
# debootstrap from the mirror that this machine's own apt is configured with; needs root, and a Debian.
set -euo pipefail
suite=${1:?usage: base.sh SUITE}
tag=hospital-appointments/base:$suite

if docker image inspect "$tag" >/dev/null 2>&1; then exit 0; fi
if timeout "${PULL_TIMEOUT:-60}" docker pull -q "debian:$suite-slim" >/dev/null 2>&1; then
  docker tag "debian:$suite-slim" "$tag"
  echo "  base:$suite is the official debian:$suite-slim"
  exit 0
fi

fail() { echo "base.sh: $*" >&2; exit 1; }
help="no registry answers, so the base image has to be made by debootstrap"
command -v apt-get >/dev/null || fail "$help; that needs a Debian machine, or a registry that has debian:$suite-slim"
[ "$(id -u)" = 0 ] || fail "$help; please run this as root: sudo $0 $suite"
command -v debootstrap >/dev/null ||
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends debootstrap; } >/dev/null 2>&1 ||
  fail "$help, and installing it failed; please install the package debootstrap"

# The mirrors, as this machine's apt knows them: main archive (MIRROR= overrides) and security archive.
repo() {
  apt-get indextargets --format '$(LABEL)|$(ORIGIN)|$(REPO_URI)' 'Created-By: Packages' |
    sed -n "s/^$1|Debian|//p" | head -n 1
}
mirror=${MIRROR:-$(repo Debian)}
[ -n "$mirror" ] || fail "$help; set MIRROR to a Debian mirror, this machine's apt has none"
security=$(repo Debian-Security)
exists() { /usr/lib/apt/apt-helper -qq download-file "${1%/}/dists/$2/InRelease" "$work/InRelease" >/dev/null 2>&1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
eval "$(apt-config shell proxy Acquire::http::Proxy)"
if [ -n "${proxy:-}" ]; then export http_proxy=$proxy; fi
# 1.0.128 and newer knows every suite from bookworm on; a name it does not know behaves as sid does.
script=/usr/share/debootstrap/scripts/$suite
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
debootstrap --variant=minbase --include=ca-certificates "$suite" "$root" "$mirror" "$script" >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log" >&2; fail "debootstrap $suite failed"; }

{
  echo "deb $mirror $suite main"
  if exists "$mirror" "$suite-updates"; then echo "deb $mirror $suite-updates main"; fi
  if [ -n "$security" ] && exists "$security" "$suite-security"; then echo "deb $security $suite-security main"; fi
} >"$root/etc/apt/sources.list"
# As in the official slim images: no documentation, no start of services while packages are installed.
printf 'path-exclude /usr/share/%s/*\n' doc man info locale groff lintian >"$root/etc/dpkg/dpkg.cfg.d/slim"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 0755 "$root/usr/sbin/policy-rc.d"
{
  echo 'Acquire::Languages "none";'
  # A mirror that is a snapshot carries release files past their date; signatures are still checked.
  echo 'Acquire::Check-Valid-Until "false";'
  if [ -n "${proxy:-}" ]; then echo "Acquire::http::Proxy \"$proxy\";"; fi
} >"$root/etc/apt/apt.conf.d/90hospital"
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* \
  "$root"/var/log/*.log "$root"/usr/share/{doc,man,info,locale,groff,lintian}/* "$root"/etc/hostname "$root"/etc/resolv.conf

tar -C "$root" -c . | docker import -c 'CMD ["bash"]' - "$tag" >/dev/null
echo "  base:$suite made by debootstrap from this machine's mirror"
