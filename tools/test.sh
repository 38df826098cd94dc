#!/bin/sh
# Runs the whole suite on SQLite, then on PostgreSQL, also when the first run fails: both answers are wanted.
# Arguments go to pytest: `tools/test.sh tests/booking -k swap`.
# EXPO_TEST_DATABASE=sqlite (or postgresql) runs one of them; EXPO_TEST_WORKERS=0 runs without xdist.
set -u
cd "$(dirname "$0")/.."

failed=0
for database in ${EXPO_TEST_DATABASE:-sqlite postgresql}; do
    echo "== Tests on $database"
    EXPO_TEST_DATABASE=$database .venv/bin/python -m pytest -n "${EXPO_TEST_WORKERS:-2}" --dist worksteal "$@" || failed=1
done
exit $failed
