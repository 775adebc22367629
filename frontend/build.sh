#!/bin/sh
# Builds the style sheet and scripts into app/static/build, each named by its content, with a compressed copy beside it.
# Needs Node 20; only people who change the front end need to run it, since the results are committed.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund
node build.mjs
