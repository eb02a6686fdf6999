"""Exports all members as JSON Lines. The file is replaced only when the export is complete. The key needs the role
viewer. Run it each night:

    python3 export_members.py members.jsonl
"""

import json
import os
import sys

from inmor import Inmor
from operations import MEMBERS

_, file = sys.argv
inmor = Inmor.from_environment()


count = 0
with open(f"{file}.part", "w", encoding="utf-8") as part:
    for member in inmor.pages(MEMBERS):
        part.write(json.dumps(member, ensure_ascii=False, separators=(",", ":")) + "\n")
        count += 1
    part.flush()
    os.fsync(part.fileno())
os.replace(f"{file}.part", file)
print(f"Exported {count} members.")
