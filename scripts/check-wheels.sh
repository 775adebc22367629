#!/usr/bin/env bash
# Check that every pinned package has a wheel for each Python we name, on x86-64 and ARM. Downloads nothing it keeps.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for python in 3.11 3.12 3.13 3.14; do
  for machine in x86_64 aarch64; do
    for list in requirements.txt requirements-dev.txt; do
      .venv/bin/uv pip install --quiet --dry-run --no-deps --only-binary :all: --require-hashes \
        --python-version "$python" --python-platform "$machine-manylinux_2_28" --target "$scratch" -r "$list"
    done
    echo "Python $python on $machine: a wheel for every package."
  done
done
