#!/usr/bin/env bash
# requirements.lock with hashes and without any index address.
source "$(dirname "$0")/lib.sh"
[ -x "$BIN/uv" ] || "$BIN/python" -m pip install --quiet uv
"$BIN/uv" pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-header --quiet --output-file requirements.lock
say "requirements.lock written"
