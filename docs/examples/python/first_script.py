"""Registers an entity and renews every member, with the progress of the renewal. The key needs the role operator.

    python3 first_script.py https://rp.example.org
"""

import sys

from inmor import Inmor, Ok, Refused
from operations import REGISTER_MEMBER, RUN_PROGRESS, START_RENEWAL, RunProgressVariables

# What is raised ends the script with its code and its sentence, without a traceback.
sys.excepthook = lambda _kind, error, _trace: print(error, file=sys.stderr)

_, entity_id = sys.argv
inmor = Inmor.from_environment()

match inmor.mutate(REGISTER_MEMBER, {"input": {"entityId": entity_id}}):
    case Ok(registered):
        member = registered["subordinate"]
        print(f"Registered {member['entityId']}: {member['state']}")
    case Refused(code="CONFLICT"):
        print(f"{entity_id} is a member already.")
    case Refused(code=code, message=message):
        sys.exit(f"{code}: {message}")

match inmor.mutate(START_RENEWAL, {"input": {"kind": "SUBORDINATES"}}):
    case Ok(started):
        run_id = started["run"]["id"]
    case Refused(code=code, message=message):
        sys.exit(f"{code}: {message}")

# After a reconnect the stream goes on after the last item seen.
position: RunProgressVariables = {"runId": run_id, "after": 0}
for event in inmor.subscribe(RUN_PROGRESS, position):
    run, item = event["runProgress"]["run"], event["runProgress"]["item"]
    if item:
        print(f"{item['sequence']}/{run['total']} {item['resource']} {'ok' if item['ok'] else item['message']}")
        position["after"] = item["sequence"]
    if run["endedAt"] and position.get("after") == run["done"] + run["failed"]:
        print(f"{run['state']}: {run['done']} renewed, {run['failed']} failed.")
        break
