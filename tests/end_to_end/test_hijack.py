"""Whoever reads the public write key can say anything with it: it moves no message, shows nobody's fields, agrees to nothing."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, Simulated, befriended, wait_for

SECRET = "secret-of-100"
HELLO = "{{ profile.name | default: '顧客' }} {{ profile.points | default: '-' }}"
VICTIM, ATTACKER = "M-VICTIM", "M-ATTACKER"
MAIL, PHONE = "victim@brand.example", "0922-333-444"
HERS = {"name": "王美麗", "points": 3_000, "email": MAIL, "phone": PHONE}
HIS = {"name": "路人", "points": 5}


class Shop:
    """A brand with three friends: a member, another member, and one who is known by LINE alone."""

    def __init__(self, served: Served, simulated: Simulated) -> None:
        self.served, self.simulated = served, simulated
        befriended(served, simulated, SECRET, 3)
        friends = simulated.call("GET", "/accounts/100/friends")["friends"]
        self.hers, self.his, self.unbound = sorted(one["user_id"] for one in friends)
        self.public = served.post("/api/sources", {"key": "site", "kind": "web", "name": "官網"})["write_key"]
        served.collect(
            *bound(VICTIM, self.hers, HERS), *bound(ATTACKER, self.his, HIS), agreed(line(self.unbound))
        )
        wait_for(served.settled)

    def forge(self, *items: dict[str, Any]) -> None:
        """Say something with the key that stands in the page."""
        answer = self.served.http.post(
            "/v1/batch", json={"batch": list(items)}, auth=(self.public, ""), headers={"Authorization": ""}
        )
        assert answer.json() == {"success": True}, answer.text
        wait_for(self.served.settled)

    def broadcast(self, key: str, people: int) -> dict[str, str]:
        """Write to everybody; return what each LINE user reads."""
        before = len(self._delivered())
        body = {"key": key, "account": "main", "messages": [{"type": "text", "text": HELLO}]}
        self.served.post("/api/broadcasts", body)
        wait_for(lambda: len(self._delivered()) == before + people)
        wait_for(self.served.settled)
        new = self._delivered()[before:]
        assert len(new) == people
        return {one["user_id"]: one["messages"][0]["text"] for one in new}

    def _delivered(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.simulated.call("GET", "/deliveries?channel_id=100&limit=1000")[
            "deliveries"
        ]
        return found


def line(user: str) -> dict[str, Any]:
    return {"context": {"externalIds": [{"type": "line:900", "id": user}]}}


def agreed(whose: dict[str, Any], state: str = "granted") -> dict[str, Any]:
    said = {"purpose": "marketing", "channel": "line", "state": state, "method": "form"}
    return {"type": "track", "event": "consent_updated", "properties": said, **whose}


def bound(member: str, user: str, traits: dict[str, Any]) -> list[dict[str, Any]]:
    who = {"userId": member, **line(user)}
    return [{"type": "identify", "traits": traits, **who}, agreed(who)]


@pytest.fixture
def shop(tmp_path: Path, simulated: Simulated) -> Iterator[Shop]:
    served = Served(tmp_path, **simulated.settings())
    served.start()
    try:
        yield Shop(served, simulated)
    finally:
        served.stop()


def test_what_a_browser_claims_moves_no_message_and_shows_nobody_elses_fields(shop: Shop) -> None:
    honest = {shop.hers: "王美麗 3000", shop.his: "路人 5", shop.unbound: "顧客 -"}
    assert shop.broadcast("before", 3) == honest

    evil = {"anonymousId": "evil-browser"}
    mailbox = {"externalIds": [{"type": "email", "id": MAIL}, {"type": "phone", "id": PHONE}]}
    shop.forge(
        # her member number, mailbox and phone are said to be his LINE account's, and the one that nobody knows
        {"type": "identify", "userId": VICTIM, "traits": {"name": "假的"}, **line(shop.his)},
        {"type": "identify", "userId": VICTIM, "traits": {"points": 999_999}, **line(shop.unbound)},
        {"type": "track", "event": "Seen", "context": {"externalIds": [*mailbox["externalIds"], *line(shop.unbound)["context"]["externalIds"]]}},
        {"type": "track", "event": "Seen", "context": {"externalIds": [*mailbox["externalIds"], *line(shop.his)["context"]["externalIds"]]}},
        # one member is said to be the other
        {"type": "alias", "previousId": VICTIM, "userId": ATTACKER},
        # what he calls himself is said of her, and of the browser that is said to be hers
        {"type": "identify", "userId": VICTIM, "traits": {"name": "改名", "points": 1, "email": "evil@brand.example"}, **evil},
        {"type": "identify", "traits": {"email": MAIL, "name": "也是假的", "points": 2}, **evil},
    )  # fmt: skip

    assert shop.broadcast("after", 3) == honest
    people = {
        user: shop.served.get("/api/profiles/lookup", namespace="line:900", value=user)["profile_id"]
        for user in honest
    }
    assert len(set(people.values())) == 3

    # what is proven is told from what was said: with the secret of the brand the same sentence counts
    shop.served.collect({"type": "identify", "userId": VICTIM, "traits": {"name": "王美美"}})
    wait_for(shop.served.settled)
    assert shop.broadcast("proven", 3) == {**honest, shop.hers: "王美美 3000"}


def test_a_message_meant_for_her_reaches_her_alone_whoever_claims_her_number(shop: Shop) -> None:
    shop.forge(
        {"type": "identify", "userId": VICTIM, **line(shop.his)},
        {"type": "identify", "userId": VICTIM, **line(shop.unbound)},
    )
    journey = {
        "key": "points", "name": "點數", "trigger": {"kind": "webhook"}, "reentry": {"mode": "always"},
        "settings": {"quiet_hours": "off", "priority": 7, "budget": {"messages": 100}}, "start": "tell",
        "steps": [{"id": "tell", "kind": "send_line", "account": "main", "purpose": "marketing",
                   "messages": [{"type": "text", "text": HELLO}]}],
    }  # fmt: skip
    shop.served.post("/api/journeys", {"definition": journey, "state": "live"})
    hook = shop.served.post("/api/journeys/points/hook", {})

    call = {"person": {"namespace": "member_id", "value": VICTIM}, "id": "c1", "data": {}}
    assert shop.served.http.post(hook["url"], json=call).status_code == 202
    (told,) = wait_for(shop._delivered)
    wait_for(shop.served.settled)

    assert (told["user_id"], told["messages"][0]["text"]) == (shop.hers, "王美麗 3000")
    assert len(shop._delivered()) == 1


def test_a_link_that_was_forwarded_joins_nobody_and_carries_nobodys_name(shop: Shop) -> None:
    button = {"type": "uri", "label": "看大衣", "uri": "https://shop.example/coat?c=1"}
    coat = {"type": "buttons", "text": "新大衣", "actions": [button]}
    body = {
        "key": "link",
        "account": "main",
        "messages": [{"type": "template", "altText": "新大衣", "template": coat}],
    }
    shop.served.post("/api/broadcasts", body)
    told = wait_for(lambda: found if len(found := shop._delivered()) == 3 else None)
    (hers,) = [one["messages"][0] for one in told if one["user_id"] == shop.hers]
    link = hers["template"]["actions"][0]["uri"]
    before = shop.served.get("/api/profiles/lookup", namespace="member_id", value=VICTIM)

    opened = shop.served.http.get(link, headers={"Authorization": ""}, follow_redirects=False)
    assert opened.headers["location"] == "https://shop.example/coat?c=1"
    assert "set-cookie" not in opened.headers
    shop.forge(  # what the page then says of whoever opened it
        {"type": "page", "anonymousId": "his-browser", "context": {"page": {"url": opened.headers["location"], "referrer": link}}},
        {"type": "identify", "anonymousId": "his-browser", "userId": ATTACKER},
    )  # fmt: skip

    after = shop.served.get("/api/profiles/lookup", namespace="member_id", value=VICTIM)
    assert after["identifiers"] == before["identifiers"]
    graph = shop.served.get(f"/api/profiles/{after['profile_id']}/graph")
    assert {node["value"] for node in graph["nodes"]}.isdisjoint({"his-browser", ATTACKER, shop.his})


def test_a_browser_agrees_to_nothing_and_may_refuse(shop: Shop) -> None:
    whose = {"userId": VICTIM}
    shop.served.collect(agreed(whose, "withdrawn"))
    wait_for(shop.served.settled)

    answer = shop.served.http.post(
        "/v1/track", json=agreed({**whose, "anonymousId": "evil"}), auth=(shop.public, ""), headers={"Authorization": ""}
    )  # fmt: skip
    assert answer.status_code == 403, answer.text
    wait_for(shop.served.settled)
    assert shop.hers not in shop.broadcast("refused", 2)

    shop.forge(agreed({"userId": ATTACKER}, "withdrawn"))
    assert shop.broadcast("both", 1) == {shop.unbound: "顧客 -"}


def test_a_browser_speaks_neither_for_line_nor_for_tieline(shop: Shop) -> None:
    shop.served.collect(agreed({"userId": VICTIM}, "withdrawn"))
    wait_for(shop.served.settled)
    before = shop.served.get("/api/profiles/lookup", namespace="member_id", value=VICTIM)
    tap = {"data": f"tieline:unbind:yes:en:{int(time.time())}"}
    follows = {"type": "track", "event": "line_followed", "userId": VICTIM}
    unbinds = {"type": "track", "event": "line_postback_received", "userId": VICTIM, "properties": tap}

    batch = {"batch": [follows, unbinds, {"type": "track", "event": "Seen", "userId": VICTIM}]}
    answer = shop.served.http.post(
        "/v1/batch", json=batch, auth=(shop.public, ""), headers={"Authorization": ""}
    )
    wait_for(shop.served.settled)
    alone = shop.served.http.post(
        "/v1/track", json=follows, auth=(shop.public, ""), headers={"Authorization": ""}
    )

    assert [(one["index"], one["code"]) for one in answer.json()["rejected"]] == [
        (0, "reserved_event"),
        (1, "reserved_event"),
    ]
    assert alone.status_code == 403, alone.text
    after = shop.served.get("/api/profiles/lookup", namespace="member_id", value=VICTIM)
    assert after["identifiers"] == before["identifiers"]
    assert shop.hers not in shop.broadcast("refused", 2)


REMINDER = "{{ item.name }}還在{% if trigger.size %}，{{ trigger.size }}{% endif %}"
EVIL = "中獎了！請洽 evil.example"


def put_in(cart: str, size: str, **whose: Any) -> dict[str, Any]:
    said = {"cart_id": cart, "product_id": "coat", "size": size}
    return {"type": "track", "event": "cart_updated", "properties": said, **whose}


def test_a_forged_cart_shows_her_what_the_catalog_says_and_no_word_of_whoever_forged_it(shop: Shop) -> None:
    catalog = {"items": {"coat": {"name": "羊毛大衣"}}}
    assert shop.served.http.put("/api/catalogs/product", json=catalog).is_success
    remind = {
        "id": "remind", "kind": "send_line", "account": "main", "purpose": "marketing",
        "lookup": {"item": {"catalog": "product", "key": "{{ trigger.product_id }}"}},
        "messages": [{"type": "text", "text": REMINDER}], "next": "keep",
    }  # fmt: skip
    journey = {
        "key": "cart", "name": "購物車", "trigger": {"kind": "event", "event": "cart_updated"},
        "reentry": {"mode": "always"}, "settings": {"quiet_hours": "off", "priority": 7, "budget": {"messages": 100}},
        "start": "remind", "steps": [remind, {"id": "keep", "kind": "set_trait", "name": "size", "value": "{{ trigger.size }}"}],
    }  # fmt: skip
    shop.served.post("/api/journeys", {"definition": journey, "state": "live"})
    evil = {"anonymousId": "evil-browser"}
    mailbox = {"context": {"externalIds": [{"type": "email", "id": MAIL}]}}

    def reads(*items: dict[str, Any], forged: bool = True) -> list[str]:
        """Return what she reads after something was said."""
        before = len(shop._delivered())
        if forged:
            shop.forge(*items)
        else:
            shop.served.collect(*items)
        wait_for(lambda: len(shop._delivered()) >= before + 1)
        wait_for(shop.served.settled)
        new = shop._delivered()[before:]
        assert {one["user_id"] for one in new} == {shop.hers}
        return [one["messages"][0]["text"] for one in new]

    # by her member number, her mailbox, a browser that says to be hers, and one that is proven to be his
    shop.served.collect({"type": "identify", "userId": ATTACKER, "anonymousId": "his-browser"})
    shop.forge({"type": "identify", "userId": VICTIM, **evil})
    for number, whose in enumerate(
        (
            {"userId": VICTIM},
            mailbox,
            {"userId": VICTIM, **evil},
            {"userId": VICTIM, "anonymousId": "his-browser"},
        )
    ):
        assert reads(put_in(f"f{number}", EVIL, **whose)) == ["羊毛大衣還在"]
    # what a journey keeps of it is no word of theirs either
    assert shop.broadcast("after", 3)[shop.hers] == "王美麗 3000"
    profile = shop.served.get("/api/profiles/lookup", namespace="member_id", value=VICTIM)["profile_id"]
    assert EVIL not in str(shop.served.get(f"/api/profiles/{profile}")["traits"])

    # with the secret of the brand, and from the browser that the shop has bound to her, the size is hers
    assert reads(put_in("own", "M", userId=VICTIM), forged=False) == ["羊毛大衣還在，M"]
    shop.served.collect({"type": "identify", "userId": VICTIM, "anonymousId": "her-browser"})
    wait_for(shop.served.settled)
    assert reads(put_in("hers", "S", userId=VICTIM, anonymousId="her-browser")) == ["羊毛大衣還在，S"]
    assert reads(put_in("alone", "L", anonymousId="her-browser")) == ["羊毛大衣還在，L"]
