#!/usr/bin/env bash
# Run the tests: first those without a browser, then the browser tests in parallel, one file per process. Those marked
# "slow" are left to `make prove ONLY=slow-tests`.
# What was skipped, and why, is printed in one line (conftest.py).
# TEST_DATABASE_URL and TEST_REDIS_URL choose PostgreSQL and Redis; without them SQLite is used.
set -uo pipefail
cd "$(dirname "$0")/.."

# Variables of the shell must not change what the tests see.
unset PORTAL_MODE DATA_DIR DATABASE_URL REDIS_URL PORT HOST PUBLIC_BASE_URL DEMO_PASSWORD
unset FLASK_DEBUG FLASK_APP TESTING LOGIN_DISABLED PYTEST_ADDOPTS PYTHONPATH
unset "${!MAIL_@}" "${!COUNCIL_@}"

ended=0
.venv/bin/python -m pytest -m "not browser and not slow" -n "${1:-2}" || ended=$?
.venv/bin/python -m pytest -m browser -n "${1:-2}" --dist loadfile || { code=$?; [ "$ended" -ne 0 ] || ended=$code; }
[ "$ended" -eq 0 ] || echo "Tests failed (pytest's exit code $ended)." >&2
exit "$ended"
