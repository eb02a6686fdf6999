"""Appends new entries of the audit log to a file, one JSON document per line, and continues after the last line. Checks
that each entry follows the previous one, by its hash. With INMOR_ANCHOR the log is a part of that of the installation, and
only its order is sure. The key needs the role viewer; e-mail addresses are only in the mirror of an admin.

    python3 mirror_audit_log.py audit.jsonl
"""

import json
import os
import sys

from inmor import Inmor
from operations import AUDIT_LOG

_, file = sys.argv
is_whole = not os.environ.get("INMOR_ANCHOR")
inmor = Inmor.from_environment()

count = 0
with open(file, "a+", encoding="utf-8") as mirror:
    mirror.seek(0)
    last = None
    for line in mirror:
        last = line
    before, digest = (json.loads(last)["cursor"], json.loads(last)["hash"]) if last else (None, None)

    while True:
        page = inmor.query(AUDIT_LOG, {"last": 100, "before": before})["auditEvents"]
        for edge in reversed(page["edges"]):
            entry = edge["node"]
            if is_whole and digest and entry["previousHash"] != digest:
                sys.exit(f"Entries are missing before {entry['at']} {entry['action']} {entry['resource']}.")
            line = json.dumps({"cursor": edge["cursor"], **entry}, ensure_ascii=False, separators=(",", ":"))
            mirror.write(line + "\n")
            digest = entry["hash"]
            count += 1
        mirror.flush()
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
print(f"Mirrored {count} entries.")
