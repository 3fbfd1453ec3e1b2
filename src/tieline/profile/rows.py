"""Events and profiles as the rows that history keeps. Pure."""

from collections.abc import Sequence

import msgspec
import pyarrow as pa

from tieline.model.event import Identified
from tieline.model.identity import Moved
from tieline.model.profile import ProfileChanged

_ID = pa.binary(16)
_TIME = pa.timestamp("ms", tz="UTC")
_NAMES = pa.list_(pa.string())
EVENTS = pa.schema(
    [
        ("workspace_id", pa.uint32()),
        ("event", pa.string()),
        ("profile_id", _ID),
        ("node_id", _ID),
        ("at", _TIME),
        ("log_offset", pa.uint64()),
        ("item", pa.uint32()),
        ("message_id", pa.string()),
        ("source", pa.string()),
        ("type", pa.string()),
        ("properties", pa.string()),
    ]
)
PROFILES = pa.schema(
    [
        ("workspace_id", pa.uint32()),
        ("profile_id", _ID),
        ("version", pa.uint64()),
        ("gone", pa.uint8()),
        ("traits", pa.string()),
        ("tags", _NAMES),
        ("consents", _NAMES),
        ("friends", _NAMES),
        ("namespaces", _NAMES),
        ("first_seen_at", _TIME),
    ]
)
MOVES = pa.schema([("workspace_id", pa.uint32()), ("node_id", _ID), ("from_id", _ID), ("profile_id", _ID)])
_NOWHERE = b"\0" * 16
_encode = msgspec.json.encode


def events(items: Sequence[Identified]) -> pa.Table:
    """Return rows of the table `event`."""
    said = [item.event for item in items]
    return pa.Table.from_arrays(
        [
            pa.array([event.workspace_id for event in said], pa.uint32()),
            pa.array([event.name for event in said]),
            pa.array([item.profile_id for item in items], _ID),
            pa.array([item.node_id for item in items], _ID),
            pa.array([event.at for event in said], _TIME),
            pa.array([event.log_offset for event in said], pa.uint64()),
            pa.array([event.item for event in said], pa.uint32()),
            pa.array([event.message_id for event in said]),
            pa.array([event.source.key for event in said]),
            pa.array([event.type for event in said]),
            pa.array([_encode(event.properties) for event in said], pa.binary()).cast(pa.string()),
        ],
        schema=EVENTS,
    )


def profiles(changed: Sequence[ProfileChanged], version: int) -> pa.Table:
    """Return rows of the table `profile`; one whose nodes all left is marked as gone."""
    rows: list[dict[str, object]] = [
        {
            "workspace_id": change.workspace_id,
            "profile_id": change.profile_id,
            "version": version,
            "gone": 0,
            "traits": _encode({name: trait.value for name, trait in change.profile.traits.items()}).decode(),
            "tags": list(change.profile.tags),
            "consents": list(change.profile.consents),
            "friends": list(change.profile.friends),
            "namespaces": sorted({namespace for namespace, _ in change.profile.identifiers}),
            "first_seen_at": change.profile.first_seen_at,
        }
        if change.profile is not None
        else {
            "workspace_id": change.workspace_id,
            "profile_id": change.profile_id,
            "version": version,
            "gone": 1,
            "traits": "{}",
            "tags": [],
            "consents": [],
            "friends": [],
            "namespaces": [],
            "first_seen_at": None,
        }
        for change in changed
    ]
    table = pa.Table.from_pylist(rows, schema=PROFILES)
    column = table.schema.get_field_index("first_seen_at")
    filled = table["first_seen_at"].fill_null(pa.scalar(0, _TIME))
    return table.set_column(column, PROFILES.field("first_seen_at"), filled)


def moves(moved: Sequence[Moved]) -> pa.Table:
    """Return which nodes changed profile; a new node came from the id of zeros."""
    return pa.Table.from_arrays(
        [
            pa.array([move.workspace_id for move in moved], pa.uint32()),
            pa.array([move.node_id for move in moved], _ID),
            pa.array([move.from_id or _NOWHERE for move in moved], _ID),
            pa.array([move.to_id for move in moved], _ID),
        ],
        schema=MOVES,
    )
