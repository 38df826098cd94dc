#!/bin/sh
# Makes .venv from the hashed locks: `tools/environment.sh` for running, `tools/environment.sh dev` for tests.
# Needs Python 3.11 or newer with venv, nothing else; uv is used when it is there, because it is faster.
# What was installed is written to a stamp, so that a second run only compares two lines.
set -eu
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
    run) lock=requirements.txt ;;
    dev) lock=requirements-dev.txt ;;
    *) echo "usage: tools/environment.sh [run|dev]" >&2; exit 2 ;;
esac

# Two makes at once in one folder would install into each other's half-made environment.
if [ -z "${EXPO_ENVIRONMENT_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
    EXPO_ENVIRONMENT_LOCKED=1 exec flock .venv.lock "$0" "$kind"
fi

sum() {
    if command -v sha256sum >/dev/null 2>&1; then cat "$@" | sha256sum; else cat "$@" | shasum -a 256; fi | cut -c1-64
}
# The folder is part of it: an environment that was moved has the wrong paths in its scripts.
wanted="$(sum "$lock" requirements-build.txt) $(sum pyproject.toml) $PWD"
stamp=.venv/expo-$kind.stamp

current() {
    [ -x .venv/bin/python ] && [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}
if current "$stamp" "$wanted"; then exit 0; fi
# Everything that running needs is in the environment for tests.
if [ "$kind" = run ] && current .venv/expo-dev.stamp "$(sum requirements-dev.txt requirements-build.txt) $(sum pyproject.toml) $PWD"; then
    exit 0
fi

find_python() {
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Expo needs Python 3.11 or newer. On Debian: apt-get install python3 python3-venv" >&2
    exit 1
}

# A broken, moved or half-made environment is made again rather than mended.
if ! .venv/bin/python -c '' 2>/dev/null || ! head -n 1 .venv/bin/pip 2>/dev/null | grep -qF "$PWD/.venv/"; then
    rm -rf .venv
    python=$(find_python)
    if ! "$python" -m venv .venv; then
        rm -rf .venv
        echo "Python's venv is missing. On Debian: apt-get install python3-venv" >&2
        exit 1
    fi
fi

echo "Installing what Expo needs into .venv ($lock)" >&2
rm -f .venv/expo-*.stamp
if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$lock" -r requirements-build.txt
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
else
    .venv/bin/pip install --quiet --disable-pip-version-check --no-input --no-compile --no-deps --require-hashes \
        -r "$lock" -r requirements-build.txt
    .venv/bin/pip install --quiet --disable-pip-version-check --no-input --no-compile --no-deps --no-build-isolation --editable .
fi
echo "$wanted" > "$stamp"
