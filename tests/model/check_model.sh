#!/bin/sh
# Verifies every claim of the model exhaustively, and that each claim is woken by the bugs which docs/model.md says wake
# it: a claim that no bug can wake proves nothing. With a name (a claim, or PLANT_…) only that one is run, and its trail
# is kept in the current directory.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
model="$here/number.pml"
page="$here/../../docs/model.md"
only=${1:-}
for tool in spin cc; do
  command -v "$tool" >/dev/null || {
    echo "model: $tool is not installed: tools/setup.sh installs it (Debian: apt-get install spin gcc)" >&2
    exit 1
  }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

# "At last" claims need the search for cycles, which costs more: they are verified with fewer faults.
at_last() { grep -q "^ltl $1 .*<>" "$model"; }
faults_of() { if at_last "$1"; then echo 1; else echo 2; fi; }

# verify CLAIM FLAGS…: leaves pan's words in $work/out, and the trail, if there is one, in $work/number.pml.trail
verify() {
  claim=$1
  shift
  mode=-DSAFETY
  search=""
  optimize=-O0  # errors are found soon; the compiler would take longer
  [ $# -gt 0 ] || optimize=-O1
  if at_last "$claim"; then mode=-DNOFAIR search=-a; fi
  (
    cd "$work"
    rm -f pan.* number.pml.trail
    spin -a -DFAULTS="$(faults_of "$claim")" "$@" "$model" >spin.txt 2>&1 || { cat spin.txt >&2; exit 1; }
    cc $optimize -w $mode -DMEMLIM=1500 -o pan pan.c
    ./pan $search -m20000 -N "$claim" >out 2>&1
  ) || { cat "$work/out" >&2; exit 1; }
  if ! grep -q 'errors: ' "$work/out" || grep -q 'Search not completed\|max search depth too small' "$work/out"; then
    # A search that ends at the first error is not complete, and need not be.
    [ -f "$work/number.pml.trail" ] || { cat "$work/out" >&2; echo "model: $claim: the search was not finished" >&2; exit 1; }
  fi
}
figures() {
  sed -n 's/^ *\([0-9][0-9]*\) states, stored.*/\1 states/p; s/.*depth reached \([0-9]*\),.*/depth \1,/p;
          s/^pan: elapsed time \(.*\) seconds/\1 s/p' "$work/out" | tr '\n' ' '
}
replay() {
  echo "spin -T -t -DFAULTS=$(faults_of "$1") ${2:+-D$2 }-k number.pml.trail tests/model/number.pml"
}
keep_trail() { cp "$work/number.pml.trail" . && echo "  to replay (-p instead of -T: every line): $(replay "$@")"; }

holds() {
  verify "$1"
  if [ -f "$work/number.pml.trail" ]; then
    bad=1
    echo "FAILED: $1 does not hold: $(figures)"
    (cd "$work" && eval "$(replay "$1" | sed "s|tests/model/number.pml|$model|")" 2>&1 |
      grep -E '^ *(run|tick|a person|the server|the backup|[a-z]+ of run)' | sed 's/^ */    /') || true
    keep_trail "$1"
  else
    echo "holds: $1: $(figures)"
  fi
}
wakes() {
  verify "$2" "-D$1"
  if [ -f "$work/number.pml.trail" ]; then
    echo "wakes: $1: $2: $(figures)"
    [ -z "$only" ] || keep_trail "$2" "$1"
  else
    bad=1
    echo "FAILED: $1 is not caught by $2"
  fi
}

# The page's table: | `claim` | in words | `PLANT_…` `PLANT_…` |
table=$(sed -n 's/^| `\([a-z_]*\)` |.*| \(`PLANT_.*\) |$/\1 \2/p' "$page" | tr -d '`,')
claims=$(sed -n 's/^ltl \([a-z_]*\) .*/\1/p' "$model" | grep -v '^safe$')
for claim in $claims; do
  echo "$table" | grep -q "^$claim PLANT_" || { bad=1; echo "FAILED: no planted bug wakes $claim (docs/model.md)"; }
done
for plant in $(grep -o 'PLANT_[A-Z][A-Z_]*' "$model" | sort -u); do
  echo "$table" | grep -qw "$plant" || { bad=1; echo "FAILED: $plant stands in no row of docs/model.md"; }
done

if [ -n "$only" ]; then
  case $only in
    PLANT_*) wakes "$only" "$(echo "$table" | grep -w "$only" | head -n 1 | cut -d ' ' -f 1)" ;;
    *) holds "$only" ;;
  esac
  exit $bad
fi

# All that must never happen in one search; if it finds something, each claim by itself says which.
holds safe
for claim in $claims; do
  if at_last "$claim" || [ $bad != 0 ]; then holds "$claim"; fi
done
# A line of the table each, read from a file: a pipe would lose what went wrong.
echo "$table" >"$work/table"
while read -r claim plants; do
  for plant in $plants; do wakes "$plant" "$claim"; done
done <"$work/table"
[ $bad = 0 ] && echo "model: every claim holds, and every planted bug is caught"
exit $bad
