"""Another system is kept told who is in a segment: in full, then changes, in order, though it fails and Tieline is killed."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from serving import Served, wait_for


class Crm:
    """The other system: it checks the signature and keeps its own copy of the segment."""

    def __init__(self) -> None:
        self.secret = ""
        self.down = True
        self.refused = 0
        self.members: set[str] = set()
        self.calls: list[str] = []
        crm = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(crm.take(dict(self.headers.items()), body))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def take(self, headers: dict[str, str], body: bytes) -> int:
        if self.down:
            self.refused += 1
            return 503
        said = {name.lower(): value for name, value in headers.items()}
        signed = f"{said['webhook-id']}.{said['webhook-timestamp']}.".encode() + body
        proof = base64.b64encode(hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()).decode()
        assert said["webhook-signature"] == f"v1,{proof}"
        call = json.loads(body)
        self.calls.append(call["type"])
        if call["type"] == "segment.full" and call["page"] == 1:
            self.members = set()
        for one in (*call.get("members", ()), *call.get("entered", ())):
            self.members.add(one["identifiers"]["member_id"][0])
        for one in call.get("exited", ()):
            self.members.discard(one["identifiers"]["member_id"][0])
        return 200


@pytest.fixture
def crm() -> Iterator[Crm]:
    other = Crm()
    yield other
    other.server.shutdown()
    other.server.server_close()


def test_another_system_has_the_segment_whatever_fails(tmp_path: Path, crm: Crm) -> None:
    served = Served(tmp_path, WEBHOOK_HOSTS="127.0.0.1")
    served.start()
    try:
        tell(served, crm)
    finally:
        served.stop()


def tell(served: Served, crm: Crm) -> None:
    def tier(member: str, value: str) -> dict:
        return {"type": "identify", "userId": member, "traits": {"tier": value}}

    served.collect(tier("M1", "gold"), tier("M2", "gold"), tier("M3", "blue"))
    served.post("/api/segments", {"key": "gold", "condition": {"trait": "tier", "op": "eq", "value": "gold"}})
    wait_for(lambda: served.get("/api/segments/gold")["members"] == 2)
    wish = {"segment": "gold", "url": crm.url, "identifiers": ["member_id"]}
    refused = served.http.put("/api/segments/destinations/crm", json=wish)
    assert (refused.status_code, refused.json()["field"]) == (422, "/segment")
    made = served.http.put("/api/segments/destinations/crm", json={**wish, "without_consent": "履約"}).json()
    crm.secret = made["secret"]
    wait_for(lambda: crm.refused)

    served.kill()
    crm.down = False
    served.start()
    wait_for(lambda: crm.members == {"M1", "M2"})
    served.collect(tier("M1", "blue"), tier("M3", "gold"))
    wait_for(lambda: crm.members == {"M2", "M3"})
    assert crm.calls[0] == "segment.full"
    assert crm.calls[-1] == "segment.changed"
    wait_for(lambda: served.get("/api/segments/destinations")["destinations"][0]["waiting"] == 0)
    (shown,) = served.get("/api/segments/destinations")["destinations"]
    assert (shown["state"], shown["wants_full"]) == ("live", False)
    assert crm.secret not in str(shown)
    kept = served.http.put("/api/segments/destinations/crm", json={**wish, "without_consent": "履約"}).json()
    assert kept["secret"] == ""
    calls = len(crm.calls)
    wait_for(
        lambda: len(crm.calls) > calls
    )  # still signed by the first secret, which the other system checks
    renewed = {**wish, "without_consent": "履約", "new_secret": True}
    assert served.http.put("/api/segments/destinations/crm", json=renewed).json()["secret"] != crm.secret
    assert served.http.delete("/api/segments/gold").status_code == 409
