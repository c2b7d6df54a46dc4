#!/usr/bin/env bash
# Back up the demonstration, restore it into another database, compare: journal, tallies, and the figures themselves.
source "$(dirname "$0")/lib.sh"
source_db=${DATABASE_URL:-sqlite:///$ROOT/var/demo.sqlite3}
if [ "$source_db" = "sqlite:///$ROOT/var/demo.sqlite3" ] && [ ! -f var/demo.sqlite3 ]; then
  fail "There is no demonstration to back up yet: run 'make demo' first."
fi
export TOSO_DEMO=1
folder=$(mktemp -d "$ROOT/var/backup-check.XXXXXX")
trap 'rm -rf "$folder"' EXIT
restored=sqlite:///$folder/restored.sqlite3

say "toso backup"
DATABASE_URL=$source_db "$BIN/toso" backup "$folder/demo.backup"
say "toso restore (into another database)"
DATABASE_URL=$restored "$BIN/toso" restore "$folder/demo.backup"
say "toso check journal, toso check tallies (on what was restored)"
DATABASE_URL=$restored "$BIN/toso" check journal
DATABASE_URL=$restored "$BIN/toso" check tallies
say "the backup can be restored"
