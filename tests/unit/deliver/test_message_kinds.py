import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot.v3.messaging import MulticastRequest, PushMessageRequest, ReplyMessageRequest
from message_gallery import ACTIONS, HTTPS, MESSAGES, RICH_BUBBLE, URI, box, bubble, flex, template

from tieline.deliver.limits import problems
from tieline.deliver.render import check, compiled
from tieline.errors import InvalidTemplateError
from tieline.simulator.message_rules import RULES, check_messages

FAMILY = "👨‍👩‍👧"
Json = dict[str, Any]


def wrong(*messages: Json, **more: Any) -> list[str]:
    return [problem.pointer for problem in problems(messages, **more)]


def changed(message: Json, pointer: str, value: Any) -> Json:
    """Return a copy with one place of it set to `value`, or without it if `value` is Ellipsis."""
    copied = copy.deepcopy(message)
    *path, last = pointer.strip("/").split("/")
    owner: Any = copied
    for name in path:
        owner = owner[int(name) if isinstance(owner, list) else name]
    key: Any = int(last) if isinstance(owner, list) else last
    if value is ...:
        del owner[key]
    else:
        owner[key] = value
    return copied


@pytest.mark.parametrize("name", MESSAGES)
def test_every_kind_of_message_is_taken_as_the_reference_describes_it(name: str) -> None:
    assert list(problems([MESSAGES[name]])) == []


@pytest.mark.parametrize("name", MESSAGES)
def test_lines_own_library_reads_every_kind_of_message_as_we_send_it(name: str) -> None:
    message = MESSAGES[name]

    for request in (
        PushMessageRequest.from_dict({"to": "U1", "messages": [message]}),
        MulticastRequest.from_dict({"to": ["U1"], "messages": [message]}),
        ReplyMessageRequest.from_dict({"replyToken": "t", "messages": [message]}),
    ):
        read = request.to_dict()["messages"][0]
        assert not lost(message, read), lost(message, read)


def lost(sent: Any, read: Any, at: str = "") -> list[str]:
    """Return where the library did not find what was sent."""
    if isinstance(sent, dict):
        return [
            place
            for name, value in sent.items()
            for place in (lost(value, read[name], f"{at}/{name}") if name in read else [f"{at}/{name}"])
        ]
    if isinstance(sent, list):
        return [
            place for n, pair in enumerate(zip(sent, read, strict=True)) for place in lost(*pair, f"{at}/{n}")
        ]
    return [] if sent == read else [at]


BROKEN = [
    ("text", "/text", "x" * 5_001, "/text"),
    ("text", "/emojis/0/index", 2, "/emojis/0/index"),
    ("text", "/emojis/0/emojiId", ..., "/emojis/0/emojiId"),
    ("text v2", "/text", "Hi {who}", "/text"),
    ("text v2", "/text", "Hi {smile} {", "/text"),
    ("text v2", "/substitution/smile/type", "song", "/substitution/smile/type"),
    ("text v2", "/substitution/smile", {"type": "mention", "mentionee": {"type": "all"}}, "/substitution/smile/type"),
    ("sticker", "/stickerId", ..., "/stickerId"),
    ("image", "/previewImageUrl", "http://brand.test/1.png", "/previewImageUrl"),
    ("video", "/trackingId", "v" * 101, "/trackingId"),
    ("audio", "/duration", 0, "/duration"),
    ("audio", "/duration", "60000", "/duration"),
    ("location", "/latitude", 91, "/latitude"),
    ("coupon", "/deliveryTag", "winter-1", "/deliveryTag"),
    ("imagemap", "/baseSize/width", 1_000, "/baseSize/width"),
    ("imagemap", "/actions/0/area/width", 0, "/actions/0/area/width"),
    ("imagemap", "/actions/1/text", "x" * 401, "/actions/1/text"),
    ("imagemap", "/actions/1/type", "postback", "/actions/1/type"),
    ("imagemap", "/video/externalLink/label", "x" * 31, "/video/externalLink/label"),
    ("buttons", "/template/title", FAMILY * 41, "/template/title"),
    ("buttons", "/template/text", "x" * 61, "/template/text"),
    ("buttons", "/template/actions/0/label", ..., "/template/actions/0/label"),
    ("confirm", "/template/actions", [ACTIONS["message"]], "/template/actions"),
    ("carousel", "/template/columns/3/actions", [URI, URI], "/template/columns"),
    ("carousel", "/template/columns/3/title", ..., "/template/columns"),
    ("image carousel", "/template/columns/0/action/label", "x" * 13, "/template/columns/0/action/label"),
    ("flex bubble", "/contents/size", "huge", "/contents/size"),
    ("flex bubble", "/contents/size", "micro", "/contents/hero"),
    ("flex bubble", "/contents/header/contents/0/color", "green", "/contents/header/contents/0/color"),
    ("flex bubble", "/contents/header/contents/0/colour", "#000000", "/contents/header/contents/0/colour"),
    ("flex bubble", "/contents/body/contents/0/contents/0/type", "image", "/contents/body/contents/0/contents/0/type"),
    ("flex bubble", "/contents/body/contents/3/aspectRatio", "1:4", "/contents/body/contents/3/aspectRatio"),
    ("flex bubble", "/contents/body/contents/4/background/angle", "400deg", "/contents/body/contents/4/background/angle"),
    ("flex bubble", "/contents/hero/altContent", ..., "/contents/hero/altContent"),
    ("flex bubble", "/contents/footer/contents/0/action/label", "x" * 41, "/contents/footer/contents/0/action/label"),
    ("flex carousel", "/contents/contents/3/size", "mega", "/contents/contents"),
    ("quick replies", "/sender/name", "LINE 官方", "/sender/name"),
    ("quick replies", "/sender/name", "x" * 21, "/sender/name"),
    ("quick replies", "/quickReply/items/0/type", "tap", "/quickReply/items/0/type"),
    ("quick replies", "/quickReply/items/0/action/inputOption", "openVoice", "/quickReply/items/0/action/fillInText"),
    ("quick replies", "/quickReply/items/3/action/max", "2026-01-01T00:00", "/quickReply/items/3/action"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "where", "value", "found"), BROKEN)
