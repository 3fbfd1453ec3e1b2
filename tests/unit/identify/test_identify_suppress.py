"""Who was erased is refused, until they themselves come back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieline.identify.suppress import SuppressionStage, hashes_of
from tieline.ids import keyed_hash
from tieline.model.erasure import Suppressed
from tieline.model.event import (
    CONSENT_UPDATED,
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    Event,
    Identifier,
    Source,
)

KEY, AT = b"k" * 32, datetime(2026, 5, 1, tzinfo=UTC)
SERVER, WEB = Source(1, 1, "server", "server"), Source(1, 2, "web", "web")
LINE, FILE = Source(1, 3, "line", "line", provider="p1"), Source(1, 1, "import:7", "server")
MEMBER, PHONE = Identifier("member_id", "M1"), Identifier("phone", "0922 333 444")
FRIEND = Identifier("line:p1", "U" + "0f" * 16)
ERASED = [("member_id", "M1"), ("phone", "+886922333444"), (FRIEND.namespace, FRIEND.value)]


class Store:
    def __init__(self) -> None:
        self.lifted: list[bytes] = []

    async def suppressed(self) -> list[tuple[int, Suppressed]]:
        return [(1, Suppressed(name, space, AT)) for name, space in hashes_of(ERASED, KEY, "TW").items()]

    async def lift(self, workspace_id: int, hashes: Any) -> None:
        assert workspace_id == 1
        self.lifted += hashes


def said(
    *identifiers: Identifier, source: Source = SERVER, name: str = "X", days: int = 1, **properties: Any
) -> Event:
    at = AT + timedelta(days=days)
    return Event(
        1, source, 9, 0, "track", name, "m", at, at, identifiers, properties, {"phone": "0922333444", "a": 1}
    )


async def passed(*events: Event) -> tuple[Any, Store]:
    store = Store()
    return await SuppressionStage(store, {1: KEY, 2: KEY}, {1: "TW"}).process(events), store


async def test_an_event_about_an_erased_person_is_parked_and_its_row_is_to_be_cleared() -> None:
    found, _ = await passed(
        said(MEMBER, Identifier("phone", "0911222333")), said(Identifier("member_id", "M2"))
    )

    assert [one.reason for one in found.parked] == ["erased"]
    assert [one.identifiers[0].value for one in found.events] == ["M2"]
    assert found.touched == {9}


async def test_an_event_of_somebody_else_loses_only_the_erased_name() -> None:
    (event,) = (await passed(said(Identifier("member_id", "M2"), PHONE)))[0].events

    assert event.identifiers == (Identifier("member_id", "M2"),)
    assert event.traits == {"phone": "[erased]", "a": 1}


GRANT = {"state": "granted", "purpose": "marketing", "channel": "line"}


@pytest.mark.parametrize(
    ("event", "comes_back"),
    [
        (said(FRIEND, source=LINE, name=LINE_FOLLOWED), True),
        (said(FRIEND, source=LINE, name=LINE_FOLLOWED, days=-1), False),
        (said(FRIEND, source=LINE, name=LINE_MESSAGE_RECEIVED), False),
        (said(MEMBER, name=CONSENT_UPDATED, **GRANT), True),
        (said(MEMBER, name=CONSENT_UPDATED, **{**GRANT, "state": "withdrawn"}), False),
        (said(MEMBER, source=FILE, name=CONSENT_UPDATED, **GRANT), False),
        (said(MEMBER, source=WEB, name=CONSENT_UPDATED, **GRANT), False),
        (said(FRIEND, source=SERVER, name=LINE_FOLLOWED), False),
    ],
)
async def test_only_a_person_brings_themselves_back(event: Event, comes_back: bool) -> None:
    found, store = await passed(event, said(*event.identifiers))

    assert (len(found.events), len(store.lifted)) == ((2, 1) if comes_back else (0, 0))


async def test_coming_back_with_one_name_leaves_the_others_refused() -> None:
    found, _ = await passed(said(FRIEND, source=LINE, name=LINE_FOLLOWED), said(MEMBER))

    assert [one.identifiers for one in found.events] == [(FRIEND,)]


def test_what_survives_is_not_the_hash_that_names_nodes() -> None:
    assert keyed_hash(KEY, "member_id", "M1") not in hashes_of(ERASED, KEY, "TW")
