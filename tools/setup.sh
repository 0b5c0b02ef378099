#!/bin/sh
# Installs what building wamigrate needs and this Debian (or Ubuntu) lacks; with the word `analysis`, what the fuzzers
# and clang-tidy need too. Quiet, and only what is missing.
set -eu
packages="g++ cmake ninja-build pkg-config libpoco-dev nlohmann-json3-dev libyaml-cpp-dev libboost-program-options-dev
catch2 libfmt-dev libexpected-dev libsodium-dev libphonenumber-dev libssl-dev
libhowardhinnant-date-dev openssl gcc spin libpq-dev postgresql python3 curl"
[ "${1:-}" != analysis ] || packages="$packages clang clang-tidy libclang-rt-dev llvm"
missing=""
for package in $packages; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "setup: these packages are missing, and there is no apt-get to install them:$missing" >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run as root: apt-get install$missing" >&2; exit 1; }
  as_root="sudo"
fi
echo "setup: installing$missing" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086  # the list is meant to be split
if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q &&
       $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
