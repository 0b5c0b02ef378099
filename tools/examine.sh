#!/bin/sh
# What is looked for beyond the tests: clang-tidy, tests under the address and undefined-behaviour sanitizers, a short fuzzing,
# threads under the thread sanitizer. One clang build serves the first sanitizers and the fuzzers; g++ takes twice as long.
#
# The usual share is cut to what two cores do in 25 minutes, most of them spent compiling: whatever touches memory by hand,
# threads, descriptors, sockets, hostile bytes, and the program itself. Left out are clang-tidy's path-sensitive analyser
# and the tests of values and texts (model, plans, steps, reports, the simulator): runs, storms, hostile bytes and the
# program go through all that code. --all leaves out nothing, and takes hours.
set -eu
cd "$(dirname "$0")/.."
all=""
[ "${1:-}" != --all ] || all=yes
began=$(date +%s)
stage() { echo "== $* (after $(($(date +%s) - began)) s)"; }

export ASAN_OPTIONS="detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
quick=--quick
targets="test_base test_ports test_api test_run test_simulation test_fuzz test_cli"
tests='^(base|ports|api|run|fuzz|cli|storms_.*)$'
seconds=5
if [ -n "$all" ]; then
  quick=""
  targets=all
  tests=.
  seconds=60
else
  export LAST_SEED=1000  # of the hundred thousand storms in the ordinary tests
fi

stage "clang-tidy"
# shellcheck disable=SC2086  # empty means no argument
tools/analyse.sh $quick

stage "building for the address and undefined-behaviour sanitizers"
# shellcheck disable=SC2086  # the list is meant to be split
tools/build.sh fuzz fuzz $targets

stage "tests under them"
ctest --test-dir build/fuzz --output-on-failure -j 2 -R "$tests"

stage "fuzzing, $seconds seconds each"
tools/fuzz.sh "$seconds"

stage "building for the thread sanitizer"
tools/build.sh tsan

stage "threads under it"
build/tsan/tests/test_ports
build/tsan/tests/test_sim -# "[#server_test]"

stage "done"
