# shellcheck shell=bash
# What the scripts beside this file share: where things are, how to say what is done, how to fetch what is missing.
# Sourced, not run.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tools=${HOOKLENS_TOOLS:-$root/.tools}
export PATH="$tools/bin:$root/node_modules/.bin:$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"

say() { printf '==> %s\n' "$*" >&2; }

fail() {
    printf 'hooklens: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# can_apt: whether this user may install Debian packages
can_apt() { [ "$(id -u)" = 0 ] && have apt-get; }

# apt_install PACKAGE…: quietly, with the output shown only if it fails
apt_install() {
    local log
    log=$(mktemp)
    if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"; } \
        >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    hash -r
}
