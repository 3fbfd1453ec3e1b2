from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tieline.deliver.groups import MULTICAST_MAX, group, halves
from tieline.ids import keyed_hash, retry_key
from tieline.model.limits import FREE
from tieline.model.send import Claimed

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def claimed(number: int, **changes: Any) -> Claimed:
    one = Claimed(
        workspace_id=1,
        send_id=keyed_hash(b"s", str(number)),
        account="brand",
        origin="broadcast:sale",
        step="",
        person=b"p",
        namespace="line:900",
        value="U",
        line_user=f"U{number}",
        purpose="marketing",
        messages=b'[{"type":"text","text":"Sale"}]',
        body_hash=b"same",
        chunk_id=None,
        first_attempt_at=None,
        attempts=0,
        fence=1,
        expires_at=None,
        restraint=FREE,
        unit="",
        reserved=None,
    )
    return replace(one, **changes)


def test_equal_bodies_of_one_origin_travel_together() -> None:
    (call,) = group([claimed(1), claimed(2), claimed(3)])
    assert (call.endpoint, len(call.sends)) == ("multicast", 3)
    body = msgspec.json.decode(call.body())
    assert sorted(body["to"]) == ["U1", "U2", "U3"]
    assert body["messages"] == [{"type": "text", "text": "Sale"}]


def test_a_body_of_its_own_is_pushed_under_the_key_of_its_send() -> None:
    calls = group([claimed(1, body_hash=b"a"), claimed(2, body_hash=b"b")])
    assert [call.endpoint for call in calls] == ["push", "push"]
    assert calls[0].retry_key == retry_key(claimed(1).send_id.hex())
    assert msgspec.json.decode(calls[0].body())["to"] == "U1"


def test_sends_of_another_account_origin_or_step_travel_apart() -> None:
    others = [
        claimed(2, account="b"),
        claimed(3, origin="journey:x"),
        claimed(4, step="2"),
        claimed(5, workspace_id=2),
    ]
    assert len(group([claimed(1), *others])) == 5


def test_a_user_with_two_equal_sends_gets_both() -> None:
    calls = group([claimed(1), claimed(2, line_user="U1"), claimed(3)])
    assert sorted(len(call.sends) for call in calls) == [1, 2]


def test_a_send_in_doubt_stays_alone_under_its_own_key() -> None:
    calls = group([claimed(1, attempts=1, first_attempt_at=NOW), claimed(2), claimed(3)])
    assert [len(call.sends) for call in calls] == [1, 2]
    assert calls[0].retry_key == retry_key(claimed(1).send_id.hex())


def test_a_frozen_group_keeps_its_key_and_its_bytes_in_any_order() -> None:
    (first,) = group([claimed(1), claimed(2), claimed(3)])
    again = [replace(send, chunk_id=first.chunk_id, attempts=1) for send in reversed(first.sends)]
    (second,) = group(again)
    assert (second.retry_key, second.body()) == (first.retry_key, first.body())


def test_no_group_is_larger_than_line_takes() -> None:
    calls = group([claimed(number) for number in range(1_201)])
    assert sorted(len(call.sends) for call in calls) == [201, 500, 500]
    assert MULTICAST_MAX == 500


def test_halves_of_halves_end_with_single_sends_under_new_keys() -> None:
    (call,) = group([claimed(number) for number in range(5)])
    names = {call.retry_key}
    waiting, singles = [call], 0
    while waiting:
        now = waiting.pop()
        if len(now.sends) == 1:
            singles += 1
            continue
        new = halves(now)
        parts = group([replace(send, chunk_id=new[send.send_id]) for send in now.sends])
        assert len(parts) == 2
        assert names.isdisjoint({part.retry_key for part in parts})
        names |= {part.retry_key for part in parts}
        waiting += parts
    assert singles == 5


@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([b"a", b"b"]), st.integers(0, 1)), max_size=40))
def test_every_claimed_send_is_in_exactly_one_call(sends: list[tuple[int, bytes, int]]) -> None:
    wanted = [
        claimed(place, line_user=f"U{user}", body_hash=body, attempts=attempts)
        for place, (user, body, attempts) in enumerate(sends)
    ]
    calls = group(wanted)
    assert sorted(send.send_id for call in calls for send in call.sends) == sorted(
        send.send_id for send in wanted
    )
    for call in calls:
        users = [send.line_user for send in call.sends]
        assert len(set(users)) == len(users)
