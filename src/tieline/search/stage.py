"""Changed profiles in, their words kept."""

from collections.abc import Iterable, Sequence

from tieline.model.event import TRAITS_SET, Identified
from tieline.model.identity import Moved
from tieline.model.profile import ProfileChanged
from tieline.ports import WordStore
from tieline.search.words import words


class SearchStage:
    """Keeps the words under which people are found, in the transaction that changes the people.

    Args:
        store: The words.
    """

    def __init__(self, store: WordStore) -> None:
        self._store = store

    async def process(
        self, changed: Sequence[ProfileChanged], items: Iterable[Identified], moved: Iterable[Moved]
    ) -> None:
        """Give anew the words of those who gained or lost an identifier, or said something about themselves.

        Who only did something, as most of a busy shop's events report, reads as before and costs nothing.
        """
        touched = {(move.workspace_id, end) for move in moved for end in (move.from_id, move.to_id)}
        touched |= {
            (item.event.workspace_id, item.profile_id)
            for item in items
            if item.event.type == "identify" or item.event.name == TRAITS_SET
        }
        await self.renew([one for one in changed if (one.workspace_id, one.profile_id) in touched])

    async def renew(self, changed: Sequence[ProfileChanged]) -> None:
        """Give the words of profiles anew; who is gone is found no more."""
        by_workspace: dict[int, dict[bytes, frozenset[str]]] = {}
        for one in changed:
            found = words(one.profile) if one.profile is not None else frozenset()
            by_workspace.setdefault(one.workspace_id, {})[one.profile_id] = found
        for workspace_id, found_by in sorted(by_workspace.items()):
            await self._store.renew(workspace_id, found_by)
