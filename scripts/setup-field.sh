#!/usr/bin/env bash
# setup-field.sh modules | build: npm modules as locked; the phone app, built when its sources changed.
source "$(dirname "$0")/lib.sh"
locked

if [ ! -f field/package.json ]; then say "field/ is not there: no phone app to build"; exit 0; fi
command -v npm >/dev/null || fail "Node 20 with npm is needed for the phone app and was not found."
node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' \
  || fail "Node 20 or newer is needed; found $(node --version)."

modules=$(digest field/package.json field/package-lock.json)
if [ ! -d field/node_modules ] || ! fresh field-modules "$modules"; then
  say "npm ci (field/)"
  (cd field && npm ci --no-audit --no-fund --loglevel=error)
  stamp field-modules "$modules"
fi
if [ "${1:-build}" = modules ]; then exit 0; fi

sources=$(digest field contracts locale)
if [ ! -f field/dist/index.html ] || ! fresh field-build "$sources"; then
  say "phone app (npm run build)"
  (cd field && npm run --silent build)
  # Beside each file a .br and a .gz, so that a phone on a weak network gets the small one.
  "$BIN/python" -m whitenoise.compress --quiet field/dist
  stamp field-build "$sources"
fi
