"""Posts each new alert to a chat, once, also after a lost connection. CHAT_URL is an incoming webhook that takes
`{"text": "…"}`, as Slack, Mattermost and Rocket.Chat have. The key needs the role viewer. It runs until it is stopped, or
the key is refused; a restart posts the present alerts again.

    python3 alerts_to_chat.py
"""

import json
import os
import sys
from urllib.request import Request, urlopen

from inmor import Inmor
from operations import ALERTS_CHANGED

CHAT_URL = os.environ["CHAT_URL"]


def post(text: str) -> bool:
    request = Request(CHAT_URL, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"})
    try:
        urlopen(request, timeout=10).close()
        return True
    except OSError as error:
        print(f"The chat refused the message: {error}", file=sys.stderr)
        return False


inmor = Inmor.from_environment()
posted: set[str] = set()
"""The ids of the present alerts that the chat has."""
for event in inmor.subscribe(ALERTS_CHANGED, {}):
    # One that could not be posted is tried again with the next change.
    posted = {
        alert["id"]
        for alert in event["alertsChanged"]
        if alert["id"] in posted or post(f"{alert['severity']} {alert['code']}: {alert['message']}")
    }
