"""The rules of who is who from the command line: show, check, set, confirm, refuse; and the nightly audit."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from tieline.api.identity_rules import Wish, decided, put, rule_book
from tieline.app.shadow import decide
from tieline.identify.rebuild import Rebuilt
from tieline.identify.rule_file import shipped
from tieline.steward.desk import Desk
from tieline.store.postgres.identity_rules import PostgresRules

SETTLED = frozenset({"held", "live", "refused", "failed"})


class Audit(msgspec.Struct, frozen=True):
    """What a rebuild came to, beside what is stored.

    Attributes:
        differ: Identifiers that stand elsewhere than they should.
        examples: Some of them, by the hash that names them.
    """

    identifiers: int
    links: int
    replayed: int
    differ: int
    examples: list[str]
    signature: str
    signature_stored: str


async def shown(desk: Desk) -> str:
    """Return the file that holds."""
    return await PostgresRules(desk.connection).live_text(desk.workspace.workspace_id) or shipped()


async def ask(desk: Desk, text: str, author: str, reason: str) -> int:
    """Ask for other rules; return their version."""
    return await put(desk.connection, desk.workspace.workspace_id, Wish(text, author, reason), desk)


async def say(desk: Desk, version: int, word: str, author: str) -> None:
    """Confirm a change, or refuse it."""
    await decided(desk.connection, desk.workspace.workspace_id, version, word, author, desk)


async def stands(desk: Desk, version: int) -> dict[str, Any]:
    """Return a version as it stands now."""
    return await PostgresRules(desk.connection).version(desk.workspace.workspace_id, version)


def reported(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a change would do as lines for people: figures first, then whom it would touch."""
    examples = report.get("examples", {})
    for name, value in report.items():
        if name != "examples":
            yield f"{name}: {value}"
    for kind, mark in (("merged", " + "), ("split", " | ")):
        for groups in examples.get(kind, ()):
            yield f"{kind}: {mark.join(', '.join(group) for group in groups)}"
    for movers, left, there in examples.get("moved", ()):
        yield f"moved: {', '.join(movers)} from {', '.join(left)} to {', '.join(there)}"


async def audit(desk: Desk, watch: Callable[[float], None]) -> Audit:
    """Decide everything anew by the rules that hold, and compare it with what is stored."""
    workspace_id = desk.workspace.workspace_id

    async def progress(fraction: float) -> None:
        watch(fraction)
        await asyncio.sleep(0)

    rules = (await rule_book(desk.connection)).of(workspace_id)
    return told(await decide(desk.connection, workspace_id, rules, progress))


def told(rebuilt: Rebuilt) -> Audit:
    """Return what a rebuild came to, in numbers."""
    changed = rebuilt.changed
    ids = rebuilt.read.nodes.ids
    return Audit(
        identifiers=len(ids),
        links=int(rebuilt.read.links.a.size),
        replayed=rebuilt.replayed,
        differ=int(changed.size),
        examples=[ids[place].tobytes().hex() for place in changed[:10]],
        signature=rebuilt.signature(),
        signature_stored=rebuilt.signature_kept(),
    )
