#!/bin/sh
# Feeds every door with hostile input under sanitizers: tools/fuzz.sh [SECONDS [TARGET…]], 10 seconds each by default.
# What it learns stays in build/fuzz/corpus and is where the next run begins; an input that breaks something is named.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-10}
[ $# -eq 0 ] || shift
tools/build.sh fuzz >/dev/null
export ASAN_OPTIONS="detect_stack_use_after_return=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
export UBSAN_OPTIONS="print_stacktrace=1${UBSAN_OPTIONS:+:$UBSAN_OPTIONS}"
[ $# -gt 0 ] || set -- $(for program in build/fuzz/tests/fuzz_*; do
  [ -x "$program" ] && [ -f "$program" ] && echo "${program#build/fuzz/tests/fuzz_}"; done)
failed=""
for target in "$@"; do
  program=build/fuzz/tests/fuzz_$target
  corpus=build/fuzz/corpus/$target
  kept=tests/fuzz/corpus/$target
  "$program" --write-seeds="$corpus"
  [ -d "$kept" ] || kept=""
  log=build/fuzz/$target.log
  # shellcheck disable=SC2086  # no kept inputs: no argument
  if "$program" -max_total_time="$seconds" -max_len=20000 -timeout=20 -rss_limit_mb=2500 -print_final_stats=1 \
      -artifact_prefix="build/fuzz/$target-" "$corpus" $kept >"$log" 2>&1; then
    printf '%-14s %9s executions, clean\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  else
    failed="$failed $target"
    cat "$log"
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -1)
    echo "$target: broken. Again: $program ${input:-INPUT}; once mended, keep the input in tests/fuzz/corpus/$target" >&2
  fi
done
[ -z "$failed" ]
