#!/bin/sh
# Builds with a preset of CMakePresets.json (default: ci) what that is for, or the targets named, and prints where the
# result is: tools/build.sh [PRESET [TARGET…]]
set -eu
cd "$(dirname "$0")/.."
preset=${1:-ci}
[ $# -eq 0 ] || shift
case $preset in fuzz | tsan) tools/setup.sh analysis ;; *) tools/setup.sh ;; esac
log=$(mktemp)
trap 'rm -f "$log"' EXIT
launcher=""
command -v ccache >/dev/null && launcher="-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"
# shellcheck disable=SC2086  # empty means no argument
if ! { cmake --preset "$preset" $launcher && cmake --build --preset "$preset" ${1:+--target "$@"}; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
echo "build/$preset"
