import msgspec
import pytest

from tieline.collect.wire import Item, Refused, read
from tieline.errors import MalformedBodyError
from tieline.model.event import LogKind


def item(value: bytes) -> bytes:
    return b'{"type":"track","event":"x","userId":"u","properties":{"a":' + value + b"}}"


HOSTILE = {
    "lone_surrogate": b'"\\ud83d"',
    "nul_character": b'"\\u0000"',
    "invalid_utf8": b'"\xff"',
    "not_a_number": b"NaN",
    "too_deep": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
}


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_item_is_named_and_its_neighbours_go_on(reason: str) -> None:
    body = (
        b'{"sentAt":"2026-01-01T00:00:00Z","batch":['
        + b",".join([item(b"1"), item(HOSTILE[reason]), item(b"2")])
        + b"]}"
    )
    first, second, third = read(body, LogKind.BATCH).items
    assert isinstance(first, Item)
    assert isinstance(third, Item)
    assert isinstance(second, Refused)
    assert second.reason == reason


@pytest.mark.parametrize("reason", HOSTILE)
def test_a_hostile_single_call_is_named_too(reason: str) -> None:
    (only,) = read(item(HOSTILE[reason]), LogKind.TRACK).items
    assert isinstance(only, Refused)
    assert only.reason == reason


@pytest.mark.parametrize("number", [b"9" * 5_000, b"1e400"])
def test_numbers_beyond_all_bounds_are_refused(number: bytes) -> None:
    (only,) = read(item(number), LogKind.TRACK).items
    assert isinstance(only, Refused)


@pytest.mark.parametrize(
    ("body", "position"),
    [(b'{"batch":[{"type":"track",}]}', "byte 26"), (b"", "byte 0"), (b'{"batch":[{"a":1}', "byte 17")],
)
def test_a_body_that_is_no_json_is_refused_with_its_position(body: bytes, position: str) -> None:
    with pytest.raises(MalformedBodyError, match=position):
        read(body, LogKind.BATCH)


@pytest.mark.parametrize("body", [b"[]", b'{"x":1}', b'{"batch":3}', b'"batch"', b"null"])
def test_json_without_a_batch_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedBodyError):
        read(body, LogKind.BATCH)


def test_the_write_key_of_a_beacon_is_read_from_the_body() -> None:
    assert read(b'{"batch":[],"writeKey":"pk_1"}', LogKind.BATCH).write_key == "pk_1"
    assert read(b'{"event":"x","userId":"u","writeKey":"pk_1"}', LogKind.TRACK).write_key == "pk_1"


def test_a_track_call_without_a_name_is_refused() -> None:
    (only,) = read(b'{"userId":"u"}', LogKind.TRACK).items
    assert isinstance(only, Refused)
    assert only.reason == "missing_event"


def test_brackets_inside_texts_do_not_split_a_batch() -> None:
    odd = msgspec.json.encode({"batch": [{"type": "track", "event": '}],{"batch":[', "userId": "u"}, 3]})
    first, second = read(odd, LogKind.BATCH).items
    assert isinstance(first, Item)
    assert first.event == '}],{"batch":['
    assert isinstance(second, Refused)
