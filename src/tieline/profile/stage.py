"""Identified events in, changed profiles out."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tieline.model.event import PROFILE_REFOLDED, Event, Identified
from tieline.model.identity import Moved
from tieline.model.profile import ConsentEvent, Fact, ProfileChanged
from tieline.ports import FactStore
from tieline.profile import facts as read
from tieline.profile.fold import fold
from tieline.profile.golden import read as read_golden


class ProfileStage:
    """Stores what events say about people, and folds again the profiles that read differently now.

    Args:
        store: Facts and consents.
        event_key: Names an event, so that the ledger counts it once.
        notice_versions: Version of the notice that following a LINE account shows, by workspace.
        golden: How the best value of a trait is chosen, by workspace, as it was written.
    """

    def __init__(
        self,
        store: FactStore,
        event_key: Callable[[Event], bytes],
        notice_versions: Mapping[int, str],
        golden: Mapping[int, Any],
    ) -> None:
        self._store = store
        self._event_key = event_key
        self._notice_versions = notice_versions
        self._golden = golden

    async def process(self, items: Sequence[Identified], moved: Sequence[Moved]) -> list[ProfileChanged]:
        """Store facts; return every profile that gained or lost a node or a fact."""
        touched: defaultdict[int, set[bytes]] = defaultdict(set)
        for move in moved:
            touched[move.workspace_id] |= {move.to_id, move.from_id} - {b""}
        by_workspace: defaultdict[int, list[Identified]] = defaultdict(list)
        for item in items:
            by_workspace[item.event.workspace_id].append(item)
        for workspace_id, said in by_workspace.items():
            touched[workspace_id] |= await self._save(workspace_id, said)
        changed: list[ProfileChanged] = []
        for workspace_id, profile_ids in sorted(touched.items()):
            if profile_ids:
                changed += await self.view(workspace_id, sorted(profile_ids))
        return changed

    async def view(self, workspace_id: int, profile_ids: Sequence[bytes]) -> list[ProfileChanged]:
        """Fold profiles as they stand now; one without nodes is gone."""
        stored = await self._store.load(workspace_id, profile_ids)
        golden = read_golden(self._golden.get(workspace_id))
        return [
            ProfileChanged(
                workspace_id,
                profile_id,
                fold(
                    workspace_id,
                    profile_id,
                    stored.nodes[profile_id],
                    stored.facts.get(profile_id, ()),
                    stored.consents.get(profile_id, ()),
                    golden,
                )
                if profile_id in stored.nodes
                else None,
            )
            for profile_id in profile_ids
        ]

    async def _save(self, workspace_id: int, items: Sequence[Identified]) -> set[bytes]:
        facts: list[Fact] = []
        consents: list[ConsentEvent] = []
        touched: set[bytes] = set()
        notice = self._notice_versions.get(workspace_id, "")
        for item in items:
            said = len(facts) + len(consents)
            facts += read.facts(item)
            if item.event.name in read.CONSENT_EVENTS:
                consents += read.consents(item, self._event_key(item.event), notice)
            if len(facts) + len(consents) > said or item.event.name == PROFILE_REFOLDED:
                touched.add(item.profile_id)
        await self._store.save_facts(workspace_id, facts)
        await self._store.save_consents(workspace_id, consents)
        return touched
