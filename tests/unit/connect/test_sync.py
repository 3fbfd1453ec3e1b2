import base64
import hashlib
import hmac
from datetime import UTC, datetime

import msgspec

from tieline.connect.sync import PEOPLE_PER_CALL, deltas, full, signed
from tieline.model.destination import Change, Destination

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
CRM = Destination(1, "crm", "vips", "https://crm.example/hook", ("member_id",), b"")


def test_everybody_is_told_in_pages_and_nobody_is_told_too() -> None:
    people = {number.to_bytes(16, "big"): {} for number in range(PEOPLE_PER_CALL + 1)}
    pages = full(CRM, people, NOON)
    assert [(page["page"], page["pages"], len(page["members"])) for page in pages] == [(1, 2, 500), (2, 2, 1)]
    assert full(CRM, {}, NOON)[0]["members"] == []


def test_of_one_person_only_the_last_word_is_told() -> None:
    a, b = b"a" * 16, b"b" * 16
    changes = [Change(1, a, True, NOON), Change(2, b, True, NOON), Change(3, a, False, NOON)]
    (call,) = deltas(CRM, changes, {b: {"member_id": ["M2"]}})
    assert [one["profile_id"] for one in call["exited"]] == [a.hex()]
    assert call["entered"] == [{"profile_id": b.hex(), "identifiers": {"member_id": ["M2"]}}]


def test_a_call_is_signed_as_standard_webhooks_says() -> None:
    body = {"type": "segment.full"}
    headers = signed("whsec_x", "msg_1", NOON, body)
    said = f"msg_1.{int(NOON.timestamp())}.".encode() + msgspec.json.encode(body)
    proof = base64.b64encode(hmac.new(b"whsec_x", said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{proof}"
