"""Links grow old: once a day the moment up to which they have aged moves on, and whoever they held together is decided anew."""

from datetime import datetime, timedelta

from tieline.identify.rules import RuleBook
from tieline.identify.settle import Settler
from tieline.model.event import IDENTITY_DECIDED, Event
from tieline.model.identity import Moved
from tieline.ports import IdentityStore

AGE = "age"
"""Not a decision of a person: a day has passed for the links of a workspace."""
TOGETHER = 5_000
_DAY = timedelta(days=1)


def is_day(event: Event) -> bool:
    """Say whether an event only tells that a day has passed, and is about nobody."""
    told = event.name == IDENTITY_DECIDED and event.source.kind == "tieline"
    return told and event.properties.get("kind") == AGE


class Ageing:
    """Moves the day of a workspace. Between two moves a day is the same for every batch, so that order cannot show in it."""

    def __init__(self, store: IdentityStore, rules: RuleBook | None = None) -> None:
        self._store = store
        self._rules = rules or RuleBook()
        self._settler = Settler(store, self._rules)

    async def advance(self, workspace_id: int, to_at: datetime) -> list[Moved]:
        """Let links age up to `to_at`; return who moved. A moment that has passed changes nothing."""
        await self._store.lock(workspace_id)
        before_at = (await self._store.epochs()).get(workspace_id)
        if before_at is not None and to_at <= before_at:
            return []
        await self._store.age(workspace_id, to_at)
        rules = self._rules.of(workspace_id)
        touched: set[bytes] = set()
        for ttl in {timedelta(days=rule.ttl_days) for rule in (*rules.table, rules.other) if rule.ttl_days}:
            since_at = before_at - ttl - _DAY if before_at is not None else None
            touched |= await self._store.last_seen_between(workspace_id, since_at, to_at - ttl + _DAY)
        moves: list[Moved] = []
        left = sorted(touched)
        for start in range(0, len(left), TOGETHER):
            part = left[start : start + TOGETHER]
            moves += (await self._settler.anew(workspace_id, part, "age", to_at)).moves
        return moves
