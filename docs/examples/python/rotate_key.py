"""Takes the next step of a rollover of the signing key: retires the previous key, announces the next one, or switches to
it when every cache has it. Run it each day from a pipeline; a step that is not due yet is left for the next time. The key
needs the role admin. `--now REASON` switches at once, in an emergency.

Exits with 3 if a second person must approve the step, and prints the id of the change request. The scheduled rollover
(scheduleRollover) does the same without a script.

    python3 rotate_key.py ES256 90            (a new key every 90 days)
    python3 rotate_key.py ES256 0 --now "the key was stolen"
"""

import argparse
import sys
from datetime import datetime, timedelta, timezone

from inmor import Inmor, Ok, Refused, RequestError
from operations import ANNOUNCE_KEY, REISSUE_TRUST_MARKS, RETIRE_KEY, SIGNING_KEYS, SWITCH_KEY

parser = argparse.ArgumentParser()
parser.add_argument("alg")
parser.add_argument("days", type=int)
parser.add_argument("--now", metavar="REASON")
options = parser.parse_args()
inmor = Inmor.from_environment()


def take_step() -> None:
    keys = inmor.query(SIGNING_KEYS, {})["signingKeys"]["keys"]
    for key in keys:
        if key["state"] == "PUBLISHED":
            retirement = inmor.mutate(RETIRE_KEY, {"input": {"kid": key["kid"]}})
            print(retirement.message if isinstance(retirement, Refused) else f"Retired {key['kid']}.")

    current = next(key for key in keys if key["state"] == "CURRENT")
    since = datetime.fromisoformat(current["signsSince"] or "1970-01-01T00:00:00Z")
    if any(key["state"] == "ANNOUNCED" for key in keys):
        match inmor.mutate(SWITCH_KEY, {"input": {"overrideReason": options.now}}):
            case Ok(key):
                inmor.mutate(REISSUE_TRUST_MARKS, {})  # the previous key is needed until they have a new signature
                print(f"Signing with {key['kid']}.")
            case Refused(code="UNSAFE_KEY_CHANGE", message=message):
                print(message)
            case Refused(message=message):
                sys.exit(message)
    elif datetime.now(timezone.utc) >= since + timedelta(days=options.days):
        match inmor.mutate(ANNOUNCE_KEY, {"input": {"alg": options.alg}}):
            case Ok(key):
                print(f"Announced {key['kid']}.")
            case Refused(message=message):
                sys.exit(message)
    else:
        print(f"{current['kid']} signs since {current['signsSince']}.")


try:
    take_step()
except RequestError as error:
    if "changeRequest" not in error.details:
        raise
    print(f"{error} ({error.details['changeRequest']})")
    sys.exit(3)
