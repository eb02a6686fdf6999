"""Lists the members that would stop resolving under a metadata policy, with the reasons. Nothing is changed. The key
needs the role viewer. Exits with 1 if there are any, so that a pipeline can stop.

    python3 policy_preview.py policy.json
"""

import json
import sys

from inmor import Inmor
from operations import POLICY_PREVIEW, PolicyPreviewVariables

_, file = sys.argv
with open(file, encoding="utf-8") as text:
    variables: PolicyPreviewVariables = {"policy": json.load(text)}
inmor = Inmor.from_environment()

count = 0
while True:
    page = inmor.query(POLICY_PREVIEW, variables)["previewMetadataPolicy"]
    for member in page["affected"]:
        variables["after"] = member["entityId"]
        if member["before"] is not None:  # otherwise it does not resolve under the present policy either
            print(f"{member['entityId']}: {' '.join(member['findings'])}")
            count += 1
    if not page["hasMore"]:
        break
print(f"{count} members would stop resolving.")
sys.exit(0 if count == 0 else 1)
