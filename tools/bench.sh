#!/bin/sh
# Measures a release build against simulated servers and prints what docs/performance.md quotes; some minutes. With --all
# the large fleets too; with names (run, downtime, fleets, killed, restart, schedule, listen, workers, killed-workers)
# only these. The last two need Debian's postgresql.
set -eu
cd "$(dirname "$0")/.."
tools/build.sh release wamigrate bench_vendor poco_client fleet_bench schedule_bench listen_bench >/dev/null
exec tests/bench/measure.py --build build/release "$@"
