#!/bin/sh
# Runs clang-tidy (.clang-tidy says what it looks for) over lib/ and tools/, or over the files named. --quick leaves out
# the path-sensitive analyser, which takes twice as long as everything else together. Unless files are named, it reads
# what the preset `fuzz` compiles: up to ten files of a folder together, whose headers are then read once.
set -eu
cd "$(dirname "$0")/.."
checks="-bugprone-suspicious-include"  # in those, .cpp files are included
if [ "${1:-}" = --quick ]; then
  checks="$checks,-clang-analyzer-*"
  shift
fi
tools/setup.sh analysis
cmake --preset fuzz >/dev/null
[ $# -gt 0 ] || set -- $(sed -n "s|^ *\"file\": \"$PWD/||p" build/fuzz/compile_commands.json | sed 's|",*$||' |
  grep -v '^\(build/fuzz/\)\{0,1\}tests/')
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! printf '%s\n' "$@" | xargs -P 2 -n 1 clang-tidy -p build/fuzz --quiet --checks="$checks" >"$log" 2>/dev/null; then
  sort -u "$log" >&2
  exit 1
fi
echo "$# files, clean"
