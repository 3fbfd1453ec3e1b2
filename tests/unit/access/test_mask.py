import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieline.access.mask import masked

PERSON = {
    "profile_id": "0912345678abcdef0912345678abcdef",
    "identifiers": [
        {"namespace": "phone", "value": "+886912345678"},
        {"namespace": "email", "value": "ming@example.com"},
        {"namespace": "line:2001", "value": "U0123456789abcdef0123456789abcdef"},
        {"namespace": "member_id", "value": "M0001"},
    ],
    "traits": {
        "name": {"value": "王小明", "source": "crm", "at": "2026-11-01T00:00:00Z"},
        "birth_date": {"value": "1990-05-03", "source": "crm", "at": "2026-11-01T00:00:00Z"},
        "tier": {"value": "gold", "source": "crm", "at": "2026-11-01T00:00:00Z"},
        "firstName": {"value": "小明", "source": "crm", "at": "2026-11-01T00:00:00Z"},
    },
    "tags": ["vip"],
}


def test_a_person_is_recognised_but_cannot_be_contacted():
    shown = masked(PERSON)
    assert [one["value"] for one in shown["identifiers"]] == [
        "+886******678", "m***@example.com", "U0*****************************ef", "M0001",
    ]  # fmt: skip
    assert {name: trait["value"] for name, trait in shown["traits"].items()} == {
        "name": "王*明", "birth_date": "1990-**-**", "tier": "gold", "firstName": "小*",
    }  # fmt: skip
    assert shown["traits"]["name"]["source"] == "crm"
    assert shown["profile_id"] == PERSON["profile_id"]


def test_names_of_things_stay_as_they_are():
    answer = {"name": "VIP 回購", "properties": {"name": "白 T 恤", "products": [{"name": "帽子"}]}}
    assert masked(answer) == answer


def test_what_a_person_said_about_themselves_is_hidden_in_the_timeline():
    event = {"type": "identify", "properties": {"name": "王小明", "phone": "0912345678", "tier": "gold"}}
    assert masked(event)["properties"] == {"name": "王*明", "phone": "09*****678", "tier": "gold"}


@pytest.mark.parametrize(
    "text",
    [
        "請回電 0912-345-678",
        "mail ming@example.com please",
        "+886 912 345 678",
        "to U0123456789abcdef0123456789abcdef",
    ],
)
def test_contact_data_in_a_text_are_hidden(text):
    shown = masked({"note": text})["note"]
    assert shown != text
    assert "345" not in shown or "@" in text or "U0" in text
    assert "ming@" not in shown


def test_pairs_of_namespace_and_value_are_hidden():
    assert masked({"identifiers": [["phone", "+886912345678"], ["member_id", "M1"]]}) == {
        "identifiers": [["phone", "+886******678"], ["member_id", "M1"]]
    }


@pytest.mark.parametrize(
    "text", ["2026-11-26T01:23:25.123456Z", "order-20261126-0001", "pk_0912345678x", "12,480"]
)
def test_times_and_numbers_of_things_stay_as_they_are(text):
    assert masked({"at": text}) == {"at": text}


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_any_answer_keeps_its_shape(answer):
    shown = masked({"traits": {"phone": answer}, "rest": answer})
    assert set(shown) == {"traits", "rest"}
    json.dumps(shown)


@given(st.from_regex(r"09[0-9]{8}", fullmatch=True))
def test_no_taiwanese_number_passes_a_text(number):
    assert number not in json.dumps(
        masked({"messages": [{"text": f"電話{number}，謝謝"}]}), ensure_ascii=False
    )
