#!/bin/sh
# Runs clang-tidy (.clang-tidy says what it looks for) over lib/ and tools/, or over the folders (lib/ports) and files
# named. --quick leaves out the path-sensitive analyser, which takes twice as long as everything else together. Of a
# folder it reads what the preset `fuzz` compiles: up to ten files together, whose headers are then read once.
set -eu
cd "$(dirname "$0")/.."
checks="-bugprone-suspicious-include"  # in those, .cpp files are included
if [ "${1:-}" = --quick ]; then
  checks="$checks,-clang-analyzer-*"
  shift
fi
tools/setup.sh analysis
cmake --preset fuzz >/dev/null
compiled=$(sed -n "s|^ *\"file\": \"$PWD/||p" build/fuzz/compile_commands.json | sed 's|",*$||' |
  grep -v '^\(build/fuzz/\)\{0,1\}tests/')
files=""
[ $# -gt 0 ] || files=$compiled
for given in "$@"; do
  target=$(basename "$given")
  [ "$target" != tools ] || target=wamigrate
  if [ -d "$given" ]; then
    files="$files $(echo "$compiled" | grep -E "^(build/fuzz/CMakeFiles/$target\.dir|$given)/")"
  else
    files="$files $given"
  fi
done
# shellcheck disable=SC2086  # the list is meant to be split
set -- $files
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! printf '%s\n' "$@" | xargs -P 2 -n 1 clang-tidy -p build/fuzz --quiet --checks="$checks" >"$log" 2>/dev/null; then
  sort -u "$log" >&2
  exit 1
fi
echo "$# files, clean"
