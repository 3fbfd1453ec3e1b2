"""A person's word about two identifiers: they are apart, they are together, or never mind."""

import sys
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from tieline.errors import InvalidInputError
from tieline.identify.rules import RuleBook
from tieline.identify.settle import Explained, Settler
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Assertion, Moved
from tieline.ports import IdentityStore

UNDO = "undo"
_LATEST = sys.maxsize


class Decided(NamedTuple):
    """A decision and whom it moved."""

    assertion_id: int
    moves: list[Moved]


class Decisions:
    """Writes decisions and brings the zones they touch up to date.

    Nothing is lost by a decision, so taking it back restores what was there, ids included. Whoever calls this carries
    the moves into history, in the same transaction.
    """

    def __init__(self, store: IdentityStore, rules: RuleBook | None = None) -> None:
        self._store = store
        self._settler = Settler(store, rules)

    async def cut(
        self, workspace_id: int, a: bytes, b: bytes, author: str, reason: str, at: datetime
    ) -> Decided:
        """Keep `a` and `b` apart, whatever links them."""
        return await self.decide(workspace_id, Assertion(CUT, a, b, at, author=author, reason=reason))

    async def join(
        self, workspace_id: int, a: bytes, b: bytes, author: str, reason: str, at: datetime
    ) -> Decided:
        """Bring `a` and `b` together before all other links, as far as the limits allow."""
        return await self.decide(workspace_id, Assertion(JOIN, a, b, at, author=author, reason=reason))

    async def block(self, workspace_id: int, a: bytes, author: str, reason: str, at: datetime) -> Decided:
        """Let `a` name nobody: whatever is linked to it, it joins nobody."""
        return await self.decide(workspace_id, Assertion(BLOCK, a, a, at, author=author, reason=reason))

    async def allow(self, workspace_id: int, a: bytes, author: str, reason: str, at: datetime) -> Decided:
        """Let `a` count, however many share it."""
        return await self.decide(workspace_id, Assertion(ALLOW, a, a, at, author=author, reason=reason))

    async def undo(self, workspace_id: int, assertion_id: int, author: str, at: datetime) -> Decided:
        """Take a decision back.

        Raises:
            NotFoundError: There is no such decision.
        """
        await self._store.lock(workspace_id)
        assertion = await self._store.revoke_assertion(workspace_id, assertion_id, author, at)
        settled = await self._settler.anew(
            workspace_id, await self._about(workspace_id, assertion), f"undo:{assertion_id}", at
        )
        return Decided(assertion_id, settled.moves)

    async def explain(self, workspace_id: int, *node_ids: bytes) -> Explained:
        """Return everyone in the zones of `node_ids`, with the links that join nobody and why."""
        return await self._settler.explain(workspace_id, node_ids)

    async def preview(self, workspace_id: int, kind: str, a: bytes, b: bytes, at: datetime) -> Explained:
        """Return who would be one person after a decision ("cut", "join" or "undo"), without deciding it."""

        def supposing(assertions: Iterable[Assertion]) -> list[Assertion]:
            held = list(assertions)
            if kind != UNDO:
                return [*held, Assertion(kind, a, b, at, assertion_id=_LATEST)]
            about = [one for one in held if {one.a, one.b} == {a, b} and one.revoked_at is None]
            latest = max(about, key=lambda one: one.assertion_id, default=None)
            return [one for one in held if one is not latest]

        return await self._settler.explain(workspace_id, [a, b], supposing)

    async def decide(self, workspace_id: int, assertion: Assertion) -> Decided:
        """Write a decision down and carry it out.

        Raises:
            InvalidInputError: It is about one identifier and needs two.
        """
        if assertion.a == assertion.b and assertion.kind in {CUT, JOIN}:
            raise InvalidInputError("A decision is about two different identifiers.", field="/b")
        await self._store.lock(workspace_id)
        assertion_id = await self._store.add_assertion(workspace_id, assertion)
        cause = f"{assertion.kind}:{assertion_id}"
        about = await self._about(workspace_id, assertion)
        settled = await self._settler.anew(workspace_id, about, cause, assertion.at)
        return Decided(assertion_id, settled.moves)

    async def _about(self, workspace_id: int, assertion: Assertion) -> set[bytes]:
        """Return whose zones a decision may change: whoever names nobody is no longer counted by its neighbours."""
        about = {assertion.a, assertion.b}
        if assertion.kind == BLOCK:
            for link in await self._store.touching(workspace_id, sorted(about)):
                about |= {link.a, link.b}
        return about
