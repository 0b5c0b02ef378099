#!/bin/sh
# Rehearses the main job, command by command as an operator would type them, against the built-in simulator of both
# APIs: real HTTP on loopback, made-up secrets, everything a hundred times as fast as life. Leaves the plan, the
# journal and the reports in ./demo-run.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
# WAMIGRATE_BIN: where the program is, if it has been built.
if [ -z "${WAMIGRATE_BIN:-}" ]; then
  echo "Building (a few minutes the first time) …"
  WAMIGRATE_BIN=$top/$("$top/tools/build.sh" ci)
fi
PATH="$WAMIGRATE_BIN:$PATH"
export PATH

dir=demo-run
rm -rf "$dir"
mkdir -p "$dir"
cd "$dir"
# Secrets stand in the environment only; these are made up for the simulator.
export WAMIGRATE_GRAPH_TOKEN=demo-graph-token WAMIGRATE_PIN=271828 WAMIGRATE_PIN_US=314159 \
  WAMIGRATE_ONPREM_PASSWORD=demo-Password-1 WAMIGRATE_BACKUP_PASSWORD=demo-backup-password

show() { printf '\n\033[1m$ %s\033[0m\n' "$*" | { [ -t 1 ] && cat || sed 's/\x1b\[[0-9;]*m//g'; }; }
# Runs a command and checks that it ends with the exit code the demo expects.
expect() {
  wanted=$1; shift
  show "$@"
  code=0
  "$@" || code=$?
  [ "$code" = "$wanted" ] || { echo "demo: exit code $code, expected $wanted" >&2; exit 1; }
}

wamigrate simulate "$top/plans/fleet-in-waves/inventory.yaml" --world "$top/plans/fleet-in-waves/world.json" \
  --inventory-out inventory.json --state-dir state >vendor.log 2>&1 &
vendor=$!
trap 'kill $vendor 2>/dev/null || true' EXIT INT TERM
tries=0
while [ ! -s inventory.json ]; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { cat vendor.log >&2; exit 1; }
  sleep 0.1
done
echo "The simulated vendor runs; what it sees is in $dir/vendor.log."

expect 0 wamigrate check inventory.json --to cloud
expect 0 wamigrate plan inventory.json --to cloud -o plan.json
show wamigrate show plan.json --format markdown -o runbook.md
wamigrate show plan.json --format markdown -o runbook.md
wamigrate show plan.json --format html -o plan.html
show wamigrate apply plan.json --run run --dry-run "| head -12"
wamigrate apply plan.json --run run --dry-run | head -12 | cut -c1-160
expect 0 wamigrate apply plan.json --run run --yes
expect 0 wamigrate verify --run run

echo
echo "Now all of them go back. One number, +33639980101, will want a code that comes by text message."
expect 4 wamigrate rollback --run run --allow-after-sunset --yes
code=$(sed -n 's/^text message to +33639980101: //p' vendor.log | tail -n 1)
show "echo CODE | wamigrate answer --run run +33639980101 --code-from -"
printf '%s\n' "$code" | wamigrate answer --run run +33639980101 --code-from -
expect 0 wamigrate rollback --run run --allow-after-sunset --yes
expect 0 wamigrate verify --run run/rollback-1
expect 0 wamigrate status --run run/rollback-1

cat <<END

There and back, verified both ways. In $dir:
  plan.json  plan.html  runbook.md            the plan, for machines, reviewers and people with a keyboard
  run/run.db  run/events.jsonl                the journal, and the same as lines
  run/report.md  run/report.html              what happened on the way to Cloud
  run/rollback-1/report.html                  what happened on the way back
  vendor.log                                  what the simulated vendor saw
END
