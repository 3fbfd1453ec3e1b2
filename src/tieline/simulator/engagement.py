"""What people did with what they got: seen, tapped, played. Counted for 14 days after the send, as LINE does.

Source: https://developers.line.biz/en/reference/messaging-api/#get-insight-message-event
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tieline.simulator.columns import RowSet

COUNTED_FOR = timedelta(days=14)
SHOWN_FROM = 20  # smaller figures are not told, for the sake of the people behind them
Key = tuple[str, str]
PARTS = (25, 50, 75, 100)


@dataclass(slots=True)
class Reactions:
    """What happened to one request, or to one day of one aggregation unit.

    Attributes:
        shown: Impressions per message of the request, from 1.
        clicks: Taps per message and address.
    """

    at: datetime
    delivered: int = 0
    saw: RowSet = field(default_factory=RowSet)
    clicked: RowSet = field(default_factory=RowSet)
    played: RowSet = field(default_factory=RowSet)
    finished: RowSet = field(default_factory=RowSet)
    shown: Counter[int] = field(default_factory=Counter)
    shown_to: dict[int, RowSet] = field(default_factory=dict)
    plays: Counter[int] = field(default_factory=Counter)
    clicks: Counter[tuple[int, str]] = field(default_factory=Counter)
    clicked_by: dict[tuple[int, str], RowSet] = field(default_factory=dict)


class Engagement:
    """Reactions of an account's people, by request (`("", request id)`) and unit (`(unit, yyyymmdd)`)."""

    def __init__(self) -> None:
        self.kept: dict[Key, Reactions] = {}

    def sent(self, key: Key, at: datetime, count: int) -> None:
        """Note that messages went out."""
        self.kept.setdefault(key, Reactions(at)).delivered += count

    def saw(self, key: Key, row: int, messages: int, now: datetime) -> None:
        """Note that a person saw the messages of a request."""
        if (kept := self._open(key, now)) is None:
            return
        kept.saw.add(row)
        for number in range(1, messages + 1):
            kept.shown[number] += 1
            kept.shown_to.setdefault(number, RowSet()).add(row)

    def clicked(self, key: Key, row: int, number: int, url: str, now: datetime) -> None:
        """Note that a person opened an address of message `number`."""
        if kept := self._open(key, now):
            kept.clicked.add(row)
            kept.clicks[number, url] += 1
            kept.clicked_by.setdefault((number, url), RowSet()).add(row)

    def played(self, key: Key, row: int, number: int, now: datetime) -> None:
        """Note that a person watched the video of message `number` to its end."""
        if kept := self._open(key, now):
            kept.plays[number] += 1
            kept.played.add(row)
            kept.finished.add(row)

    def of_unit(self, unit: str, first: str, last: str) -> list[Reactions]:
        """Return what happened to a unit's sends of these days."""
        return [kept for (name, day), kept in self.kept.items() if name == unit and first <= day <= last]

    def _open(self, key: Key, now: datetime) -> Reactions | None:
        kept = self.kept.get(key)
        return kept if kept is not None and now - kept.at < COUNTED_FOR else None


def told(count: int) -> int | None:
    """Return a figure as LINE tells it: nothing below 20."""
    return count if count >= SHOWN_FROM else None


def report(kept: list[Reactions], messages: int) -> dict[str, Any]:
    """Return overview, messages and clicks of one or several reactions, private figures as null."""
    rows = range(1, messages + 1)
    clicks = Counter[tuple[int, str]]()
    clickers: dict[tuple[int, str], RowSet] = {}
    for one in kept:
        clicks += one.clicks
        for place, people in one.clicked_by.items():
            clickers.setdefault(place, RowSet()).update(people)
    return {
        "overview": {
            "uniqueImpression": told(_union(one.saw for one in kept)),
            "uniqueClick": told(_union(one.clicked for one in kept)),
            "uniqueMediaPlayed": told(_union(one.played for one in kept)),
            "uniqueMediaPlayed100Percent": told(_union(one.finished for one in kept)),
        },
        "messages": [_message(kept, number) for number in rows],
        "clicks": [
            {
                "seq": number,
                "url": url,
                "click": told(count) if told(len(clickers[number, url])) is not None else None,
                "uniqueClick": told(len(clickers[number, url])),
            }
            for (number, url), count in sorted(clicks.items())
        ],
    }


def _message(kept: list[Reactions], number: int) -> dict[str, Any]:
    unique = _union(one.shown_to.get(number, RowSet()) for one in kept)
    plays = sum(one.plays[number] for one in kept)
    watched = told(plays)
    return {
        "seq": number,
        "impression": told(sum(one.shown[number] for one in kept)) if told(unique) is not None else None,
        "uniqueImpression": told(unique),
        "mediaPlayed": watched,
        **{f"mediaPlayed{part}Percent": watched for part in PARTS},
        "uniqueMediaPlayed": watched,
        **{f"uniqueMediaPlayed{part}Percent": watched for part in PARTS},
    }


def _union(sets: Any) -> int:
    everyone = RowSet()
    for one in sets:
        everyone.update(one)
    return len(everyone)
