"""A request to the platform and what comes back, without a socket."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

JSON_TYPE = "application/json"


class SimRequest(msgspec.Struct, frozen=True):
    """One HTTP request; header names are lower case, `query` holds the first value of each parameter."""

    method: str
    path: str
    query: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes = b""


class SimResponse(msgspec.Struct, frozen=True):
    """One HTTP response, to be given after `delay_seconds`."""

    status: int
    body: bytes = b"{}"
    headers: Mapping[str, str] = {}
    delay_seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Tell whether the platform says that it did what was asked."""
        return 200 <= self.status < 300

    def with_headers(self, **added: str) -> "SimResponse":
        """Return this response with more headers; underscores in names become dashes."""
        more = {name.replace("_", "-"): value for name, value in added.items()}
        return SimResponse(self.status, self.body, {**self.headers, **more}, self.delay_seconds)


class Fault(msgspec.Struct, frozen=True):
    """A broken exchange: `hang` answers nothing until the caller gives up, `cut` closes the connection at once."""

    kind: Literal["hang", "cut"]


class Refused(Exception):  # noqa: N818 - LINE refuses; that is no error of the simulator
    """The platform says no.

    Args:
        status: HTTP status.
        message: LINE's sentence.
        details: Problems as `{"message", "property"}`.
    """

    def __init__(self, status: int, message: str, details: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details

    def response(self) -> SimResponse:
        """Return the refusal as LINE words it."""
        content: dict[str, Any] = {"message": self.message}
        if self.details:
            content["details"] = self.details
        return as_json(content, status=self.status)


def as_json(content: Any, *, status: int = 200) -> SimResponse:
    """Return `content` as a JSON response."""
    return SimResponse(status, msgspec.json.encode(content), {"content-type": JSON_TYPE})
