import json
import os

from tieline.demo import customer_page, page
from tieline.demo.collector import ITEMS_TOGETHER, batches
from tieline.demo.facts import Facts
from tieline.demo.history import Arrival
from tieline.demo.page import Link
from tieline.demo.processes import environment, free_port


def test_no_fact_at_all_is_no_success() -> None:
    facts = Facts()
    facts.complete = True
    assert not facts.all_hold


def test_a_story_that_broke_off_is_no_success() -> None:
    facts = Facts()
    facts.equal("a", "甲", 1, 1)
    assert not facts.all_hold


def test_one_broken_fact_breaks_the_whole() -> None:
    facts = Facts()
    facts.complete = True
    facts.equal("a", "甲", 1, 1)
    assert facts.all_hold
    facts.equal("b", "乙", 1, 2)
    assert not facts.all_hold
    told = json.loads(facts.to_json())
    assert told["ok"] is False
    assert [fact["ok"] for fact in told["facts"]] == [True, False]
    assert "\n" not in facts.to_json()


def test_the_right_number_to_the_wrong_people_does_not_hold() -> None:
    facts = Facts()
    facts.once_each("a", "甲", ["x", "y"], ["x", "z"])
    facts.once_each("b", "乙", ["x", "y"], ["x", "x"])
    facts.once_each("c", "丙", ["x", "y"], ["y", "x"])
    assert [fact.ok for fact in facts] == [False, False, True]
    assert next(iter(facts)).got == {"people": 2, "messages": 2, "missing": 1, "too_many": 1}


def test_the_page_escapes_what_it_shows_and_says_what_broke() -> None:
    facts = Facts()
    facts.equal("a", "<b>甲</b>", "<i>", "&")
    facts.figure("n", "人數", 1234)
    html = page.render(facts, [Link("手機", "http://127.0.0.1:1/?a=1&b=2")])
    assert "1 項不成立" in html
    assert "<b>甲" not in html
    assert "&lt;b&gt;甲" in html
    assert "1,234" in html
    assert "a=1&amp;b=2" in html


def test_figures_read_the_same_whatever_their_order() -> None:
    assert page.shown({"people": 1_200, "accepted": 3.0}) == page.shown({"accepted": 3, "people": 1_200})
    assert page.shown({"people": 1_200, "accepted": 3}) == "送出 3、人數 1,200"


def test_a_customer_is_shown_with_sources_and_escaped() -> None:
    profile = {
        "traits": {"name": {"value": "<script>", "source": "crm", "at": "2026-12-01T02:00:00Z"}},
        "identifiers": [{"namespace": "member_id", "value": "A1"}],
        "segments": ["vip"],
        "consents": [],
    }
    events = [
        {
            "at": "2026-12-01T02:00:00Z",
            "event": "Order Completed",
            "source": "pos",
            "properties": {"total": 5},
        }
    ]
    html = customer_page.render(profile, {"events": events})
    assert "<script>" not in html
    assert "2026-12-01 10:00" in html
    assert "vip" in html


def test_batches_are_full_of_one_source_and_lose_nothing() -> None:
    arrivals = [
        Arrival("pos" if number % 3 else "web", {"messageId": str(number)}) for number in range(1_000)
    ]
    found = list(batches(arrivals))
    assert sorted(int(item["messageId"]) for _, items in found for item in items) == list(range(1_000))
    assert all(len(items) <= ITEMS_TOGETHER for _, items in found)
    sources = {item["messageId"]: source for source, items in found for item in items}
    assert all(sources[arrival.item["messageId"]] == arrival.source for arrival in arrivals)


def test_settings_from_outside_do_not_reach_the_programs() -> None:
    given = {"PATH": os.environ["PATH"], "TIELINE_POSTGRES_URL": "postgresql://elsewhere"}
    assert environment(given, {"CLOCK_SPEED": "60"}) == {"PATH": given["PATH"], "TIELINE_CLOCK_SPEED": "60"}


def test_free_ports_can_be_listened_on() -> None:
    assert 1024 < free_port() < 65_536
