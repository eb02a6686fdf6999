#!/bin/sh
# Registers an entity and renews every member, with the progress of the renewal. The key needs the role operator.
#
#     sh first-script.sh https://rp.example.org
set -eu
. "$(dirname "$0")/inmor.sh"

if member=$(inmor_mutate register-member "$(jq -cn --arg entityId "$1" '{input: {$entityId}}')" 2>&1); then
  printf %s "$member" | jq -r '.subordinate | "Registered \(.entityId): \(.state)"'
else
  case $member in
    CONFLICT:*) echo "$1 is a member already." ;;
    *) printf '%s\n' "$member" >&2 && exit 1 ;;
  esac
fi

run=$(inmor_mutate start-renewal '{"input": {"kind": "SUBORDINATES"}}')
inmor_events run-progress "$(printf %s "$run" | jq -c '{runId: .run.id, after: 0}')" |
  jq --unbuffered -nr 'foreach (inputs | .runProgress) as {$run, $item} (0; $item.sequence // .;
    ($item // empty | "\(.sequence)/\($run.total) \(.resource) \(if .ok then "ok" else .message end)"),
    if $run.endedAt and . == $run.done + $run.failed then
      "\($run.state): \($run.done) renewed, \($run.failed) failed.", ("" | halt_error(0))
    else empty end), ("" | halt_error(1)) # the stream was refused'
