#!/bin/sh
# Registers the members of a CSV file and prints what became of each. The first line names the columns: `entityId`, and if
# you like `tags` (with spaces between them) and `note`. A line break within a field is not understood. The key needs the
# role operator. Exits with 1 if a member could not be registered.
#
#     sh register-members.sh members.csv
set -eu
. "$(dirname "$0")/inmor.sh"

variables=$(jq -cRn '
  # Of a line: separated by commas, and quoted if they contain one.
  def fields: [scan("(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,]*))")
    | if .[0] then .[0] | gsub("\"\""; "\"") else .[1] end];
  [inputs | sub("\r$"; "") | select(. != "") | fields]
  | .[0] as $columns
  | .[1:]
  | map([$columns, .] | transpose | map({(.[0]): .[1]}) | add
      | {entityId, tags: (.tags // "" | split(" ") | map(select(. != ""))), note: (.note | if . == "" then null else . end)})
  | {input: {source: {list: {subordinates: .}}}}' "$1")
run=$(inmor_mutate import-members "$variables")

# `seen` is the last item. After a reconnect the stream begins again.
inmor_events run-progress "$(printf %s "$run" | jq -c '{runId: .run.id, after: 0}')" |
  jq --unbuffered -nr '
    foreach (inputs | .runProgress) as {$run, $item} ({seen: 0};
      {isNew: ($item.sequence // 0 > .seen), seen: ([$item.sequence // 0, .seen] | max)};
      if .isNew then $item | if .ok then "ok \(.resource)" else "FAILED \(.resource): \(.message)" end else empty end,
      if $run.endedAt and .seen == $run.done + $run.failed then
        "\($run.state): \($run.done) of \($run.total) registered.",
        ("" | halt_error(if $run.state == "SUCCEEDED" and $run.failed == 0 then 0 else 1 end))
      else empty end),
    ("" | halt_error(1)) # the stream was refused'
