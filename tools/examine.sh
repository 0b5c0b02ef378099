#!/bin/sh
# What CI does beyond the tests: clang-tidy, tests under the address and undefined-behaviour sanitizers, threads under
# theirs, a short fuzzing. One clang build serves the first of the sanitizers and the fuzzers: it takes half the time of
# g++'s.
#
# CI's share is cut to some 25 minutes on two cores, most of them spent compiling: what touches memory by hand, threads,
# descriptors, sockets, hostile bytes and the program itself. The folders left out (planning, reports, the simulator's
# own tests) are values and text; the runs, storms, fuzz targets and the program go through all of them. --all leaves out
# nothing and takes hours.
set -eu
cd "$(dirname "$0")/.."
all=""
[ "${1:-}" != --all ] || all=yes
began=$(date +%s)
stage() { echo "== $* (after $(($(date +%s) - began)) s)"; }

export ASAN_OPTIONS="detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
if [ -n "$all" ]; then
  tests="all"
  only="."
  fuzz_seconds=60
else
  tests="test_base test_ports test_api test_run test_simulation test_fuzz test_cli"
  only="^(base|ports|api|run|fuzz|cli|storms_.*)$"
  fuzz_seconds=5
  export LAST_SEED=400  # storms: of a hundred thousand in the ordinary tests
fi

stage "clang-tidy"
if [ -n "$all" ]; then
  tools/analyse.sh
else
  tools/analyse.sh --quick lib/base/*.cpp lib/ports/*.cpp lib/run/*.cpp tools/wamigrate/*.cpp
fi

stage "building with the address and undefined-behaviour sanitizers"
tools/build.sh fuzz
# shellcheck disable=SC2086  # the list is meant to be split
cmake --build build/fuzz --target $tests >/dev/null

stage "tests under the address and undefined-behaviour sanitizers"
ctest --test-dir build/fuzz --output-on-failure -j 2 -R "$only"

stage "fuzzing, $fuzz_seconds seconds each"
tools/fuzz.sh "$fuzz_seconds"

stage "building with the thread sanitizer"
tools/build.sh tsan

stage "threads under the thread sanitizer"
build/tsan/tests/test_ports
build/tsan/tests/test_sim "[threads]"

stage "done"
