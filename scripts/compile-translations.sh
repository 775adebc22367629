#!/usr/bin/env bash
# Compiles each catalogue of translations whose text is newer than what was compiled from it.
set -euo pipefail
cd "$(dirname "$0")/.."

for po in translations/*/LC_MESSAGES/*.po; do
  [ -e "$po" ] || continue
  mo=${po%.po}.mo
  if [ ! "$mo" -nt "$po" ]; then
    language=${po#translations/}
    echo "Compiling the ${language%%/*} translation ..."
    # Under another name first, so that nobody ever reads half of it.
    .venv/bin/pybabel --quiet compile --use-fuzzy -i "$po" -o "$mo.$$"
    mv "$mo.$$" "$mo"
  fi
done
