"""Rules of tags as they are kept, and tags whose time is over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec


class TagRule(msgspec.Struct, frozen=True):
    """A live rule: what puts `tag` on, as it was written."""

    workspace_id: int
    key: str
    tag: str
    definition: Mapping[str, Any]


class ExpiredTag(msgspec.Struct, frozen=True):
    """A tag whose time is over, on one node; `at`: since when it was on."""

    workspace_id: int
    tag: str
    namespace: str
    value: str
    at: datetime


class Word(msgspec.Struct, frozen=True):
    """The newest word about one tag of one person: whether it is on, and which node and source say so since when."""

    on: bool
    node_id: bytes
    source: str
    at: datetime


LIST = "list:"
"""Stands before the key of a static list, in the tag that its people carry."""
