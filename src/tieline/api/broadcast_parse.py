"""The body of a broadcast as people and programs write it becomes a typed broadcast. What is not whole is refused."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tieline.condition.place import Place, quote
from tieline.deliver.render import check
from tieline.errors import InvalidConditionError, InvalidInputError
from tieline.journey import fields
from tieline.journey.settings import read_cap, read_number, read_quiet
from tieline.model.broadcast import EXPIRES_AFTER, HELD_OUT, UNDECIDED, Broadcast, Trial, Variant
from tieline.model.limits import PRIORITY_MAX, Cap, Quiet

PURPOSES = ("marketing", "transactional")
VARIANTS_MAX = 5
EXCLUDED_MAX = 20
HELD_OUT_MAX = 50
PER_MINUTE_MAX = 1_000_000
PEOPLE_MAX = 100_000_000
TRIAL_HOURS_MAX = 72
AHEAD_MAX = timedelta(days=366)
EXPIRES_MIN, EXPIRES_MAX = timedelta(minutes=1), timedelta(days=30)
_KEYS = (
    "key", "name", "state", "account", "segment", "exclude", "purpose", "messages", "variants", "holdout_percent", "trial",
    "send_at", "send_at_local", "per_minute", "quiet_hours", "frequency_cap", "priority", "expires_after", "expected",
    "drift_percent",
)  # fmt: skip


def parse(body: Any, now: datetime) -> Broadcast:
    """Read a broadcast.

    Args:
        body: Decoded JSON.
        now: The present moment; what is to be sent before it is refused.

    Raises:
        InvalidInputError: It cannot be sent as it is; `field` points at the place.
    """
    place = Place(body)
    try:
        return _broadcast(place, now)
    except InvalidConditionError as error:
        raise InvalidInputError(error.message, field=error.field, way_out=error.way_out) from error


def _broadcast(place: Place, now: datetime) -> Broadcast:
    place.keys(("account",), _KEYS)
    purpose = place.at("purpose").one_of(PURPOSES) if place.has("purpose") else "marketing"
    quiet = read_quiet(place.at("quiet_hours")) if place.has("quiet_hours") else None
    cap = read_cap(place.at("frequency_cap")) if place.has("frequency_cap") else "off"
    hours = quiet if isinstance(quiet, Quiet) else None
    limit = cap if isinstance(cap, Cap) else None
    variants = _variants(place)
    trial = _trial(place.at("trial"), variants) if place.has("trial") else None
    return Broadcast(
        account=place.at("account").text(),
        purpose=purpose,
        variants=variants,
        segment=_maybe(place, "segment", Place.text),
        exclude=tuple(one.text() for one in place.at("exclude").items(EXCLUDED_MAX))
        if place.has("exclude") and place.data["exclude"] != []
        else (),
        holdout=_number(place, "holdout_percent", HELD_OUT_MAX) or 0,
        trial=trial,
        start_at=_moment(place.at("send_at"), now) if _given(place, "send_at") else None,
        local=_local(place.at("send_at_local"), now) if _given(place, "send_at_local") else None,
        per_minute=_number(place, "per_minute", PER_MINUTE_MAX),
        quiet_from=hours.start if hours else None,
        quiet_until=hours.end if hours else None,
        any_hour=quiet == "off",
        cap_messages=limit.messages if limit else None,
        cap_days=limit.days if limit else None,
        priority=_number(place, "priority", PRIORITY_MAX) or 5,
        expires_after_minutes=_expires(place),
        expected=_expected(place),
        drift=(_number(place, "drift_percent", 100) or 0) / 100 if _given(place, "drift_percent") else None,
    )


def _variants(place: Place) -> tuple[Variant, ...]:
    if _given(place, "messages") == _given(place, "variants"):
        raise place.refuse("A broadcast needs messages.", 'Give "messages", or "variants" that have some.')
    if _given(place, "messages"):
        return (Variant(_messages(place.at("messages"))),)
    found: list[Variant] = []
    for item in place.at("variants").items(VARIANTS_MAX):
        item.keys(("name", "messages"), ("share",))
        name = fields.read_name(item.at("name"))
        if name in {HELD_OUT, UNDECIDED} or any(one.name == name for one in found):
            raise item.at("name").refuse(f"{quote(name)} is taken.", "Give each variant a name of its own.")
        share = read_number(item.at("share"), 100) if item.has("share") else 0
        found.append(Variant(_messages(item.at("messages")), name, share))
    shares = [one.share for one in found]
    if any(shares) and (sum(shares) != 100 or not all(shares)):
        raise place.at("variants").refuse(
            f"The shares make {sum(shares)} percent.", "Let all of them make 100, or leave all out."
        )
    return tuple(found)


def _messages(place: Place) -> tuple[Mapping[str, Any], ...]:
    messages = fields.read_messages(place)
    check(messages, place.pointer)
    return messages


def _trial(place: Place, variants: tuple[Variant, ...]) -> Trial:
    place.keys(("percent", "hours"))
    if len(variants) == 1:
        raise place.refuse("A trial compares variants, and there is one.", "Add another variant.")
    hours = read_number(place.at("hours"), TRIAL_HOURS_MAX)
    return Trial(read_number(place.at("percent"), 99), hours * 60)


def _moment(place: Place, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(place.text())
    except ValueError:
        found = datetime.min  # noqa: DTZ901 - has no zone, and so is refused below
    if found.tzinfo is None:
        raise place.refuse(f"{quote(place.data)} is no moment.", "Write it like 2026-12-01T10:00:00+08:00.")
    return _ahead(place, found.astimezone(UTC), now, timedelta(minutes=5))


def _local(place: Place, now: datetime) -> str:
    try:
        found = datetime.fromisoformat(place.text())
    except ValueError:
        found = now
    if found.tzinfo is not None:
        raise place.refuse(
            f"{quote(place.data)} is no time on a wall clock.", "Write it like 2026-12-01T10:00."
        )
    _ahead(place, found.replace(tzinfo=ZoneInfo("UTC")), now, timedelta(days=1))
    return found.isoformat()


def _ahead(place: Place, at: datetime, now: datetime, grace: timedelta) -> datetime:
    if not now - grace <= at <= now + AHEAD_MAX:
        raise place.refuse(
            f"{quote(place.data)} is over, or more than a year ahead.", "Name a moment to come."
        )
    return at


def _expires(place: Place) -> int:
    if not _given(place, "expires_after"):
        return int(EXPIRES_AFTER / timedelta(minutes=1))
    wait = fields.read_wait(place.at("expires_after"))
    if not EXPIRES_MIN <= wait <= EXPIRES_MAX:
        raise place.at("expires_after").refuse("It is out of range.", "Use PT1M to P30D.")
    return int(wait / timedelta(minutes=1))


def _expected(place: Place) -> int | None:
    if not _given(place, "expected"):
        return None
    said = place.data["expected"]
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= PEOPLE_MAX:
        raise place.at("expected").refuse(
            f"{quote(said)} is no number of people.", "Give what the preview counted."
        )
    return said


def _number(place: Place, key: str, most: int) -> int | None:
    return read_number(place.at(key), most) if _given(place, key) else None


def _maybe(place: Place, key: str, read: Callable[[Place], str]) -> str | None:
    return read(place.at(key)) if _given(place, key) else None


def _given(place: Place, key: str) -> bool:
    return place.has(key) and place.data[key] is not None