def test_what_line_refuses_is_refused_with_its_place(name: str, where: str, value: Any, found: str) -> None:
    pointers = wrong(changed(MESSAGES[name], where, value))

    assert f"/0{found}" in pointers


def test_a_label_is_counted_in_what_people_see_and_a_text_in_utf16_units() -> None:
    assert wrong(template(type="confirm", text="a", actions=[{**URI, "label": FAMILY * 20}] * 2)) == []
    assert wrong({"type": "text", "text": FAMILY * 625}) == []
    assert wrong({"type": "text", "text": FAMILY * 626}) == ["/0/text"]


def test_a_group_can_be_sent_what_mentions_people() -> None:
    mention = {
        "type": "textV2", "text": "{who} 您好",
        "substitution": {"who": {"type": "mention", "mentionee": {"type": "user", "userId": "U" + "0" * 32}}},
    }  # fmt: skip

    assert wrong(mention, in_group=True) == []
    assert wrong(mention) == ["/0/substitution/who/type"]


def test_a_row_of_more_than_ten_animated_pictures_is_refused() -> None:
    moving = {"type": "image", "url": f"{HTTPS}a.png", "animated": True}

    assert wrong(flex(bubble(body=box(*[moving] * 10)))) == []
    assert wrong(flex(bubble(body=box(*[moving] * 11)))) == ["/0/contents"]


def test_a_template_may_stand_for_any_text_but_not_for_a_number_or_a_shape() -> None:
    check([changed(MESSAGES["flex bubble"], "/contents/header/contents/0/color", "{{ profile.color }}")])
    with pytest.raises(InvalidTemplateError) as refused:
        check([changed(MESSAGES["location"], "/latitude", "{{ profile.latitude }}")])
    assert refused.value.field == "/0/latitude"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_no_name_opens_a_placeholder_of_a_text_v2(name: str) -> None:
    message = {**MESSAGES["text v2"], "text": "{{ profile.name }} {smile} ok"}

    filled = compiled([message]).fill({"profile": {"name": name}})

    assert wrong(*filled) == []
    assert filled[0]["text"].endswith(" {smile} ok")


def _places(value: Any, at: str = "") -> Iterator[str]:
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, item in pairs:
            yield f"{at}/{name}"
            yield from _places(item, f"{at}/{name}")


ODD = [None, True, 0, -1, 10**6, "", "x", "x" * 2_001, [], {}, [{}], "none", "#000000", {"type": "uri"}]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(name for name in MESSAGES if MESSAGES[name]["type"] in RULES)), st.data())
def test_the_platform_refuses_nothing_that_we_let_pass(name: str, data: st.DataObject) -> None:
    where = data.draw(st.sampled_from(sorted(_places(MESSAGES[name]))))
    message = changed(MESSAGES[name], where, data.draw(st.sampled_from([..., *ODD])))

    if not wrong(message):
        assert check_messages([message]) == []


def test_a_bubble_is_limited_in_bytes_of_its_json() -> None:
    long = changed(RICH_BUBBLE, "/body/contents/1/contents/0/text", "字" * 5_000)

    assert wrong(flex(long)) == []
    assert wrong(flex({**long, "footer": box(*[{"type": "text", "text": "字" * 5_000}] * 2)})) == [
        "/0/contents"
    ]
