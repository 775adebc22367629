#!/usr/bin/env bash
# Compile each catalogue of translations that is newer than its compiled file.
set -euo pipefail
cd "$(dirname "$0")/.."

for po in translations/*/LC_MESSAGES/*.po; do
  [ -e "$po" ] || continue
  mo=${po%.po}.mo
  if [ ! "$mo" -nt "$po" ]; then
    language=${po#translations/}
    echo "Compiling the ${language%%/*} translation ..."
    # Under another name first, so that no process reads a partial file.
    .venv/bin/pybabel --quiet compile --use-fuzzy -i "$po" -o "$mo.$$"
    mv "$mo.$$" "$mo"
  fi
done
