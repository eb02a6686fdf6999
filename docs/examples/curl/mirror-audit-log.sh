#!/bin/sh
# Appends new entries of the audit log to a file, one JSON document per line, and continues after the last line. Checks
# that each entry follows the previous one, by its hash. With INMOR_ANCHOR the log is a part of that of the installation,
# and only its order is sure. The key needs the role viewer; e-mail addresses are only in the mirror of an admin.
#
#     sh mirror-audit-log.sh audit.jsonl
set -eu
. "$(dirname "$0")/inmor.sh"

[ -e "$1" ] || : >"$1"
count=0 has_more=true
while [ "$has_more" = true ]; do
  last=$(tail -n 1 "$1")
  before=$(printf %s "${last:-null}" | jq -c '{last: 100, before: .cursor}')
  page=$(inmor_query audit-log "$before")
  entries=$(printf %s "$page" | jq -c '.auditEvents.edges | reverse[] | {cursor} + .node')
  missing=$({ printf '%s\n' "$last" "$entries"; } | jq -rn '
    foreach inputs as $entry (null; {hash: $entry.hash, gap: (.hash and .hash != $entry.previousHash), $entry};
      select(.gap) | .entry | "Entries are missing before \(.at) \(.action) \(.resource).")')
  if [ -n "$missing" ] && [ -z "${INMOR_ANCHOR:-}" ]; then
    printf '%s\n' "$missing" >&2
    exit 1
  fi
  [ -z "$entries" ] || printf '%s\n' "$entries" >>"$1"
  count=$((count + $(printf %s "$page" | jq '.auditEvents.edges | length')))
  has_more=$(printf %s "$page" | jq .auditEvents.pageInfo.hasPreviousPage)
done
echo "Mirrored $count entries."
