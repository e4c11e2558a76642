#!/bin/sh
# Sees to it that the browser tests find a Chromium; installs Debian's when that is possible.
set -eu

for candidate in "${TENANTATLAS_CHROMIUM:-}" /usr/bin/chromium; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then exit 0; fi
done

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    echo "installing Chromium for the browser tests"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium >/dev/null
    exit 0
fi

echo "The browser tests need Chromium: as root, apt-get install chromium;" >&2
echo "or name one with TENANTATLAS_CHROMIUM=/path/to/chromium." >&2
echo "Without it: make test ARGS=\"-m 'not browser'\" TENANTATLAS_CHROMIUM=/bin/true" >&2
exit 1
