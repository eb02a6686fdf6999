#!/bin/sh
# Lists the members that would stop resolving under a metadata policy, with the reasons. Nothing is changed. The key needs
# the role viewer. Exits with 1 if there are any, so that a pipeline can stop.
#
#     sh policy-preview.sh policy.json
set -eu
. "$(dirname "$0")/inmor.sh"

after=null count=0
while [ "$after" != done ]; do
  page=$(inmor_query policy-preview "$(jq -c --argjson after "$after" '{policy: ., $after}' "$1")")
  # Without `before` it does not resolve under the present policy either.
  lost=$(printf %s "$page" | jq -c '.previewMetadataPolicy.affected | map(select(.before))')
  printf %s "$lost" | jq -r '.[] | "\(.entityId): \(.findings | join(" "))"'
  count=$((count + $(printf %s "$lost" | jq length)))
  after=$(printf %s "$page" | jq -r '.previewMetadataPolicy | if .hasMore then .affected[-1].entityId | tojson else "done" end')
done
echo "$count members would stop resolving."
[ "$count" -eq 0 ]
