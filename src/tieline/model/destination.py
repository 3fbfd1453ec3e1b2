"""Other systems that are kept told who is in a segment."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class Destination(msgspec.Struct, frozen=True):
    """Where a segment is told to.

    Attributes:
        url: Where calls go.
        namespaces: Which identifiers of people are told; "line" stands for "line:" of any provider.
        secret: Encrypted.
    """

    workspace_id: int
    key: str
    segment: str
    url: str
    namespaces: tuple[str, ...]
    secret: bytes


class Change(msgspec.Struct, frozen=True):
    """Somebody entered a segment, or left it."""

    change_id: int
    profile_id: bytes
    entered: bool
    at: datetime


class Waiting(msgspec.Struct, frozen=True):
    """A call whose time has come. `attempts`: how often it was tried."""

    destination: Destination
    call_no: int
    call_id: str
    body: Mapping[str, Any]
    attempts: int
