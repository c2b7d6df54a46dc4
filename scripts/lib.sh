# Shared by the scripts behind `make`; source it, do not run it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
BIN=$ROOT/.venv/bin
STAMPS=$ROOT/var/stamps
mkdir -p "$STAMPS"

say() { printf '\033[1m» %s\033[0m\n' "$*" >&2; }

box() { # a warning nobody can overlook; one argument per line
  local line
  { echo; printf '%.0s#' {1..78}; echo
    for line in "$@"; do printf '##  %-70s  ##\n' "$line"; done
    printf '%.0s#' {1..78}; echo; echo; } >&2
}

fail() { box "$@"; exit 1; }

in_ci() { [ "${CI:-}" = true ] || [ "${CI:-}" = 1 ]; }

is_root() { [ "$(id -u)" = 0 ]; }

digest() { # one hash over files and folders that exist
  local path found=()
  for path in "$@"; do if [ -e "$path" ]; then found+=("$path"); fi; done
  find "${found[@]}" \( -name node_modules -o -name dist -o -name coverage -o -name test-results \) -prune -o -type f -print0 \
    | LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum | cut -d' ' -f1
}

fresh() { # fresh NAME DIGEST: is the stamp NAME that of DIGEST?
  [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]
}

stamp() { echo "$2" > "$STAMPS/$1"; }

apt_updated=no
apt_install() { # as root only; a failure is reported by what is missing afterwards
  if ! is_root || ! command -v apt-get >/dev/null; then return 1; fi
  if [ "$apt_updated" = no ]; then apt-get update -qq >/dev/null 2>&1 || true; apt_updated=yes; fi
  say "apt-get install $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

locked() { # setup steps of two `make` runs in one checkout take turns
  if command -v flock >/dev/null; then
    exec 9>"$STAMPS/.lock"
    flock 9
  fi
}
