"""A brand sets up e-mail, a journey writes by it, and who presses the link in it gets no more: the real thing."""

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from serving import Served, wait_for

JOURNEY: dict[str, Any] = {
    "key": "cart",
    "name": "購物車",
    "trigger": {"kind": "event", "event": "Cart Left"},
    "reentry": {"mode": "always"},
    "settings": {"quiet_hours": "off"},
    "start": "tell",
    "steps": [
        {
            "id": "tell",
            "kind": "send",
            "purpose": "marketing",
            "ways": [{"channel": "mail", "subject": "購物車", "text": "{{ trigger.item }} 還在等您"}],
        }
    ],
}


class Post:
    def __init__(self) -> None:
        self.got: list[Message] = []

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - the server's word
        self.got.append(message_from_bytes(envelope.content, policy=default))
        return "250 taken"


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    brand = Served(tmp_path)
    brand.start()
    yield brand
    brand.stop()


def test_a_journey_writes_by_mail_until_the_link_in_it_is_pressed(
    served: Served, post: tuple[Post, int]
) -> None:
    def put(body: dict[str, Any]) -> httpx.Response:
        return served.http.put("/api/channels/mail", json=body)

    refused = served.post("/api/journeys/validate", {"definition": JOURNEY})["problems"]
    assert [one["field"] for one in refused] == ["/steps/0/ways/0/channel"]
    setup = {
        "kind": "email",
        "host": "127.0.0.1",
        "port": post[1],
        "security": "none",
        "from": "shop@brand.test",
    }
    open_password = put({**setup, "user": "u", "secret": "s"})
    assert (open_password.status_code, open_password.json()["field"]) == (422, "/security")
    assert put({**setup, "price": "0.1"}).json() == {
        "key": "mail", "kind": "email", "price": "0.1", "state": "live", "secret": False,
        "settings": {name: setup[name] for name in ("host", "port", "security", "from")},
    }  # fmt: skip
    assert served.post("/api/journeys", {"definition": JOURNEY, "state": "live"})["version"] == 1

    key = served.post("/api/sources", {"key": "crm2", "kind": "server", "name": "CRM"})["write_key"]

    def tell(event: str, message_id: str, **properties: Any) -> None:
        whose = {"externalIds": [{"type": "email", "id": "ann@brand.test"}]}
        item = {"type": "track", "userId": "M1", "event": event, "messageId": message_id, "context": whose}
        answer = httpx.post(
            f"{served.url}/v1/batch", json={"batch": [{**item, "properties": properties}]}, auth=(key, "")
        )
        assert answer.json() == {"success": True}

    tell("consent_updated", "c", purpose="marketing", channel="email", state="granted", method="form")
    tell("Cart Left", "one", item="外套")
    wait_for(lambda: post[0].got)
    link = post[0].got[0]["List-Unsubscribe"].strip("<>")
    assert "外套 還在等您" in post[0].got[0].get_content()
    assert "<form" in httpx.get(link).text
    assert httpx.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    tell("Cart Left", "two", item="帽子")

    def spent() -> dict[tuple[str, str], tuple[int, float]]:
        found = served.http.get("/api/channels/costs").json()["channels"]
        return {(one["state"], one["reason"]): (one["messages"], one["cost"]) for one in found}

    wait_for(lambda: ("suppressed", "no_consent") in spent())
    assert spent() == {("accepted", ""): (1, 0.1), ("suppressed", "no_consent"): (1, 0.0)}
    assert len(post[0].got) == 1
    wait_for(served.settled)
    found = served.post("/api/journeys/cart/dry-run", {"days": 2})
    assert (found["entered"], found["suppressed"]) == (
        2,
        [{"step": "tell", "reason": "no_consent", "messages": 2}],
    )
    assert httpx.get(f"{served.url}/u/wrong").status_code == 404
