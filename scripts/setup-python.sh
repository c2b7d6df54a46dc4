#!/usr/bin/env bash
# The virtual environment with the locked dependencies; does nothing when they are unchanged.
source "$(dirname "$0")/lib.sh"
locked

wanted=$(digest requirements.lock pyproject.toml)
if [ -x "$BIN/python" ] && [ -x "$BIN/toso" ] && fresh python "$wanted"; then exit 0; fi

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.11 python3 python3.13 python3.12 python3.14; do
    if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"; return 0
    fi
  done
  return 1
}

if ! "$BIN/python" -c 'import pip' 2>/dev/null; then
  python=$(find_python) || fail "Python 3.11 or newer is needed and was not found." "Debian 12: apt-get install python3 python3-venv"
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    apt_install python3-venv || fail "Python's venv module is missing." "Debian 12: apt-get install python3-venv"
  fi
  say "virtual environment (.venv)"
  "$python" -m venv --clear .venv
fi

say "Python dependencies, as locked (requirements.lock)"
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$BIN/python" -m pip install --quiet --require-hashes -r requirements.lock
# setuptools comes from the lock, so that building the package fetches nothing.
"$BIN/python" -m pip install --quiet --no-deps --no-build-isolation --editable .
stamp python "$wanted"
