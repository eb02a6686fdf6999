"""Exports all members as JSON Lines. The file is replaced only when the export is complete. The key needs the role
viewer. Run it each night:

    python3 export_members.py members.jsonl
"""

import json
import os
import sys

from inmor import Inmor, RequestError
from operations import MEMBERS

ATTEMPTS = 3
_, file = sys.argv
inmor = Inmor.from_environment()


def export_members() -> int:
    count = 0
    with open(f"{file}.part", "w", encoding="utf-8") as part:
        for member in inmor.pages(MEMBERS):
            part.write(json.dumps(member, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
        part.flush()
        os.fsync(part.fileno())
    os.replace(f"{file}.part", file)
    return count


for attempt in range(1, ATTEMPTS + 1):
    try:
        print(f"Exported {export_members()} members.")
        break
    except RequestError as error:
        # The member at the end of a page was removed before the next page.
        if error.code != "BAD_USER_INPUT" or attempt == ATTEMPTS:
            raise
        print("The list has changed. Starting again.")
