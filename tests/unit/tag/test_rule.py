from datetime import UTC, datetime
from typing import Any

import pytest

from tieline.errors import InvalidConditionError, InvalidInputError
from tieline.model.event import Event, Source
from tieline.tag import people as named
from tieline.tag.rule import hears, parse

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def event(name: str, written: str = "", **properties: Any) -> Event:
    source = Source(1, 1, "web", "web")
    return Event(1, source, 1, 0, "track", name, "m", NOON, NOON, (), properties, {}, written=written)


def test_a_keyword_is_heard_whatever_its_case_and_signs_mean_nothing() -> None:
    rule = parse({"keyword": ["Size?", "*折扣*"]})
    assert hears(rule, event("line_message_received", "  size? "))
    assert not hears(rule, event("line_message_received", "sizes"))
    assert hears(rule, event("line_message_received", "有沒有折扣呢"))


def test_a_click_is_narrowed_by_where_it_leads() -> None:
    rule = parse({"click": {"url": "https://shop.example/sale*"}})
    assert hears(rule, event("message_link_clicked", url="https://shop.example/sale/1"))
    assert not hears(rule, event("message_link_clicked", url="https://shop.example/"))


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"click": {}},
        {"keyword": ["*"]},
        {"event": "tag_added"},
        {"page": {"path": "/a"}, "event": "x"},
        {"segment": "a", "off_on_exit": 1},
        {"event": "x", "where": {"property": "a", "op": "in_days", "value": 1}},
    ],
)
def test_a_rule_that_would_mean_everything_or_chase_itself_is_refused(written: Any) -> None:
    with pytest.raises(InvalidConditionError):
        parse(written)


def test_rows_are_numbered_as_in_the_file_and_refused_with_reasons() -> None:
    rows = named.rows_of("\ufeffphone,name\n0912,Ann\n,Bob\n0912,Cid\n", "phone")
    found = named.sort(rows, lambda value: value.encode() if value == "0912" else "not_a_phone")
    assert found.nodes == {b"0912": 1}
    assert named.report(found.refused) == {
        "reasons": {"empty": 1, "twice": 1},
        "rows": [{"number": 2, "reason": "empty"}, {"number": 3, "reason": "twice"}],
    }


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InvalidInputError, match="no column 'tel'"):
        named.rows_of("phone\n1\n", "tel")
