#!/bin/sh
# What is looked for beyond the tests: clang-tidy, tests under the address and undefined-behaviour sanitizers, a short
# fuzzing, threads under the thread sanitizer. One clang build serves the first sanitizers and the fuzzers; g++ takes twice
# as long.
#
#   tools/examine.sh --ci     a share that takes minutes, and that CI runs: where bytes are handled by hand and real
#                             threads meet, which is lib/ports (sockets, TLS, both stores, workers, child processes),
#                             hostile input at every door, and some storms, which go through everything that a run does
#   tools/examine.sh          also what else touches memory by hand, the program itself, runs, a thousand storms, and
#                             hostile bytes; not the tests of values and texts, nor the path-sensitive analyser
#   tools/examine.sh --all    everything; takes hours
set -eu
cd "$(dirname "$0")/.."
share=${1:-usual}
began=$(date +%s)
stage() { echo "== $* (after $(($(date +%s) - began)) s)"; }

export ASAN_OPTIONS="detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
analysis=--quick
folders=""
threads="test_ports test_sim"
case $share in
  --ci)
    folders="lib/base lib/ports lib/api lib/run"
    targets="test_base test_ports test_fuzz test_simulation"
    tests='^(base|ports|fuzz|storms_.*)$'
    seconds=0
    threads="test_ports"
    export LAST_SEED=300  # of the hundred thousand storms in the ordinary tests
    ;;
  --all)
    analysis=""
    targets="fuzz all"
    tests=.
    seconds=60
    ;;
  *)
    targets="fuzz test_base test_ports test_api test_run test_simulation test_fuzz test_cli"
    tests='^(base|ports|api|run|fuzz|cli|storms_.*)$'
    seconds=5
    export LAST_SEED=1000  # of the hundred thousand storms in the ordinary tests
    ;;
esac

stage "clang-tidy"
# shellcheck disable=SC2086  # empty means no argument
tools/analyse.sh $analysis $folders

stage "building for the address and undefined-behaviour sanitizers"
# shellcheck disable=SC2086  # the list is meant to be split, here and below
tools/build.sh fuzz $targets

stage "tests under them"
ctest --test-dir build/fuzz --output-on-failure -j 2 -R "$tests"

if [ "$seconds" -gt 0 ]; then
  stage "fuzzing, $seconds seconds each"
  tools/fuzz.sh "$seconds"
fi

stage "building for the thread sanitizer"
# shellcheck disable=SC2086
tools/build.sh tsan $threads

stage "threads under it"
build/tsan/tests/test_ports
case $threads in *test_sim*) build/tsan/tests/test_sim -# "[#server_test]" ;; esac

stage "done"
