"""What a Python script sees: `python3 faults.py request|subscription|pages DOCUMENT VARIABLES`, as lines of JSON."""

import json
import sys

from inmor import Connection, HttpError, Inmor, InmorError, Mutation, Query, RequestError, Subscription

REMOVE = "mutation ($input: RemoveSubordinateInput!) { removeSubordinate(input: $input) { __typename } }"
"""Between the first page and the second."""

_, what, document, given = sys.argv
variables = json.loads(given)
inmor = Inmor.from_environment()


def say(*message: object) -> None:
    print(json.dumps(message), flush=True)


try:
    if what == "request":
        say("data", inmor.query(Query(document), variables))
    elif what == "mutation":
        say("outcome", type(inmor.mutate(Mutation(document), variables)).__name__)
    elif what == "subscription":
        for event in inmor.subscribe(Subscription(document), variables, lambda: say("reconnected")):
            say("event", event)
    else:
        seen = []
        for node in inmor.pages(Connection(document)):
            seen.append(node)
            if len(seen) == 100:
                inmor.mutate(Mutation(REMOVE), {"input": {"id": seen[variables["remove"]]["id"]}})
        say("end", [node["entityId"] for node in seen])
except InmorError as error:
    code = error.code if isinstance(error, RequestError) else error.status if isinstance(error, HttpError) else None
    details = error.details if isinstance(error, RequestError) else {}
    say("error", type(error).__name__, code, details, str(error))
