"""An outbox in each store, and readable sends, friendships and consents to fill it with."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from msgspec.structs import replace

from tieline.ids import keyed_hash, retry_key
from tieline.model.identity import Node, Placed
from tieline.model.profile import ConsentEvent, Fact, FactKind
from tieline.model.send import Claimed, Prepared, Send, SendState, Settled
from tieline.ports import FactStore, SendStore, Transaction

WORKSPACE = 1
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LEASE = timedelta(seconds=120)
USER = "U" + "1" * 32
OTHER = "U" + "2" * 32
BROWSER = "web"
"""The source whose key stands in the page."""


def name(text: str) -> bytes:
    return keyed_hash(b"k", text)


# Ann has two LINE users and a mail address, and somebody says that a phone is hers too; Ben has an address only.
NODES = (
    Placed(Node(name("ann"), "line:900", USER, START), name("ann"), name("ann")),
    Placed(Node(name("ann2"), "line:900", OTHER, START), name("ann"), name("ann")),
    Placed(Node(name("ann@"), "email", "ann@brand.test", START), name("ann"), name("ann")),
    Placed(Node(name("ann#"), "phone", "+886987654301", START), name("ann"), name("ann"), core=False),
    Placed(Node(name("ben@"), "email", "ben@brand.test", START), name("ben@"), name("ben@")),
)


def nodes_of(workspace_id: int) -> Sequence[Placed]:
    return NODES if workspace_id == WORKSPACE else ()


@dataclass
class Outbox:
    sends: SendStore
    facts: FactStore
    unit: Transaction

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.unit.transaction()


def fill(admin: psycopg.Connection) -> None:
    """Store what the outbox reads and others write."""
    admin.execute(
        "insert into workspace (key, name, identity_key, created_at) values ('brand', 'Brand', 'x', %s)",
        (START,),
    )
    admin.execute(
        """
        insert into line_account (workspace_id, key, name, provider_id, channel_id, channel_secret, bot_user_id, source_id,
                                  created_at)
        values (1, 'brand', 'Brand', '900', '100', 'x', 'U', 1, %s)
        """,
        (START,),
    )
    for key in (BROWSER, "crm"):
        kind = "web" if key == BROWSER else "server"
        admin.execute(
            "insert into source (workspace_id, key, kind, name, write_key, created_at) values (1, %s, %s, %s, %s, %s)",
            (key, kind, key, f"write-{key}", START),
        )
    for place in NODES:
        node = place.node
        admin.execute(
            """
            insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id, core)
            values (1, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                node.node_id,
                node.namespace,
                node.value,
                node.first_at,
                place.zone_id,
                place.profile_id,
                place.core,
            ),
        )


def friendship(node: str, value: bool, seconds: int = 0, account: str = "brand") -> Fact:
    at = START + timedelta(seconds=seconds)
    return Fact(name(node), FactKind.FRIENDSHIP, account, f"line-{account}", value, at)


def consent(node: str, granted: bool, seconds: int = 0) -> ConsentEvent:
    at = START + timedelta(seconds=seconds)
    key = keyed_hash(b"e", node, str(granted), str(seconds))
    return ConsentEvent(name(node), "marketing", "line", granted, "test", "", {}, "web", key, at, at)


def send(number: int, **changes: Any) -> Send:
    planned = Send(
        workspace_id=WORKSPACE,
        send_id=name(f"send {number}"),
        account="brand",
        origin="broadcast:sale",
        step="",
        person=name("ann"),
        line_user=USER,
        purpose="marketing",
        messages=b'[{"type":"text","text":"Sale"}]',
        body_hash=name("body"),
        state=SendState.PLANNED,
        reason="",
        due_at=START + timedelta(seconds=number),
        expires_at=None,
        created_at=START,
    )
    return replace(planned, **changes)


async def plan(outbox: Outbox, *sends: Send) -> None:
    async with outbox.transaction():
        await outbox.sends.add(sends, [])


async def claim(
    outbox: Outbox, at: datetime, sends_max: int = 10, *, chunk: bytes | None = None, prepare: bool = True
) -> list[Claimed]:
    async with outbox.transaction():
        claimed = await outbox.sends.claim(at, sends_max, [])
        if prepare:
            await outbox.sends.prepare(
                [prepared(one, chunk or one.chunk_id) for one in claimed], at, at + LEASE
            )
    return claimed


def prepared(one: Claimed, chunk: bytes | None) -> Prepared:
    return Prepared(one.workspace_id, one.send_id, one.fence, retry_key(one.send_id.hex()), chunk)


async def settle(outbox: Outbox, claimed: Sequence[Claimed], **changes: Any) -> set[tuple[int, bytes]]:
    fields: dict[str, Any] = {
        "state": SendState.ACCEPTED,
        "called": True,
        "due_at": START + LEASE,
        **changes,
    }
    outcomes = [
        Settled(
            workspace_id=one.workspace_id,
            send_id=one.send_id,
            fence=one.fence,
            chunk_id=one.chunk_id,
            **fields,
        )
        for one in claimed
    ]
    async with outbox.transaction():
        return await outbox.sends.settle(outcomes, START + LEASE)


LATER = START + timedelta(minutes=1)
