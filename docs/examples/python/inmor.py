"""A client of the Inmor API in one file, for Python 3.11 or newer without packages: queries, mutations, pages and
subscriptions, all typed by operations.py. Copy it into a project.
"""

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, Generic, TypeVar, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

Variables = TypeVar("Variables", bound=Mapping[str, object], contravariant=True)
Data = TypeVar("Data")
Node = TypeVar("Node")

TIMEOUT = 120
"""Seconds to wait for an answer. The preview of a policy takes up to a minute."""
SILENCE = 40
"""Seconds without a byte after which a stream is lost. The server sends a comment every 12 seconds."""
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before the first reconnect; doubled for each further one, up to the maximum."""
PAGE = 100


@dataclass(frozen=True)
class Query(Generic[Variables, Data]):
    text: str


@dataclass(frozen=True)
class Connection(Query[Variables, Data], Generic[Variables, Data, Node]):
    """A query of one list, with the variables `first` and `after`."""


@dataclass(frozen=True)
class Mutation(Generic[Variables, Data]):
    text: str


@dataclass(frozen=True)
class Subscription(Generic[Variables, Data]):
    text: str


class InmorError(Exception):
    """All that the client raises."""


class RequestError(InmorError):
    """The server refused the request as a whole: a fault in it, no valid key, a missing right, or an outage.

    `code`: such as FORBIDDEN, UNAUTHENTICATED, INVALID_INPUT, GRAPHQL_VALIDATION_FAILED, APPROVAL_REQUIRED.
    `details`: further members of `extensions`, such as `path` of an invalid variable or the id of a `approval`.
    """

    def __init__(self, message: str, extensions: Mapping[str, object] = {}):
        self.code = str(extensions.get("code", "UNKNOWN"))
        self.details = {name: value for name, value in extensions.items() if name != "code"}
        super().__init__(f"{self.code}: {message}")


class HttpError(InmorError):
    """The answer is not one of GraphQL: a proxy sent it, or the address is wrong."""

    def __init__(self, status: int, text: str):
        self.status = status
        super().__init__(f"HTTP {status}: {text[:200]}")


class LostConnection(InmorError):
    """There is no answer, or it broke off. Whether a mutation was executed is not known."""


@dataclass(frozen=True)
class Ok(Generic[Data]):
    """A mutation succeeded."""

    data: Data


@dataclass(frozen=True)
class Refused:
    """A mutation was refused for an expected reason, and has changed nothing."""

    code: str
    message: str
    path: list[str] | None
    details: Mapping[str, object]
    """Further fields that the document selects, such as `safeFrom`."""


class Inmor:
    def __init__(self, url: str, key: str, anchor: str | None = None):
        """`url` is that of the console; `anchor` is the slug of an anchor, where there are several."""
        self._url = url.rstrip("/") + "/graphql"
        self._headers = {"Content-Type": "application/json", "X-API-Key": key}
        if anchor:
            self._headers["Inmor-Anchor"] = anchor

    @staticmethod
    def from_environment() -> "Inmor":
        """Reads INMOR_URL, INMOR_KEY and, where there are several anchors, INMOR_ANCHOR."""
        url, key = os.environ.get("INMOR_URL"), os.environ.get("INMOR_KEY")
        if not url or not key:
            raise SystemExit("Set INMOR_URL and INMOR_KEY.")
        return Inmor(url, key, os.environ.get("INMOR_ANCHOR"))

    def query(self, document: Query[Variables, Data], variables: Variables) -> Data:
        """Raises InmorError."""
        return cast(Data, self._request(document.text, variables))

    def mutate(self, document: Mutation[Variables, Data], variables: Variables) -> Ok[Data] | Refused:
        """Executes a document with one mutation. Raises InmorError unless the refusal is part of its result."""
        (result,) = self._request(document.text, variables).values()
        if "code" in result and "__typename" in result:
            known = {name: result.pop(name, None) for name in ("code", "message", "path")}
            return Refused(**known, details=result)
        return Ok(result)

    def pages(self, document: Connection[Variables, Data, Node], variables: Mapping[str, object] = {}) -> Iterator[Node]:
        """Yields each entry of a list, page by page."""
        after = None
        while True:
            data = self._request(document.text, {**variables, "first": PAGE, "after": after})
            (connection,) = data.values()
            for edge in connection["edges"]:
                yield edge["node"]
            if not connection["pageInfo"]["hasNextPage"]:
                return
            after = connection["pageInfo"]["endCursor"]

    def subscribe(
        self,
        document: Subscription[Variables, Data],
        variables: Variables | Callable[[], Variables],
        on_reconnect: Callable[[], None] = lambda: None,
    ) -> Iterator[Data]:
        """Yields each event until you leave the loop.

        Reconnects after a loss; `variables` can be a function, to go on after the last event seen. `on_reconnect` is
        called when the server listens again: read what may have changed meanwhile. Raises if the first connection
        fails, or when the server refuses the subscription.
        """
        losses, is_again = 0, False
        while True:
            try:
                current = variables() if callable(variables) else variables
                with self._send(document.text, current, "text/event-stream", SILENCE) as response:
                    if is_again:
                        on_reconnect()
                    is_again = True
                    for data in _events(response):
                        losses = 0
                        yield cast(Data, data)
            except InmorError as error:
                if not is_again or not _is_temporary(error):
                    raise
            # With jitter, so that many clients do not return at once.
            time.sleep(min(FIRST_PAUSE * 2**losses, LONGEST_PAUSE) * random.uniform(0.5, 1))
            losses += 1

    def _request(self, text: str, variables: Mapping[str, object]) -> dict[str, Any]:
        with self._send(text, variables, "application/json", TIMEOUT) as response:
            return _data_of(response.status, _read(response))

    def _send(self, text: str, variables: Mapping[str, object], accept: str, timeout: float) -> HTTPResponse:
        body = json.dumps({"query": text, "variables": variables}).encode()
        request = Request(self._url, body, {**self._headers, "Accept": accept})
        try:
            response = cast(HTTPResponse, urlopen(request, timeout=timeout))
        except HTTPError as error:
            with error:
                _data_of(error.code, _read(error))
            raise HttpError(error.code, error.reason) from None
        except (URLError, HTTPException, OSError) as error:
            raise LostConnection(f"The connection failed: {error}") from error
        if accept not in response.headers.get("Content-Type", ""):
            with response:
                _data_of(response.status, _read(response))
            raise HttpError(response.status, f"The answer is not {accept}.")
        return response


def _read(response: HTTPResponse | HTTPError) -> bytes:
    try:
        return response.read()
    except (HTTPException, OSError) as error:
        raise LostConnection(f"The connection failed: {error}") from error


def _events(response: HTTPResponse) -> Iterator[dict[str, Any]]:
    try:
        for line in response:
            if line.startswith(b"event: complete"):
                return
            if line.startswith(b"data: {"):
                yield _data_of(response.status, line.removeprefix(b"data: "))
    except (HTTPException, OSError) as error:
        raise LostConnection(f"The connection failed: {error}") from error


def _data_of(status: int, body: bytes) -> dict[str, Any]:
    try:
        answer: Any = json.loads(body)
        errors, data = answer.get("errors"), answer.get("data")
    except (ValueError, AttributeError):
        raise HttpError(status, body.decode(errors="replace")) from None
    if errors:
        raise RequestError(errors[0]["message"], errors[0].get("extensions", {}))
    if not data:
        raise HttpError(status, body.decode(errors="replace"))
    return data


def _is_temporary(error: InmorError) -> bool:
    match error:
        case RequestError(code=code):
            return code == "UNAVAILABLE"
        case HttpError(status=status):
            return status == 429 or status >= 500
        case _:
            return isinstance(error, LostConnection)
