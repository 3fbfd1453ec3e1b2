from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.profile import Profile, Trait
from tieline.search.words import WORD_MAX, WORDS_MAX, looked_for, shown, words

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def profile(*identifiers, **traits):
    said = {name: Trait(value, "crm", NOON) for name, value in traits.items()}
    return Profile(1, b"p" * 16, identifiers, said, (), (), (), NOON)


WANG = profile(
    ("anonymous_id", "a-1"), ("email", "Ming.Wang@example.com"), ("line:2001", "U0123456789abcdef0123456789abcdef"),
    ("member_id", "M-0042"), ("phone", "+886912345678"), name="王小明", display_name="Ming 🐶 W",
)  # fmt: skip


def found(person, typed):
    return any(word.startswith(beginning) for beginning in looked_for(typed) for word in words(person))


@pytest.mark.parametrize(
    "typed",
    [
        "王小明", "王小", "小明", "王 小明", "王小明先生", "０９１２３４５６７８", "0912-345-678", "0912", "+886 912 345 678", "+886 0912 345 678",
        "886912", "5678", "345678", "8869", "+8869123", "ming.wang", "MING.WANG@EXAMPLE.COM", "m-0042", "M-00", "ming", "Ming 🐶",
        "U0123456789",
    ],
)  # fmt: skip
def test_a_person_is_found_by_what_people_say(typed):
    assert found(WANG, typed)


@pytest.mark.parametrize(
    "typed", ["", "  ", "林", "王大", "678", "0913", "ing.wang", "a-1", "明小", "example.com"]
)
def test_a_person_is_not_found_by_anything_else(typed):
    assert not found(WANG, typed)


def test_a_latin_name_is_found_from_each_of_its_words():
    ann = profile(first_name="Mary Ann", last_name="O'Neil")
    assert found(ann, "ann")
    assert found(ann, "MARY  ANN")
    assert found(ann, "o'neil")
    assert not found(ann, "nn")


@given(
    st.text(max_size=300),
    st.lists(
        st.tuples(st.sampled_from(["phone", "email", "member_id"]), st.text(max_size=300)), max_size=200
    ),
)
def test_words_have_limits_whatever_somebody_is_called(name, identifiers):
    made = words(profile(*identifiers, name=name, kana=name))
    assert len(made) <= WORDS_MAX
    assert all(0 < len(word) <= WORD_MAX for word in made)


@given(st.text(max_size=200))
def test_any_typed_text_has_few_beginnings(typed):
    assert len(looked_for(typed)) <= 4


@pytest.mark.parametrize(
    ("traits", "called"),
    [
        ({"name": "王小明", "line_name": "M"}, "王小明"),
        ({"last_name": "王", "first_name": "小明"}, "王小明"),
        ({"lastName": "Wang", "firstName": "Ming"}, "Ming Wang"),
        ({"line_name": "阿明"}, "阿明"),
        ({"name": None}, ""),
    ],
)
def test_a_person_is_called_by_the_fullest_name(traits, called):
    assert shown(profile(**traits).traits) == called
