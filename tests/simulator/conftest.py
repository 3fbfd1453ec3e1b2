"""A simulated platform with one account and three friends, driven by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tieline.simulator.account import Account
from tieline.simulator.platform import LinePlatform
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.webhooks import WebhookBehaviour, WebhookCall
from tieline.simulator.wire import Fault, SimRequest, SimResponse

NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
RECEIVER = "http://127.0.0.1:9/line"


@dataclass
class Line:
    """The platform, seen by the owner of one account."""

    platform: LinePlatform
    account: Account
    people: list[str]
    now: datetime = NOON
    token: str = field(default="", init=False)

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def sign_in(self) -> None:
        body = f"grant_type=client_credentials&client_id={self.account.channel_id}&client_secret=secret"
        answer = self.platform.handle(SimRequest("POST", "/oauth2/v3/token", body=body.encode()), self.now)
        assert isinstance(answer, SimResponse)
        self.token = msgspec.json.decode(answer.body)["access_token"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> SimResponse | Fault:
        path, _, query = path.partition("?")
        return self.platform.handle(
            SimRequest(
                method,
                path,
                dict(pair.split("=") for pair in query.split("&") if pair),
                {
                    "authorization": f"Bearer {self.token}",
                    "content-type": "application/json",
                    **{name.replace("_", "-"): value for name, value in headers.items()},
                },
                b"" if body is None else msgspec.json.encode(body),
            ),
            self.now,
        )

    def answer(self, method: str, path: str, body: Any = None, **headers: str) -> SimResponse:
        outcome = self.call(method, path, body, **headers)
        assert isinstance(outcome, SimResponse)
        return outcome

    def send_bytes(self, path: str, body: bytes, content_type: str, method: str = "POST") -> SimResponse:
        headers = {"authorization": f"Bearer {self.token}", "content-type": content_type}
        outcome = self.platform.handle(SimRequest(method, path, {}, headers, body), self.now)
        assert isinstance(outcome, SimResponse)
        return outcome

    def push(self, to: str, text: str = "嗨", key: str | None = None, **more: Any) -> SimResponse:
        headers = {"x_line_retry_key": key} if key else {}
        body = {"to": to, "messages": [{"type": "text", "text": text}], **more}
        return self.answer("POST", "/v2/bot/message/push", body, **headers)

    def multicast(self, to: list[str], text: str = "嗨", **more: Any) -> SimResponse:
        body = {"to": to, "messages": [{"type": "text", "text": text}], **more}
        return self.answer("POST", "/v2/bot/message/multicast", body)

    def reply(self, token: str, text: str = "好", **headers: str) -> SimResponse:
        body = {"replyToken": token, "messages": [{"type": "text", "text": text}]}
        return self.answer("POST", "/v2/bot/message/reply", body, **headers)

    def facts(self) -> dict[str, Any]:
        return self.account.ledger.facts()

    def webhooks(self) -> list[WebhookCall]:
        return self.platform.tick(self.now).webhooks

    def received(self, person: str) -> list[str]:
        """Return the texts that reached a person."""
        return [
            message["text"]
            for delivered in self.account.friends[person].deliveries()
            for message in msgspec.json.decode(delivered.messages)
        ]


def open_line(settings: SimulatorSettings | None = None) -> Line:
    platform = LinePlatform(settings)
    account = platform.add_account("1234", "secret", "brand", webhooks=WebhookBehaviour(url=RECEIVER))
    line = Line(platform, account, platform.add_people(account, 3))
    line.sign_in()
    return line


@pytest.fixture
def line() -> Line:
    return open_line()


@pytest.fixture(scope="session")
def new_line():
    """Give the way to make a platform to tests that need many."""
    return open_line
