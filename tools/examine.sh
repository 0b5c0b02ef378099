#!/bin/sh
# What CI does beyond the tests: clang-tidy, the tests under sanitizers, the threads under theirs, a short fuzzing.
# One build with the address and undefined-behaviour sanitizers serves the tests and the fuzzers.
set -eu
cd "$(dirname "$0")/.."
began=$(date +%s)
stage() {
  now=$(date +%s)
  echo "== $* (after $((now - began)) s)"
}
stage "clang-tidy"
tools/analyse.sh --quick

stage "tests under the address and undefined-behaviour sanitizers"
tools/build.sh fuzz
cmake --build build/fuzz
ctest --test-dir build/fuzz --output-on-failure -j 2

stage "threads under the thread sanitizer"
tools/build.sh tsan
build/tsan/tests/test_ports
build/tsan/tests/test_run

stage "fuzzing"
tools/fuzz.sh 10
stage "done"
