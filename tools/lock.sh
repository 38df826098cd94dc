#!/bin/sh
# Writes the hashed locks from pyproject.toml. The only step that needs uv; it is fetched into a
# temporary place when the machine has none. No lock names a package index, so any mirror serves.
set -eu
cd "$(dirname "$0")/.."

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT INT TERM
if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    python3 -m venv "$place/venv"
    "$place/venv/bin/pip" install --quiet --disable-pip-version-check uv
    uv=$place/venv/bin/uv
fi

# `make lock UPGRADE=1` moves everything to its newest release; without it only what must move does.
upgrade=${UPGRADE:+--upgrade}

compile() {
    # shellcheck disable=SC2086
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-annotate $upgrade "$@"
}

# Everything first, then the parts out of it: the three locks can never disagree.
compile pyproject.toml --group dev --group build -o requirements-dev.txt
upgrade=
compile pyproject.toml -c requirements-dev.txt -o requirements.txt
compile --group build -c requirements-dev.txt -o requirements-build.txt
