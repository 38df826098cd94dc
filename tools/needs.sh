#!/bin/sh
# What the tests need beside Python: a Chromium, and a PostgreSQL server (else the one from the wheel).
# Installs the browser where that can be done without asking; otherwise says the one command and stops.
set -eu

for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q >&2
    apt-get install -q -y --no-install-recommends chromium fonts-liberation >&2
    exit 0
fi
echo "The tests use a real browser. Install it with:  sudo apt-get install chromium" >&2
echo "(or set CHROMIUM to the path of a Chromium or Chrome)" >&2
exit 1
