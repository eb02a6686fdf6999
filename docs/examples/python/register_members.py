"""Registers the members of a CSV file and prints what became of each. The first line names the columns: `entityId`, and
if you like `tags` (with spaces between them) and `note`. The key needs the role operator. Exits with 1 if a member could
not be registered.

    python3 register_members.py members.csv
"""

import csv
import sys

from inmor import Inmor, Refused
from operations import IMPORT_MEMBERS, RUN_PROGRESS, RegisterSubordinateInput, RunProgressVariables

_, file = sys.argv
with open(file, newline="", encoding="utf-8") as lines:
    subordinates: list[RegisterSubordinateInput] = [
        {"entityId": row["entityId"], "tags": (row.get("tags") or "").split(), "note": row.get("note") or None}
        for row in csv.DictReader(lines)
    ]

inmor = Inmor.from_environment()
start = inmor.mutate(IMPORT_MEMBERS, {"input": {"subordinates": subordinates}})
if isinstance(start, Refused):
    sys.exit(start.message)

# After a reconnect the stream goes on after the last item seen.
position: RunProgressVariables = {"runId": start.data["id"], "after": 0}
for event in inmor.subscribe(RUN_PROGRESS, position):
    run, item = event["renewalProgress"]["run"], event["renewalProgress"]["item"]
    if item:
        print(f"ok {item['resource']}" if item["ok"] else f"FAILED {item['resource']}: {item['message']}")
        position["after"] = item["sequence"]
    if run["endedAt"] and position.get("after") == run["done"] + run["failed"]:
        print(f"{run['state']}: {run['done']} of {run['total']} registered.")
        sys.exit(0 if run["state"] == "SUCCEEDED" and run["failed"] == 0 else 1)
