"""The journeys in force, parsed once per version."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog

from tieline.condition.node import Node
from tieline.condition.parse import parse as parse_condition
from tieline.errors import InvalidConditionError, InvalidJourneyError
from tieline.journey.definition import Condition, Journey, subscriptions
from tieline.journey.parse import parse
from tieline.journey.trigger import Keyword
from tieline.model.event import (
    JOURNEY_LEAVE_ASKED,
    JOURNEY_START_ASKED,
    LINE_MESSAGE_RECEIVED,
    Event,
    Identified,
    Proof,
)
from tieline.model.signal import UNPROVEN, Signal, SignalKind
from tieline.model.spelling import spelled
from tieline.ports import LiveJourney

ASKED = frozenset({JOURNEY_START_ASKED, JOURNEY_LEAVE_ASKED})
OWN_KIND = "tieline"
IsTheirs = Callable[[Identified], bool]
_log = structlog.get_logger()


def nobodys(_: Identified) -> bool:
    """Say that an event came from a browser that is proven to be nobody's."""
    return False


class Library:
    """Versions by (workspace, key, version), and who listens to which event."""

    def __init__(self) -> None:
        self._journeys: dict[tuple[int, str, int], Journey] = {}
        self._open: dict[int, list[Journey]] = {}
        self._heard: dict[int, frozenset[str]] = {}
        self._stopped: set[tuple[int, str]] = set()
        self._words: dict[int, set[tuple[str, str]]] = {}

    def replace(self, live: Iterable[LiveJourney]) -> None:
        """Take over what the store says; a version that is known is not parsed again."""
        journeys: dict[tuple[int, str, int], Journey] = {}
        by_workspace: defaultdict[int, list[Journey]] = defaultdict(list)
        heard: defaultdict[int, set[str]] = defaultdict(set)
        words: dict[int, set[tuple[str, str]]] = {}
        self._stopped = set()
        for row in live:
            name = (row.workspace_id, row.key, row.version)
            try:
                journey = self._journeys.get(name) or parse(row.definition, row.version)
            except InvalidJourneyError as error:
                if row.state == "draft":
                    continue  # somebody is still writing it
                # It was accepted once, by another version of this program; its neighbours go on.
                _log.error(
                    "journey does not compile", journey=row.key, workspace=row.workspace_id, field=error.field
                )
                continue
            journeys[name] = journey
            if row.state in {"live", "paused", "draining"}:
                heard[row.workspace_id] |= subscriptions(journey) | ASKED
            if row.state == "live" and row.newest:
                by_workspace[row.workspace_id].append(journey)
                if isinstance(journey.trigger, Keyword):
                    pairs = {(journey.trigger.match, word) for word in journey.trigger.words}
                    words.setdefault(row.workspace_id, set()).update(pairs)
            if row.state not in {"live", "draining"}:
                self._stopped.add((row.workspace_id, row.key))
        self._journeys = journeys
        self._words = words
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

    def open_everywhere(self) -> list[tuple[int, Journey]]:
        """Return the journeys that people may enter, with their workspaces."""
        return [(workspace_id, one) for workspace_id, many in self._open.items() for one in many]

    def signals(self, items: Iterable[Identified], is_theirs: IsTheirs) -> list[Signal]:
        """Return what some journey listens to, out of many events; what nobody proved is marked.

        Args:
            items: Events with their people.
            is_theirs: Tells of an event of a browser whether it came from one that is proven to be the person's.
        """
        if not self._heard:
            return []
        found: list[Signal] = []
        for item in items:
            event = item.event
            heard = self._heard.get(event.workspace_id)
            if heard is None or event.name not in heard:
                continue
            if event.name in ASKED and event.source.kind != OWN_KIND:
                continue  # anyone may send an event of this name; only Tieline itself may mean it
            found.append(
                Signal(
                    event.workspace_id,
                    SignalKind.EVENT,
                    event.name,
                    item.node_id,
                    item.profile_id,
                    event.at,
                    event.log_offset,
                    self._told(event, proven=event.source.proof != Proof.STATED or is_theirs(item)),
                )
            )
        return found

    def _told(self, event: Event, *, proven: bool) -> dict[str, Any]:
        """Return the properties of an event, with what only a journey wants to know of it."""
        data = dict(event.properties)
        data.pop(UNPROVEN, None)
        if not proven:
            data[UNPROVEN] = True
        if event.source.account:
            data["account"] = event.source.account
        if event.name == LINE_MESSAGE_RECEIVED and event.written:
            written = spelled(event.written)
            data["keywords"] = [
                f"{match}:{word}"
                for match, word in sorted(self._words.get(event.workspace_id, ()))
                if (written == word if match == "exact" else word in written)
            ]
        return data


def asked_of(journey: Journey, step_id: str) -> Node | None:
    """Return the condition that a person waits for at a step, None if there is none."""
    step = journey.steps.get(step_id)
    if isinstance(step, Condition):
        return step.test
    return journey.settings.only_while if journey.settings is not None else None


def parsed(definitions: Mapping[str, Any]) -> dict[str, Node]:
    """Return the conditions of segments that compile; a reference to another one is refused when it is asked."""
    found = {}
    for key, definition in definitions.items():
        try:
            found[key] = parse_condition(definition)
        except InvalidConditionError:
            _log.error("segment does not compile", segment=key)
    return found
