#!/usr/bin/env bash
# The job as a shell script would do it: back up, register, read the status; xargs runs so many numbers at a time.
#   curl_client.sh PORT NUMBERS CONCURRENCY
# With `one PORT NUMBER` it moves one number; also what Terraform's local-exec runs.
set -euo pipefail

move() {
  local base=http://127.0.0.1:$1 number=$2 graph backup
  graph=$(printf '%s/graph/v23.0/10654035%07d' "$base" "$number")
  backup=$(curl -sSf -H 'Authorization: Bearer bench-token' -H 'Content-Type: application/json' \
    -d '{"password":"Secret-123"}' "$base/onprem/de-$number/v1/settings/backup" | sed 's/.*"data": *"\([^"]*\)".*/\1/')
  curl -sSf -o /dev/null -H 'Authorization: Bearer sim-token' -H 'Content-Type: application/json' -d \
    '{"messaging_product":"whatsapp","pin":"123456","backup":{"password":"Secret-123","data":"'"$backup"'"}}' \
    "$graph/register"
  curl -sSf -H 'Authorization: Bearer sim-token' "$graph?fields=status,platform_type" | grep -q CLOUD_API
}

if [ "$1" = one ]; then
  move "$2" "$3"
else
  seq 0 $(($2 - 1)) | xargs -P "$3" -n 1 "$0" one "$1"
fi
