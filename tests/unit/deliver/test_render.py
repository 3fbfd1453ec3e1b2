import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.deliver.liquid import RenderError, compile_text, fill_tree
from tieline.deliver.render import check, compiled
from tieline.errors import InvalidTemplateError

GREETING = {"type": "text", "text": "{{ profile.given_name | default: '您' }}，您好"}
CARD = {
    "type": "flex",
    "altText": "{{ item.name }}",
    "contents": {
        "type": "bubble",
        "body": {
            "type": "box",
            "layout": "vertical",
            "contents": [
                {"type": "text", "text": "{{ item.name }}"},
                {"type": "button", "action": {"type": "uri", "label": "Buy", "uri": "{{ item.url }}"}},
            ],
        },
    },
}


def text(source: str, **context: Any) -> str:
    return compile_text(source)(context)


def test_a_missing_value_is_empty_or_its_default() -> None:
    assert text("[{{ profile.a.b }}]", profile={}) == "[]"
    assert text(GREETING["text"], profile={}) == "您，您好"
    assert text(GREETING["text"], profile={"given_name": "美玲"}) == "美玲，您好"


def test_filters_and_tags_that_are_offered_work() -> None:
    assert text("{{ price | times: 2 | plus: 1 }}", price=21) == "43"
    assert text("{% for i in items limit: 2 %}{{ i | upcase }}{% endfor %}", items=["a", "b", "c"]) == "AB"
    assert (
        text("{{ items | where: 'ok', true | map: 'n' | join: '+' }}", items=[{"ok": True, "n": 1}, {"n": 2}])
        == "1"
    )
    assert text("{{ at | date: '%m/%d' }}", at="2026-11-20T10:00:00Z") == "11/20"
    assert text("{{ q | url_encode }}", q="鞋 1") == "%E9%9E%8B+1"


def shape(value: Any) -> Any:
    """Return the tree without what its leaves say."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value] if isinstance(value, list) else type(value)


@given(st.text(max_size=60))
def test_no_name_changes_the_shape_of_a_message(name: str) -> None:
    filled = compiled([GREETING, CARD]).fill(
        {"profile": {"given_name": name}, "item": {"name": name, "url": name}}
    )
    assert shape(filled) == shape([GREETING, CARD])
    assert filled[1]["contents"]["body"]["contents"][0]["text"] == name.replace("\r\n", "\n").replace(
        "\r", "\n"
    )


def test_a_name_is_never_read_as_a_template() -> None:
    assert (
        text("{{ profile.name }}", profile={"name": "{{ profile.secret }}", "secret": "s"})
        == "{{ profile.secret }}"
    )


class Host:
    secret = "s3cret"


@pytest.mark.parametrize(
    "path", ["host.secret", "host.__class__", "profile.__class__", "profile.keys", "env.PATH"]
)
def test_objects_and_surroundings_are_out_of_reach(path: str) -> None:
    assert text("{{ " + path + " }}", host=Host(), profile={}) == ""


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for i in (1..1000000000) %}a{% endfor %}",
        "{% for a in (1..900) %}{% for b in (1..900) %}x{% endfor %}{% endfor %}",
        "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..900) %}{% assign x = x | append: x %}{% endfor %}",
        "{% assign x = 99 %}{% for i in (1..900) %}{% assign x = x | times: x %}{% endfor %}{{ x }}",
        "{{ (1..300000000) | join: ',' }}",
        "{{ (1..99999999999999999999999) | reverse }}",
        "{% assign x = 'aaaaaaaaaaaaaaaaaaaa' %}{{ x | replace: 'a', x | replace: 'a', x | replace: 'a', x }}",
        "{% include 'x' %}",
        "{% render 'x' %}",
        "{{ 'a' | base64_encode }}",
        "{{ 'a' | no_such_filter }}",
        "{{ 1 | divided_by: 0 }}",
        "{% if",
        "x" * 10_001,
    ],
)
def test_a_template_bomb_is_refused_at_once(bomb: str) -> None:
    begun = time.monotonic()
    with pytest.raises(RenderError):
        text(bomb)
    assert time.monotonic() - begun < 1


def test_a_tree_is_filled_and_a_text_that_cannot_be_is_empty() -> None:
    tree = {"a": ["{{ x }}", 1, None], "b": "{% if", "c": "plain"}
    assert fill_tree(tree, {"x": "1"}) == {"a": ["1", 1, None], "b": "", "c": "plain"}


def test_good_templates_pass_the_check() -> None:
    check([GREETING, CARD])


@pytest.mark.parametrize(
    ("messages", "pointer"),
    [
        ([], ""),
        ([GREETING] * 6, ""),
        ([{"type": "text", "text": "{% if"}], "/0/text"),
        ([{"type": "{{ x }}", "text": "a"}], "/0/type"),
        ([GREETING, {"type": "text", "text": "{{ 'a' | nope }}"}], "/1/text"),
        ([{"type": "text"}], "/0/text"),
        ([{"type": "song"}], "/0/type"),
        ([{"type": "text", "text": "a", "quickReply": {"items": []}}], "/0/quickReply/items"),
        ([{**CARD, "altText": "a" * 1_501}], "/0/altText"),
    ],
)
def test_a_bad_template_is_refused_with_its_place(messages: list[dict[str, Any]], pointer: str) -> None:
    with pytest.raises(InvalidTemplateError) as refused:
        check(messages)
    assert refused.value.field == pointer
