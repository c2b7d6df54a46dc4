#!/usr/bin/env bash
# check.sh [python|field]: everything that can be judged without running the product. All steps run; any failure fails.
source "$(dirname "$0")/lib.sh"
what=${1:-all}
failed=()

step() {
  local name=$1; shift
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  if [ $status = 0 ]; then printf '  ok      %s\n' "$name"; else
    printf '  FAILED  %s\n' "$name"; sed 's/^/          /' "$log"; failed+=("$name")
  fi
  rm -f "$log"
}

if [ "$what" != field ]; then
  export DJANGO_SETTINGS_MODULE=toso.config.settings SECRET_KEY=${SECRET_KEY:-checks-only} DATABASE_URL=sqlite:///$ROOT/var/check.sqlite3
  step "format (ruff format)" "$BIN/ruff" format --check .
  step "lint (ruff check)" "$BIN/ruff" check --output-format concise .
  step "types (mypy --strict)" "$BIN/mypy"
  step "walls (import-linter)" "$BIN/lint-imports" --no-cache --no-logo
  step "translations complete" "$BIN/python" scripts/translations.py
  step "migrations written" "$BIN/django-admin" makemigrations --check --dry-run
  step "no index address or machine path" "$BIN/python" scripts/addresses.py
fi
if [ "$what" != python ]; then
  if [ -f field/package.json ]; then
    step "phone app (tsc, lint, dependency rules)" npm --prefix field run --silent check
  else
    printf '  --      phone app: field/ is not there\n'
  fi
fi

if [ ${#failed[@]} -gt 0 ]; then fail "make check failed:" "${failed[@]}"; fi
