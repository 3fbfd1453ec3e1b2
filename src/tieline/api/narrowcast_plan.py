"""A narrowcast before it leaves: whom it can reach at most, what it may cost, and what stands against it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection

from tieline.api.broadcasts import above, approval_limit
from tieline.api.costing import Month, find_account, hold, read_month
from tieline.api.doors import Doors
from tieline.api.narrowcast_parse import parse
from tieline.deliver import narrowcast_words
from tieline.deliver.audience import PATH
from tieline.deliver.estimate import Estimate
from tieline.deliver.protocol import sentence
from tieline.deliver.recipient import agreed, at_most, hindrance, label, too_small, withdrawn
from tieline.errors import InvalidInputError, InvalidTemplateError, UnavailableError
from tieline.model.narrowcast import Found, Known, Leaf, Made, Narrowcast, leaves
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.narrowcast_known import known

WAITS = "audience_not_ready"
"""LINE still fills an audience: it is no reason against a narrowcast, which waits for it."""


class Planned(NamedTuple):
    """A narrowcast and what is known of it now.

    Attributes:
        most: People it can reach at most, and so messages it may cost.
        reason: Why it would be refused: a word, "" if it would not.
    """

    said: Narrowcast
    known: Mapping[Leaf, Known]
    friends: int
    most: int
    month: Month
    cost: Estimate
    reason: str
    needs_approval: bool


async def plan(
    doors: Doors, connection: AsyncConnection, workspace_id: int, key: str, body: Mapping[str, Any]
) -> Planned:
    """Read a narrowcast and hold it against audiences, quota and budgets.

    Raises:
        TielineError: It cannot be read, or LINE does not say how large an audience is.
    """
    now = doors.clock.now()
    said = parse(body, {}, now)
    account = await find_account(doors, connection, workspace_id, said.account)
    chosen = {leaf.number for leaf in leaves(said.recipient) if isinstance(leaf, Found)}
    sizes = {number: await _size(doors, workspace_id, said.account, number) for number in sorted(chosen)}
    said = parse(body, sizes, now)
    facts = await known(connection, workspace_id, said.account, said.recipient, now)
    friends = await PostgresCost(connection).friends(workspace_id, said.account)
    reach = at_most(said.recipient, facts, friends)
    most = min(reach, said.most or reach)
    origin = f"narrowcast:{key}"
    month = await read_month(doors, connection, account, said.start_at, origin)
    left = month.reading.limit - month.committed if month.reading.limit is not None else None
    costs = max(0, min(most, left)) if said.up_to_quota and left is not None else most
    small = too_small(said.recipient, facts)
    return Planned(
        said,
        facts,
        friends,
        most,
        month,
        hold(month, costs, origin),
        hindrance(said, facts) or ("audience_too_small" if small is not None else ""),
        above(await approval_limit(connection, workspace_id), most),
    )


async def check(doors: Doors, workspace_id: int, planned: Planned) -> None:
    """Refuse what stands against it, and what LINE would not take.

    Raises:
        InvalidInputError: It must not leave as it is.
        InvalidTemplateError: LINE refuses its messages.
    """
    if planned.reason not in {"", WAITS}:
        raise InvalidInputError(
            narrowcast_words.refusal(planned.reason, withdrawn(planned.said.recipient, planned.known)),
            field=f"/{'without_consent' if planned.reason == 'no_consent' else 'recipient'}",
        )
    if planned.most < 1:
        raise InvalidInputError("Nobody is in it.", field="/recipient", way_out="Take other audiences.")
    body = msgspec.json.encode({"messages": planned.said.messages})
    answer = await doors.line.validate(workspace_id, planned.said.account, "narrowcast", body)
    if answer.status == 400:
        raise InvalidTemplateError(
            f"LINE would refuse it: {sentence(answer) or 'it does not say why'}.", field="/messages"
        )


def parts(planned: Planned) -> list[dict[str, Any]]:
    """Return the audiences of it, each with what is known of it."""
    return [
        {
            "kind": kind(leaf),
            "key": label(leaf),
            "people": facts.people,
            "agreed": facts.agreed,
            "withdrawn": facts.withdrawn,
            "problem": why(facts.problem),
        }
        for leaf, facts in (
            (leaf, planned.known[leaf]) for leaf in dict.fromkeys(leaves(planned.said.recipient))
        )
    ]


def consent(planned: Planned) -> dict[str, Any]:
    """Return what is known of consent, and in plain words what is not."""
    said, facts = planned.said, planned.known
    if said.without_consent:
        state, text = "by_word", narrowcast_words.by_language(narrowcast_words.NOT_ASKED_AT_ALL)
    elif agreed(said.recipient, facts):
        state, text = "agreed", narrowcast_words.by_language(narrowcast_words.NOT_ASKED_EACH)
    else:
        fell = agreed(said.recipient, facts, when_made=True)
        state = "withdrawn" if fell else "not_known"
        text = narrowcast_words.words("withdrawn" if fell else "no_consent")
    return {"state": state, "withdrawn": withdrawn(said.recipient, facts), "text": text}


def kind(leaf: Leaf) -> str:
    """Return what a leaf is called in a body."""
    return (
        "audience" if isinstance(leaf, Made) else "line_audience" if isinstance(leaf, Found) else "narrowcast"
    )


def why(reason: str) -> dict[str, Any] | None:
    """Return a reason as it is answered, None if there is none."""
    return {"code": reason, "text": narrowcast_words.words(reason)} if reason else None


class _Group(msgspec.Struct):
    status: str
    audienceCount: int = 0  # noqa: N815 - LINE's name


class _One(msgspec.Struct):
    audienceGroup: _Group  # noqa: N815 - LINE's name


async def _size(doors: Doors, workspace_id: int, account: str, number: int) -> int:
    """Return how many people an audience of LINE's making has.

    Raises:
        InvalidInputError: There is none, or it cannot be used.
        UnavailableError: LINE does not say.
    """
    answer = await doors.line.pass_on(workspace_id, account, "GET", f"{PATH}/{number}", None, {})
    if answer.status in {400, 404}:
        raise InvalidInputError(
            f"LINE knows no audience {number} of the account {account}.",
            field="/recipient",
            way_out="LINE Official Account Manager shows the numbers of audiences.",
        )
    if answer.status != 200:
        raise UnavailableError(
            f"LINE does not say how large the audience {number} is.", way_out="Try again soon."
        )
    group = msgspec.json.decode(answer.body, type=_One).audienceGroup
    if group.status != "READY":
        raise InvalidInputError(
            f"The audience {number} is {group.status} at LINE.",
            field="/recipient",
            way_out="Take one that is READY.",
        )
    return group.audienceCount
