"""The journeys in force, parsed once per version."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import structlog

from tieline.errors import InvalidJourneyError
from tieline.journey.definition import Journey, subscriptions
from tieline.journey.parse import parse
from tieline.model.event import LINE_FOLLOWED, Identified
from tieline.model.signal import Signal, SignalKind
from tieline.ports import LiveJourney

_log = structlog.get_logger()


class Library:
    """Versions by (workspace, key, version), and who listens to which event."""

    def __init__(self) -> None:
        self._journeys: dict[tuple[int, str, int], Journey] = {}
        self._open: dict[int, list[Journey]] = {}
        self._heard: dict[int, frozenset[str]] = {}
        self._stopped: set[tuple[int, str]] = set()

    def replace(self, live: Iterable[LiveJourney]) -> None:
        """Take over what the store says; a version that is known is not parsed again."""
        journeys: dict[tuple[int, str, int], Journey] = {}
        by_workspace: defaultdict[int, list[Journey]] = defaultdict(list)
        heard: defaultdict[int, set[str]] = defaultdict(set)
        self._stopped = set()
        for row in live:
            name = (row.workspace_id, row.key, row.version)
            try:
                journey = self._journeys.get(name) or parse(row.definition, row.version)
            except InvalidJourneyError as error:
                # It was accepted once, by another version of this program; its neighbours go on.
                _log.error(
                    "journey does not compile", journey=row.key, workspace=row.workspace_id, field=error.field
                )
                continue
            journeys[name] = journey
            if row.state in {"live", "paused"}:
                heard[row.workspace_id] |= subscriptions(journey)
            if row.state == "live" and row.newest:
                by_workspace[row.workspace_id].append(journey)
            if row.state != "live":
                self._stopped.add((row.workspace_id, row.key))
        self._journeys = journeys
        self._open = dict(by_workspace)
        self._heard = {workspace_id: frozenset(names) for workspace_id, names in heard.items()}

    def find(self, workspace_id: int, key: str, version: int) -> Journey | None:
        """Return one version, None if it is no longer known."""
        return self._journeys.get((workspace_id, key, version))

    def paused(self, workspace_id: int, key: str) -> bool:
        """Say whether people on this journey stand still."""
        return (workspace_id, key) in self._stopped

    def open(self, workspace_id: int) -> Sequence[Journey]:
        """Return the journeys that people may enter."""
        return self._open.get(workspace_id, ())

    def signals(self, items: Iterable[Identified]) -> list[Signal]:
        """Return what some journey listens to, out of many events."""
        if not self._heard:
            return []
        found: list[Signal] = []
        for item in items:
            event = item.event
            heard = self._heard.get(event.workspace_id)
            if heard is None or event.name not in heard:
                continue
            data = dict(event.properties)
            if event.name == LINE_FOLLOWED:
                data["account"] = event.source.account
            found.append(
                Signal(
                    event.workspace_id,
                    SignalKind.EVENT,
                    event.name,
                    item.node_id,
                    item.profile_id,
                    event.at,
                    event.log_offset,
                    data,
                )
            )
        return found
