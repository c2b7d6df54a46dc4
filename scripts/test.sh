#!/usr/bin/env bash
# test.sh all | fast | slow | postgres | field | browser | soak: the suites behind `make test…`.
# Every suite runs, also after a failure; the closing table names what failed.
source "$(dirname "$0")/lib.sh"
export SECRET_KEY=${SECRET_KEY:-tests-only} PYTHONDONTWRITEBYTECODE=1
WORKERS=${TOSO_TEST_WORKERS:-2}
results=()
status=0

suite() { # suite NAME COMMAND…
  local name=$1 began=$SECONDS code=0; shift
  echo; say "$name"
  "$@" || code=$?
  case $code in
    0) results+=("passed   $((SECONDS - began)) s   $name") ;;
    *) results+=("FAILED   $((SECONDS - began)) s   $name"); status=1 ;;
  esac
}

missing() { # missing WHAT WHY…: loud here, a failure in CI
  local what=$1; shift
  box "NOT RUN: $what" "$@" "In CI this is a failure."
  results+=("NOT RUN          $what")
  if in_ci; then status=1; fi
}

py() { "$BIN/python" -m pytest "$@"; }

none_is_fine() { # pytest's exit code 5: no test of that kind exists
  local code=0
  "$@" || code=$?
  [ $code = 5 ] && return 0
  return $code
}

sqlite() { suite "Python on SQLite" py -n "$WORKERS"; }

postgres() {
  local url
  if url=$("$BIN/python" scripts/postgres.py); then
    suite "Python on PostgreSQL" env DATABASE_URL="$url" "$BIN/python" -m pytest -n "$WORKERS" --ignore=tests/architecture
  else
    missing "tests on PostgreSQL" "No server could be found, started or installed." \
      "Debian: apt-get install postgresql, or set DATABASE_URL_TEST_PG."
  fi
}

field() {
  if [ -f field/package.json ]; then suite "Phone app (vitest)" npm --prefix field test
  else results+=("--               Phone app: field/ is not there"); fi
}

browser() {
  local name found=
  if ! compgen -G 'e2e/*.py' >/dev/null; then results+=("--               Browser journeys: e2e/ is not there"); return 0; fi
  for name in "${TOSO_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && command -v "$name" >/dev/null; then found=$(command -v "$name"); break; fi
  done
  if [ -z "$found" ]; then
    missing "journeys in a real browser" "No Chromium could be found or installed." "Debian: apt-get install chromium fonts-noto-core"
    return 0
  fi
  suite "Browser journeys" env TOSO_CHROMIUM="$found" "$BIN/python" -m pytest e2e -m browser
}

slow() {
  local url
  suite "Slow suites on SQLite" none_is_fine py -m "slow and not browser and not postgres"
  if url=$("$BIN/python" scripts/postgres.py); then
    suite "Slow suites on PostgreSQL" env DATABASE_URL="$url" bash -c \
      '"$0" -m pytest -m "slow and not browser"; code=$?; [ $code = 5 ] || exit $code' "$BIN/python"
  else
    missing "slow suites on PostgreSQL" "No server could be found, started or installed."
  fi
}

case ${1:-all} in
  all)
    scripts/setup-system.sh
    suite "Setup" bash -c 'scripts/setup-python.sh && scripts/setup-field.sh build'
    suite "Checks" scripts/check.sh
    field; browser; postgres; sqlite ;;
  fast) sqlite ;;
  slow) slow ;;
  postgres) postgres ;;
  field) field ;;
  browser) browser ;;
  soak) suite "Soak, TOSO_SCHEDULES=${TOSO_SCHEDULES:-10000}" env TOSO_SCHEDULES="${TOSO_SCHEDULES:-10000}" \
    "$BIN/python" -m pytest -m soak -p no:randomly ;;
  *) fail "test.sh: unknown suite '$1'" ;;
esac

echo
for line in "${results[@]}"; do echo "  $line"; done
exit $status
