"""Whom a narrowcast is for: audiences, former narrowcasts and what LINE guesses, put together by operators.

Source: https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tieline.simulator.account import Account
from tieline.simulator.people import Guess
from tieline.simulator.wire import Refused

Json = dict[str, Any]
Test = Callable[[int], bool]
RECIPIENTS = 10
FILTERS = 10
REDELIVERY_LIFE = timedelta(days=14)
AGES = {f"age_{years}": years for years in range(15, 75, 5)}
PERIODS = {f"day_{days}": days for days in (7, 30, 90, 180, 365)}
AREA_KINDS = {"jp": 47, "tw": 22, "th": 8}
CHOICES = {
    "gender": {"male", "female"},
    "appType": {"ios", "android"},
    "area": {f"{land}_{number:02}" for land, most in AREA_KINDS.items() for number in range(1, most + 1)},
}


@dataclass(slots=True)
class Target:
    """A checked target.

    Attributes:
        fits: Tells whether the person of a row belongs to it.
        audiences: Sizes of the click and impression audiences it needs, which must be large enough.
        attributes: Whether it looks at what LINE guesses.
        own_list: Whether it uses a list of ids that the brand uploaded, for which no least size holds.
    """

    fits: Test
    audiences: list[int] = field(default_factory=list)
    attributes: bool = False
    own_list: bool = False


def read(account: Account, body: Json, now: datetime) -> Target:
    """Check recipient and filter of a narrowcast.

    Raises:
        Refused: 400 with the place of the problem.
    """
    target = Target(lambda _row: True)
    counts = {"recipient": 0, "filter": 0}
    tests: list[Test] = []
    if body.get("recipient") is not None:
        reader = _Reader(account, now, target, counts)
        tests.append(reader.recipient(body["recipient"], "recipient"))
    demographic = (
        (body.get("filter") or {}).get("demographic") if isinstance(body.get("filter"), dict) else None
    )
    if demographic is not None:
        target.attributes = True
        tests.append(_Reader(account, now, target, counts).demographic(demographic, "filter.demographic"))
    target.fits = lambda row: all(test(row) for test in tests)
    return target


class _Reader:
    def __init__(self, account: Account, now: datetime, target: Target, counts: dict[str, int]) -> None:
        self._account = account
        self._now = now
        self._target = target
        self._counts = counts

    def recipient(self, node: Any, path: str) -> Test:
        match node:
            case {"type": "operator"}:
                return self._operator(node, path, self.recipient)
            case {"type": "audience", "audienceGroupId": int(number)}:
                self._count("recipient", RECIPIENTS, path)
                return self._audience(number, path)
            case {"type": "redelivery", "requestId": str(request_id)}:
                self._count("recipient", RECIPIENTS, path)
                return self._redelivery(request_id, path)
        raise _bad("Must be one of the following values: [audience, operator, redelivery]", f"{path}.type")

    def demographic(self, node: Any, path: str) -> Test:
        if isinstance(node, dict) and node.get("type") == "operator":
            return self._operator(node, path, self.demographic)
        self._count("filter", FILTERS, path)
        match node:
            case {"type": "gender" | "appType" | "area" as kind, "oneOf": list(values)}:
                if not values or not set(map(str, values)) <= CHOICES[kind]:
                    raise _bad("Invalid value", f"{path}.oneOf")
                wanted = set(values)
                return self._guessed(lambda guess: _property(guess, kind) in wanted)
            case {"type": "age"}:
                least, most = _span(node, AGES, path)
                return self._guessed(lambda guess: guess.age > 0 and least <= guess.age < most)
            case {"type": "subscriptionPeriod"}:
                least, most = _span(node, PERIODS, path)
                return self._guessed(lambda guess: least <= guess.friend_days < most)
        raise _bad("Invalid demographic filter", f"{path}.type")

    def _operator(self, node: Json, path: str, read: Callable[[Any, str], Test]) -> Test:
        given = [name for name in ("and", "or", "not") if node.get(name) is not None]
        if len(given) != 1:
            raise _bad("exactly one of and, or, not must be specified", path)
        name = given[0]
        if name == "not":
            inner = read(node["not"], f"{path}.not")
            return lambda row: not inner(row)
        parts = node[name]
        if not isinstance(parts, list) or not parts:
            raise _bad("May not be empty", f"{path}.{name}")
        tests = [read(part, f"{path}.{name}[{index}]") for index, part in enumerate(parts)]
        if name == "and":
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)

    def _audience(self, number: int, path: str) -> Test:
        audience = self._account.audiences.audiences.get(number)
        if audience is None or audience.status(self._now) != "READY":
            raise _bad("audience group is not available", f"{path}.audienceGroupId")
        if audience.kind == "UPLOAD":
            self._target.own_list = True
        else:
            self._target.audiences.append(len(audience.rows))
        return audience.rows.__contains__

    def _redelivery(self, request_id: str, path: str) -> Test:
        before = self._account.narrowcasts.get(request_id)
        ended = before is not None and before.phase == "succeeded"
        if before is None or not ended or self._now - before.accepted_at >= REDELIVERY_LIFE:
            raise _bad("the narrowcast can't be used for redelivery", f"{path}.requestId")
        self._target.audiences.append(len(before.reached))
        return set(before.reached).__contains__

    def _guessed(self, test: Callable[[Guess], bool]) -> Test:
        people = self._account.friends.people
        return lambda row: test(people.guess(row))

    def _count(self, what: str, most: int, path: str) -> None:
        self._counts[what] += 1
        if self._counts[what] > most:
            raise _bad(f"Size must be between 1 and {most}", path)


def _property(guess: Guess, kind: str) -> str:
    return {"gender": guess.gender, "appType": guess.app, "area": guess.area}[kind]


def _span(node: Json, known: dict[str, int], path: str) -> tuple[int, int]:
    least, most = node.get("gte"), node.get("lt")
    for name, value in (("gte", least), ("lt", most)):
        if value is not None and value not in known:
            raise _bad("Invalid value", f"{path}.{name}")
    if least is None and most is None:
        raise _bad("gte or lt must be specified", path)
    return known.get(str(least), 0), known.get(str(most), 10**6)


def _bad(message: str, path: str) -> Refused:
    return Refused(400, "The request body has 1 error(s)", [{"message": message, "property": path}])
