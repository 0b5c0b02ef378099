#!/bin/sh
# Runs all the tests; installs and builds what they need first. Another preset (asan) may be named.
set -eu
cd "$(dirname "$0")/.."
preset=${1:-ci}
tools/build.sh "$preset"
# One more than there are cores: the tests of the program itself mostly wait.
exec ctest --test-dir "build/$preset" --output-on-failure -j 3
