#!/bin/sh
# Exports all members as JSON Lines. The file is replaced only when the export is complete. The key needs the role viewer.
# Run it each night:
#
#     sh export-members.sh members.jsonl
set -eu
. "$(dirname "$0")/inmor.sh"

: >"$1.part"
after=null
while [ "$after" != done ]; do
  page=$(inmor_query members "{\"first\": 100, \"after\": $after}") || exit 1
  printf %s "$page" | jq -c '.subordinates.edges[].node' >>"$1.part"
  after=$(printf %s "$page" | jq -r '.subordinates.pageInfo | if .hasNextPage then .endCursor | tojson else "done" end')
done
mv "$1.part" "$1"
echo "Exported $(wc -l <"$1" | tr -d ' ') members."
