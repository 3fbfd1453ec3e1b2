"""Message objects are refused for the reasons LINE refuses them, and for no others."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.simulator.measure import grapheme_length, utf16_length
from tieline.simulator.message_rules import check_messages

URL = "https://brand.example/a.png"
URI = {"type": "uri", "label": "看看", "uri": "https://brand.example/"}
POSTBACK = {"type": "postback", "label": "好", "data": "a=1"}
BUTTONS = {"type": "buttons", "text": "選一個", "actions": [URI, POSTBACK]}
BUBBLE = {
    "type": "bubble",
    "hero": {"type": "image", "url": URL},
    "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "嗨"}]},
    "footer": {"type": "box", "layout": "vertical", "contents": [{"type": "button", "action": URI}]},
}


def text(content="嗨", **more):
    return {"type": "text", "text": content, **more}


def template(content, alt="選單"):
    return {"type": "template", "altText": alt, "template": content}


def flex(contents, alt="目錄"):
    return {"type": "flex", "altText": alt, "contents": contents}


def column(**more):
    return {"text": "商品", "actions": [URI], **more}


def carousel(*columns):
    return template({"type": "carousel", "columns": list(columns)})


def quick(*actions):
    return text(quickReply={"items": [{"type": "action", "action": action} for action in actions]})


def body_of(*parts):
    return flex({"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": list(parts)}})


@pytest.mark.parametrize(
    "message",
    [
        text(),
        text("$ 你好", emojis=[{"index": 0, "productId": "p", "emojiId": "001"}]),
        text("😀$", emojis=[{"index": 2, "productId": "p", "emojiId": "001"}]),
        text(sender={"name": "小幫手", "iconUrl": URL}),
        {"type": "textV2", "text": "{a} {{no}}", "substitution": {"a": {"type": "emoji"}}},
        {"type": "image", "originalContentUrl": URL, "previewImageUrl": URL},
        {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        {"type": "location", "title": "店", "address": "台北", "latitude": 25.0, "longitude": 121.5},
        template(BUTTONS),
        template({"type": "confirm", "text": "好嗎", "actions": [URI, POSTBACK]}),
        carousel(column(), column()),
        template({"type": "image_carousel", "columns": [{"imageUrl": URL, "action": URI}]}),
        flex(BUBBLE),
        flex({"type": "carousel", "contents": [BUBBLE] * 12}),
        body_of({"type": "text", "contents": [{"type": "span", "text": "a"}]}, {"type": "separator"}),
        quick(URI, POSTBACK, {"type": "camera", "label": "拍照"}),
        text("👨‍👩‍👧‍👦" * 3, sender={"name": "👨‍👩‍👧‍👦" * 20}),
        quick({**URI, "uri": "http://127.0.0.1:8000/r/abc"}),
    ],
)
def test_a_proper_message_is_taken(message):
    assert check_messages([message]) == []


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("嗨", "messages[0]"),
        ({"type": "telegram"}, "messages[0].type"),
        ({"type": "text"}, "messages[0].text"),
        (text(""), "messages[0].text"),
        (text(7), "messages[0].text"),
        (text("a" * 5001), "messages[0].text"),
        (text("😀" * 2501), "messages[0].text"),
        (text("嗨", emojis=[{"index": 0, "productId": "p", "emojiId": "1"}]), "messages[0].emojis[0].index"),
        (text(sender={"name": "LINE 官方"}), "messages[0].sender.name"),
        (text(sender={"name": "a" * 21}), "messages[0].sender.name"),
        ({"type": "textV2", "text": "{who}", "substitution": {}}, "messages[0].text"),
        ({"type": "textV2", "text": "a } b"}, "messages[0].text"),
        ({"type": "image", "originalContentUrl": URL}, "messages[0].previewImageUrl"),
        (
            {"type": "image", "originalContentUrl": "http://brand.example/a", "previewImageUrl": URL},
            "messages[0].originalContentUrl",
        ),
        (template({**BUTTONS, "text": "字" * 161}), "messages[0].template.text"),
        (template({**BUTTONS, "title": "題", "text": "字" * 61}), "messages[0].template.text"),
        (template({**BUTTONS, "title": "題" * 41}), "messages[0].template.title"),
        (template({**BUTTONS, "actions": [URI] * 5}), "messages[0].template.actions"),
        (
            template({**BUTTONS, "actions": [{**URI, "label": "a" * 21}]}),
            "messages[0].template.actions[0].label",
        ),
        (template(BUTTONS, alt="a" * 1501), "messages[0].altText"),
        (template({"type": "confirm", "text": "?", "actions": [URI]}), "messages[0].template.actions"),
        (carousel(column(), column(actions=[URI, URI])), "messages[0].template.columns"),
        (carousel(*[column()] * 11), "messages[0].template.columns"),
        (carousel(column(text="字" * 121)), "messages[0].template.columns[0].text"),
        (quick(*[URI] * 14), "messages[0].quickReply.items"),
        (quick({**URI, "uri": "ftp://brand.example"}), "messages[0].quickReply.items[0].action.uri"),
        (
            quick({**URI, "uri": "https://x.example/" + "a" * 1000}),
            "messages[0].quickReply.items[0].action.uri",
        ),
        (quick({**URI, "uri": "https://x.example/中文"}), "messages[0].quickReply.items[0].action.uri"),
        (quick({**POSTBACK, "data": "a" * 301}), "messages[0].quickReply.items[0].action.data"),
        (quick({"type": "message", "label": "a"}), "messages[0].quickReply.items[0].action.text"),
        (flex(None), "messages[0].contents"),
        (flex({"type": "bubble"}), "messages[0].contents"),
        (flex({"type": "carousel", "contents": [BUBBLE] * 13}), "messages[0].contents.contents"),
        (
            flex({"type": "carousel", "contents": [BUBBLE, {**BUBBLE, "size": "nano"}]}),
            "messages[0].contents.contents",
        ),
        (body_of({"type": "text"}), "/body/contents/0/text"),
        (body_of({"type": "button"}), "/body/contents/0/action"),
        (body_of({"type": "image", "url": "nowhere"}), "/body/contents/0.url"),
        (body_of({"type": "box", "contents": []}), "/body/contents/0/layout"),
        (body_of({"type": "hologram"}), "/body/contents/0/type"),
        (body_of({"type": "text", "text": "a" * 31_000}), "messages[0].contents"),
    ],
)
def test_an_improper_message_is_refused_at_its_place(message, place):
    problems = check_messages([message])
    assert [problem["property"] for problem in problems] == [place]


@pytest.mark.parametrize("messages", [None, [], [text()] * 6])
def test_one_to_five_messages_are_taken(messages):
    assert check_messages(messages)[0]["property"] == "messages"


def test_problems_are_told_one_by_one(line):
    answer = line.answer("POST", "/v2/bot/message/validate/push", {"messages": [text(), text(""), text(7)]})
    content = msgspec.json.decode(answer.body)
    assert answer.status == 400
    assert content["message"] == "The request body has 2 error(s)"
    assert [one["property"] for one in content["details"]] == ["messages[1].text", "messages[2].text"]


@given(st.text())
def test_utf16_length_is_that_of_the_encoding(content):
    assert utf16_length(content) == len(content.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("content", "length"),
    [
        ("abc", 3),
        ("你好", 2),
        ("👨‍👩‍👧‍👦", 1),
        ("👍🏽", 1),
        ("🇹🇼🇯🇵", 2),
        ("e\u0301", 1),
        ("\r\n", 1),
        ("1️⃣", 1),
    ],
)
def test_graphemes_are_what_a_person_counts(content, length):
    assert grapheme_length(content) == length


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["type", "text", "contents", "template", "actions", "items"]), inner
            )
        ),
    )
)
def test_no_json_breaks_the_rules(content):
    for kind in ("text", "textV2", "template", "flex"):
        message = {
            "type": kind,
            "text": content,
            "contents": content,
            "template": content,
            "quickReply": content,
            "sender": content,
            "emojis": content,
            "substitution": content,
        }
        assert isinstance(check_messages([message]), list)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"type": "text", "text": "x", "size": "huge"}, "size"),
        ({"type": "text", "text": "x", "color": "red"}, "color"),
        ({"type": "text", "text": "x", "wrap": "yes"}, "wrap"),
        ({"type": "text", "text": "x", "flex": -1}, "flex"),
        ({"type": "image", "url": "https://a.example/a", "aspectRatio": "1:4"}, "aspectRatio"),
        ({"type": "image", "url": "https://a.example/a", "size": "12em"}, "size"),
        ({"type": "separator", "margin": "wide"}, "margin"),
        ({"type": "box", "layout": "vertical", "contents": [], "paddingAll": "1em"}, "paddingAll"),
        ({"type": "box", "layout": "vertical", "contents": [], "justifyContent": "middle"}, "justifyContent"),
        ({"type": "icon", "url": "https://a.example/a"}, "type"),
        (
            {"type": "box", "layout": "baseline", "contents": [{"type": "separator"}]},
            "contents/0/type",
        ),
        (
            {
                "type": "box",
                "layout": "vertical",
                "contents": [],
                "background": {"type": "linearGradient", "angle": "90", "startColor": "#ffffff"},
            },
            "background/angle",
        ),
    ],
)
def test_a_flex_property_that_line_refuses_is_refused_with_its_place(part, place):
    body = {"type": "box", "layout": "vertical", "contents": [part]}
    message = {"type": "flex", "altText": "x", "contents": {"type": "bubble", "body": body}}
    assert f"/body/contents/0/{place}" in [one["property"] for one in check_messages([message])]
