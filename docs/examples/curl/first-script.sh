#!/bin/sh
# Registers an entity and renews every member, with the progress of the renewal. The key needs the role operator.
#
#     sh first-script.sh https://rp.example.org
set -eu
. "$(dirname "$0")/inmor.sh"

if member=$(inmor_mutate register-member "$(jq -cn --arg entityId "$1" '{input: {$entityId}}')" 2>&1); then
  printf %s "$member" | jq -r '"Registered \(.entityId): \(.state)"'
else
  case $member in
    CONFLICT:*) echo "$1 is a member already." ;;
    *) printf '%s\n' "$member" >&2 && exit 1 ;;
  esac
fi

run=$(inmor_mutate start-renewal '{"kind": "SUBORDINATES"}')
inmor_events run-progress "$(printf %s "$run" | jq -c '{runId: .id}')" "$last_of_run" |
  jq --unbuffered -r '.renewalProgress | .run as $run
    | if .item then .item | "\(.sequence)/\($run.total) \(.resource) \(if .ok then "ok" else .message end)"
      elif $run.endedAt then "\($run.state): \($run.done) renewed, \($run.failed) failed."
      else empty end'
