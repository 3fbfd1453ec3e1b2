"""Workspaces, sources and accounts, read again and again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tieline.model.cost import Plan
from tieline.model.limits import Habits
from tieline.store.postgres.accounts import PostgresAccounts
from tieline.store.postgres.cost import PostgresPlans
from tieline.store.postgres.habits import habits
from tieline.store.postgres.identity_rules import PostgresRules
from tieline.store.postgres.log import PostgresSources
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import OWN_SOURCE, PostgresWorkspaces


class PostgresDirectory:
    """Workspaces, sources and accounts as the stages know them: mappings that are filled again every few seconds.

    Args:
        unit: A connection of its own.
        read_rules: Reads the rules of who is who as they are stored, by workspace.
    """

    def __init__(
        self, unit: PostgresUnit, read_rules: Callable[[dict[int, Any]], dict[int, Any]] = dict
    ) -> None:
        self._unit = unit
        self._read_rules = read_rules
        self._reading = asyncio.Lock()
        self.sources: dict[int, Any] = {}
        self.identity_keys: dict[int, bytes] = {}
        self.regions: dict[int, str] = {}
        self.rules: dict[int, Any] = {}
        self.zones: dict[int, str] = {}
        self.notices: dict[int, str] = {}
        self.habits: dict[int, Habits] = {}
        self.golden: dict[int, Mapping[str, Any]] = {}
        self.own_sources: dict[int, int] = {}
        self.accounts: dict[tuple[int, str], Any] = {}
        self.plans: Mapping[int, Sequence[Plan]] = {}

    def knows(self, source_ids: Iterable[int]) -> bool:
        """Say whether all of these sources are known."""
        return all(source_id in self.sources for source_id in source_ids)

    async def learn(self) -> None:
        """Read everything anew."""
        async with self._reading, self._unit.transaction():
            connection = self._unit.connection
            self.sources.update(await PostgresSources(connection).sources())
            workspaces = await PostgresWorkspaces(connection).all()
            accounts = await PostgresAccounts(connection).all()
            plans = await PostgresPlans(connection).all()
            rules = await PostgresRules(connection).live()
        self.rules.update(self._read_rules(rules))
        for workspace in workspaces:
            self.identity_keys[workspace.workspace_id] = workspace.identity_key
            self.regions[workspace.workspace_id] = workspace.country
            self.zones[workspace.workspace_id] = workspace.time_zone
            self.habits[workspace.workspace_id] = habits(workspace.settings)
            self.golden[workspace.workspace_id] = workspace.settings.get("golden", {})
            self.notices[workspace.workspace_id] = str(
                workspace.settings.get("line_notice_version", "default")
            )
        for source in self.sources.values():
            if source.key == OWN_SOURCE:
                self.own_sources[source.workspace_id] = source.source_id
        self.plans = plans
        self.accounts.update({(account.workspace_id, account.key): account for account in accounts.values()})

    async def step(self) -> int:
        """Read everything anew, as the step of a loop."""
        await self.learn()
        return 0
