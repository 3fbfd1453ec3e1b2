"""What a condition can be made of is learned from what was said."""

from tieline.api.segment_list import words


def kinds(said):
    return {path: word.kind for path, word in words(said).items()}


def test_paths_are_written_as_conditions_write_them():
    said = [{"total": 3280, "coupon": {"code": "A"}, "items": [{"sku": "S-1", "qty": 2}], "labels": ["red"]}]

    assert kinds(said) == {
        "total": "number",
        "coupon.code": "text",
        "items": "list",
        "items[].sku": "text",
        "items[].qty": "number",
        "labels": "list",
        "labels[]": "text",
    }


def test_what_is_said_in_two_ways_is_text():
    assert kinds([{"size": 42}, {"size": "M"}, {"size": 40}]) == {"size": "text"}


def test_a_boolean_is_no_number_and_nothing_is_no_word():
    assert kinds([{"vip": True, "gone": None, "empty": {}}]) == {"vip": "boolean"}


def test_what_lies_too_deep_is_left_out():
    deep = {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}

    assert kinds([deep]) == {}


def test_some_texts_are_given_as_examples_and_long_ones_are_not():
    said = [{"tier": "gold"}, {"tier": "silver"}, {"tier": "gold"}, {"tier": "x" * 41}, {"total": 7}]

    found = words(said)

    assert found["tier"].examples == ["gold", "silver"]
    assert found["total"].examples == []
