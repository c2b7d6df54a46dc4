#!/usr/bin/env bash
# What tests want from Debian: a browser, Khmer and Vietnamese fonts, PostgreSQL. Installed when absent and root.
source "$(dirname "$0")/lib.sh"

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  apt_install chromium || true
fi
if ! ls /usr/share/fonts/truetype/noto/NotoSansKhmer-*.ttf >/dev/null 2>&1; then
  apt_install fonts-noto-core || true
fi
if [ -z "${DATABASE_URL_TEST_PG:-}" ] && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then
  apt_install postgresql || true
fi
exit 0
