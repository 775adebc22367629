#!/usr/bin/env bash
# Create .venv and install the pinned packages: setup.sh requirements.txt (to run) or requirements-dev.txt (to test).
# A second word names another folder: setup.sh requirements-audit.txt .venv-audit
# A stamp file records what is installed, so that the next start is quick.
set -euo pipefail
cd "$(dirname "$0")/.."

list=$1
venv=${2:-.venv}
python=${PYTHON:-python3}

stop() { # print one line: what is missing and which command installs it
  echo "$1" >&2
  exit 1
}

command -v "$python" >/dev/null || stop "Python is missing: run 'apt-get install python3 python3-venv' and try again."
version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || stop "Python 3.11 or newer is needed, and $python is $version: run 'apt-get install python3.11 python3.11-venv' and try again with PYTHON=python3.11."

stamp_for() { # a stamp is valid for these packages, this Python and this folder
  { cat "$1"; echo "$1 $version $PWD"; } | "$python" -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'
}

installed() {
  [ -x $venv/bin/python ] && [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(stamp_for "$1")" ]
}

# The packages for tests include those for running.
if installed "$list" || { [ "$list" = requirements.txt ] && installed requirements-dev.txt; }; then
  :
else
  if ! $venv/bin/python -c "import sys; sys.exit('%d.%d.%d' % sys.version_info[:3] != '$version')" 2>/dev/null \
    || ! $venv/bin/python -m pip --version >/dev/null 2>&1; then
    echo "Making a virtual environment in $venv (Python $version) ..."
    rm -rf "$venv"
    if ! report=$("$python" -m venv "$venv" 2>&1); then
      rm -rf "$venv"
      case "$report" in
        *ensurepip*|*python3-venv*|*"No module named venv"*)
          stop "Python's venv module is missing: run 'apt-get install python3-venv' and try again." ;;
        *) stop "$report" ;;
      esac
    fi
  fi
  echo "Installing the pinned packages of $list (a minute or two the first time) ..."
  rm -f $venv/.installed-*
  $venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$list" \
    || stop "The packages could not be installed; pip's reason is above. If one had to be compiled: run 'apt-get install build-essential python3-dev' and try again."
  stamp_for "$list" >"$venv/.installed-$list"
fi

[ "$venv" != .venv ] || scripts/compile-translations.sh
