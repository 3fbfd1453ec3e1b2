"""Suggestions find one person entered twice, and keep families apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tieline.suggest.blocks import keyed
from tieline.suggest.choose import Band, Pair, band, one_to_one
from tieline.suggest.columns import in_columns
from tieline.suggest.engine import DUCKDB
from tieline.suggest.find import find_people, find_written, written
from tieline.suggest.people import PEOPLE
from tieline.suggest.person import Person, row

DOOR = "臺北市大安區信義路四段1號8樓"
OTHERS = [
    Person(f"o{number}", f"林{given}", birth=f"1980-02-{number + 10}")
    for number, given in enumerate("甲乙丙丁戊己")
]
MING = Person("a", "王小明", birth="1990-05-03", phone="+886912345671", address=DOOR)
AGAIN = Person(
    "b", "王 小明", birth="民國79年5月3日", phone="+886912345617", address="台北市大安區信義路4段一號8F"
)
SISTER = Person("c", "王小美", birth="1992-07-03", phone="+886912345671", address=DOOR)

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19), st.sampled_from([0.9, 0.95, 0.99, 1.0])))


def named(found):
    return [(min(pair.a, pair.b), max(pair.a, pair.b)) for pair in found.pairs]


def test_one_person_entered_twice_is_suggested():
    assert named(find_people([MING, AGAIN, *OTHERS])) == [("a", "b")]


def test_a_sister_at_the_same_door_with_the_same_phone_is_a_household():
    found = find_people([MING, SISTER, *OTHERS])

    assert (named(found), list(found.households)) == ([], [("a", "c")])


def test_behind_a_door_of_too_many_stands_no_household():
    names = [f"林{name}" for name in "一二三四五六七八九十百千萬"]
    pupils = [Person(f"{number:02}", name, address=DOOR) for number, name in enumerate(names)]

    assert find_people(pupils).households == []
    assert len(find_people(pupils[1:]).households) == 1


def test_a_refused_pair_is_not_suggested_again():
    assert named(find_people([MING, AGAIN, *OTHERS], refused={("a", "b")})) == []


def test_two_proved_members_are_two_people():
    members = [
        Person(**{f: getattr(p, f) for f in p.__struct_fields__} | {"member": m})
        for p, m in ((MING, "M1"), (AGAIN, "M2"))
    ]

    assert find_people([*members, *OTHERS]).vetoed == {"different_members": 1}


def test_the_evidence_names_each_field_with_its_level():
    (pair,) = find_people([MING, AGAIN, *OTHERS]).pairs

    assert {one.field: one.level for one in pair.evidence} == {
        "name": "the same", "birth": "the same", "phone": "two digits swapped", "address": "the same door"
    }  # fmt: skip


SPELLINGS = [
    "大安區信義路4段1號8樓", "信義路四段１號", "台北市大安區信義路四段一號8F", "106台北市大安區仁愛里信義路四段1號8樓", "No.1, Sec.4, Xinyi Rd.",
]  # fmt: skip


@pytest.mark.parametrize("text", SPELLINGS)
def test_one_address_in_two_spellings_is_never_evidence_against(text):
    other = replace(MING, person_id="b", address=text)

    (pair,) = find_people([MING, other]).pairs

    assert {one.field: one.weight >= 0 for one in pair.evidence}["address"], pair.evidence


def test_people_who_come_written_in_parts_are_found_as_those_who_are_there():
    people = [MING, AGAIN, SISTER]

    assert find_written([written(people[:2]), written([]), written(people[2:])], (), DUCKDB) == find_people(
        people
    )


def test_nobody_is_compared_with_nobody():
    assert find_people([]).pairs == []


def test_a_block_that_too_many_share_brings_nobody_together():
    people = [Person(f"p{number}", phone="+886912345671") for number in range(PEOPLE.block_max + 1)]

    (table,) = keyed([in_columns(map(row, people))], PEOPLE)
    (of_one_less,) = keyed([in_columns(map(row, people[1:]))], PEOPLE)

    assert set(table["block_0"].to_pylist()) == {None}
    assert None not in of_one_less["block_0"].to_pylist()


def test_two_tables_together_share_a_key_too_often():
    halves = [
        in_columns(
            row(Person(f"{side}{number}", phone="+886912345671"))
            for number in range(PEOPLE.block_max // 2 + 1)
        )
        for side in "ab"
    ]

    assert {key for table in keyed(halves, PEOPLE) for key in table["block_0"].to_pylist()} == {None}


@given(PAIRS, st.randoms())
def test_every_record_has_one_partner_whatever_the_order(drawn, chance):
    pairs = [Pair(str(a), str(b), score) for a, b, score in drawn]
    kept = one_to_one(pairs)
    chance.shuffle(pairs)

    names = [name for pair in kept for name in (pair.a, pair.b)]
    assert len(names) == len(set(names))
    assert one_to_one(pairs) == kept


def test_bands_begin_where_they_say():
    assert [band(score) for score in (0.99, 0.9, 0.89)] == [Band.TOP, Band.REVIEW, None]
