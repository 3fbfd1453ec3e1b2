from typing import Any

import pytest

from tieline.deliver.limits import problems
from tieline.deliver.measure import grapheme_length, utf16_length
from tieline.simulator.message_rules import check_messages

FAMILY = "👨‍👩‍👧"
FLAG = "🇹🇼"
URI = {"type": "uri", "label": "Go", "uri": "https://shop.test/"}


def wrong(*messages: dict[str, Any]) -> list[str]:
    return [problem.pointer for problem in problems(messages)]


def text(content: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": content, **more}


def bubble(*contents: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": list(contents)},
        **more,
    }


def flex(contents: dict[str, Any], alt: str = "alt") -> dict[str, Any]:
    return {"type": "flex", "altText": alt, "contents": contents}


def buttons(**more: Any) -> dict[str, Any]:
    return {
        "type": "template",
        "altText": "a",
        "template": {"type": "buttons", "text": "t", "actions": [URI], **more},
    }


def test_texts_are_counted_in_utf16_units_and_labels_in_what_people_see() -> None:
    assert (utf16_length(FAMILY), grapheme_length(FAMILY)) == (8, 1)
    assert (utf16_length(FLAG), grapheme_length(FLAG)) == (4, 1)
    assert (utf16_length("中文"), grapheme_length("中文")) == (2, 2)


def test_a_text_of_5000_units_is_taken_and_one_more_is_not() -> None:
    assert wrong(text("a" * 5_000)) == []
    assert wrong(text("a" * 5_001)) == ["/0/text"]
    assert wrong(text("😀" * 2_500)) == []
    assert wrong(text("😀" * 2_501)) == ["/0/text"]


def test_a_label_of_20_family_emoji_is_taken() -> None:
    assert wrong(buttons(actions=[{**URI, "label": FAMILY * 20}])) == []
    assert wrong(buttons(actions=[{**URI, "label": FAMILY * 21}])) == ["/0/template/actions/0/label"]


def test_an_empty_text_is_refused() -> None:
    assert wrong(text("")) == ["/0/text"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://shop.test/a?b=1",
        "http://127.0.0.1:8000/x",
        "http://localhost/x",
        "line://ti/p/@x",
        "tel:+886212345678",
    ],
)
def test_an_action_may_lead_to_a_page_to_line_or_to_a_phone(uri: str) -> None:
    assert wrong(buttons(actions=[{**URI, "uri": uri}])) == []


@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "http://shop.test/",
        "ftp://shop.test/",
        "https://",
        "https://shop.test/a b",
        "https://shop.test/鞋",
        "//shop.test",
        "",
        "https://[::1",
        "https://shop.test/" + "a" * 1_000,
    ],
)
def test_any_other_address_is_refused_wherever_it_stands(uri: str) -> None:
    assert wrong(buttons(actions=[{**URI, "uri": uri}])) == ["/0/template/actions/0/uri"]
    assert wrong(flex(bubble({"type": "text", "text": "a", "action": {**URI, "uri": uri}}))) == [
        "/0/contents/body/contents/0/action/uri"
    ]


def test_an_image_must_be_https() -> None:
    image = {"type": "image", "originalContentUrl": "https://a.test/1.png", "previewImageUrl": "line://x"}
    assert wrong(image) == ["/0/previewImageUrl"]
    assert wrong({"type": "image", "originalContentUrl": "https://a.test/1.png"}) == ["/0/previewImageUrl"]


def test_flex_is_limited_in_bytes_bubbles_and_alternative_text() -> None:
    part = {"type": "text", "text": "字" * 500}
    assert wrong(flex(bubble(*[part] * 19))) == []
    assert wrong(flex(bubble(*[part] * 21))) == ["/0/contents"]
    carousel = {"type": "carousel", "contents": [bubble({"type": "text", "text": "a"})] * 13}
    assert wrong(flex(carousel)) == ["/0/contents/contents"]
    assert wrong(flex({"type": "carousel", "contents": [bubble(*[part] * 12)] * 3})) == ["/0/contents"]
    assert wrong(flex(bubble(part), alt="a" * 1_501)) == ["/0/altText"]


def test_flex_of_an_unknown_shape_is_refused() -> None:
    assert wrong(flex({"type": "balloon"})) == ["/0/contents/type"]
    assert wrong(flex({"type": "bubble"})) == ["/0/contents"]
    assert wrong(flex(bubble({"type": "script"}))) == ["/0/contents/body/contents/0/type"]
    assert wrong(flex(bubble({"type": "text", "text": ""}))) == ["/0/contents/body/contents/0/text"]


def test_nesting_has_an_end() -> None:
    deep: dict[str, Any] = {"type": "text", "text": "a"}
    for _ in range(200):
        deep = {"type": "box", "layout": "vertical", "contents": [deep]}
    assert wrong(flex(bubble(deep)))


def test_one_to_five_messages_make_a_send() -> None:
    assert wrong() == [""]
    assert wrong(*[text("a")] * 6) == [""]


GOOD = [
    text("你好"),
    text(
        "hi",
        quickReply={"items": [{"type": "action", "action": {"type": "message", "label": "a", "text": "b"}}]},
    ),
    {"type": "sticker", "packageId": "1", "stickerId": "2"},
    {
        "type": "image",
        "originalContentUrl": "https://a.test/1.png",
        "previewImageUrl": "https://a.test/2.png",
    },
    {"type": "location", "title": "店", "address": "台北", "latitude": 25.0, "longitude": 121.5},
    buttons(title="T", thumbnailImageUrl="https://a.test/1.png"),
    flex(bubble({"type": "text", "text": "a", "action": {"type": "postback", "data": "a=1", "label": "x"}})),
    flex({"type": "carousel", "contents": [bubble({"type": "button", "action": URI})]}),
]


@pytest.mark.parametrize("message", GOOD)
def test_what_the_platform_takes_is_taken(message: dict[str, Any]) -> None:
    assert check_messages([message]) == []
    assert wrong(message) == []
