#!/bin/sh
# Measures a run of 1,000 numbers (or as many as named) against the simulator, three times; release build.
set -eu
cd "$(dirname "$0")/.."
tools/build.sh release >/dev/null
for round in 1 2 3; do
  echo "round $round"
  build/release/tests/run_bench "${1:-1000}"
done
