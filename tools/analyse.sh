#!/bin/sh
# Runs clang-tidy (.clang-tidy says what it looks for) over lib/ and tools/, or over the files named. --quick leaves out
# the path-sensitive analyser, which takes twice as long as everything else together.
set -eu
cd "$(dirname "$0")/.."
checks=""
if [ "${1:-}" = --quick ]; then
  checks="--checks=-clang-analyzer-*"
  shift
fi
tools/setup.sh analysis
cmake --preset fuzz >/dev/null
[ $# -gt 0 ] || set -- $(find lib tools -name '*.cpp' | sort)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # empty means no argument
if ! printf '%s\n' "$@" | xargs -P 2 -n 1 clang-tidy -p build/fuzz --quiet $checks >"$log" 2>/dev/null; then
  sort -u "$log" >&2
  exit 1
fi
echo "$# files, clean"
