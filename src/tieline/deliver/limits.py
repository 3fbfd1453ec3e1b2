"""What LINE takes: message objects are checked before the first call, so that a mistake costs one recipient, not a batch.

Tables hold the limits; the functions below them only walk. A text that is too long is refused, never cut.

Source: https://developers.line.biz/en/reference/messaging-api/#message-objects
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tieline.deliver import urls
from tieline.deliver.measure import grapheme_length, utf16_length

MESSAGES_MAX = 5
QUICK_REPLIES_MAX = 13
BUBBLE_BYTES_MAX = 30 * 1024
CAROUSEL_BYTES_MAX = 50 * 1024
BUBBLES_MAX = 12
DEPTH_MAX = 40


class Problem(NamedTuple):
    """What LINE would refuse, and where: a JSON pointer into the list of messages."""

    pointer: str
    sentence: str


class Text(NamedTuple):
    """A text field with its longest length, as LINE counts that field."""

    name: str
    longest: int
    required: bool = True
    count: Callable[[str], int] = utf16_length


class Url(NamedTuple):
    """A field that must hold an address; its form is checked wherever such a field stands."""

    name: str


class Number(NamedTuple):
    """A number field with its bounds."""

    name: str
    least: float
    most: float


class Items(NamedTuple):
    """A list of objects with its longest length."""

    name: str
    longest: int
    least: int = 1


Rule = Text | Url | Number | Items
ALT_TEXT = Text("altText", 1_500)
MESSAGES: Mapping[str, tuple[Rule, ...]] = {
    "text": (Text("text", 5_000),),
    "textV2": (Text("text", 5_000),),
    "sticker": (Text("packageId", 20), Text("stickerId", 20)),
    "image": (Url("originalContentUrl"), Url("previewImageUrl")),
    "video": (Url("originalContentUrl"), Url("previewImageUrl"), Text("trackingId", 100, required=False)),
    "audio": (Url("originalContentUrl"), Number("duration", 1, 24 * 3_600 * 1_000)),
    "location": (
        Text("title", 100),
        Text("address", 100),
        Number("latitude", -90, 90),
        Number("longitude", -180, 180),
    ),
    "coupon": (Text("couponId", 100), Text("deliveryTag", 30, required=False)),
    "imagemap": (Url("baseUrl"), ALT_TEXT, Items("actions", 50)),
    "template": (ALT_TEXT,),
    "flex": (ALT_TEXT,),
}
TEMPLATES: Mapping[str, tuple[Rule, ...]] = {
    "buttons": (
        Text("text", 160, count=grapheme_length),
        Text("title", 40, required=False, count=grapheme_length),
        Items("actions", 4),
    ),
    "confirm": (Text("text", 240, count=grapheme_length), Items("actions", 2, least=2)),
    "carousel": (Items("columns", 10),),
    "image_carousel": (Items("columns", 10),),
}
ACTIONS: Mapping[str, tuple[Rule, ...]] = {
    "postback": (
        Text("data", 300),
        Text("displayText", 300, required=False, count=grapheme_length),
        Text("fillInText", 300, required=False, count=grapheme_length),
    ),
    "message": (Text("text", 300, count=grapheme_length),),
    "uri": (Url("uri"),),
    "datetimepicker": (Text("data", 300),),
    "clipboard": (Text("clipboardText", 1_000),),
    "camera": (),
    "cameraRoll": (),
    "location": (),
}
COMPONENTS: Mapping[str, tuple[Rule, ...]] = {
    "box": (Items("contents", 10_000, least=0),),
    "button": (),
    "image": (Url("url"),),
    "icon": (Url("url"),),
    "video": (Url("url"), Url("previewUrl")),
    "text": (),
    "span": (Text("text", 5_000),),
    "separator": (),
    "filler": (),
}
BLOCKS = ("header", "hero", "body", "footer")
# The areas of an imagemap have actions of their own kind, without labels.
LABEL_IN: Mapping[str, int | None] = {"template": 20, "quickReply": 20, "flex": 40, "imagemap": None}


def problems(messages: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    """Yield everything in filled `messages` that LINE would refuse."""
    if not 1 <= len(messages) <= MESSAGES_MAX:
        yield Problem("", f"A send carries 1 to {MESSAGES_MAX} messages, not {len(messages)}.")
        return
    for index, message in enumerate(messages):
        yield from _message(message, f"/{index}")


def escaped(name: str) -> str:
    """Return `name` as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def _message(message: Any, at: str) -> Iterator[Problem]:
    kind = message.get("type") if isinstance(message, Mapping) else None
    if not isinstance(kind, str) or kind not in MESSAGES:
        yield Problem(f"{at}/type", f"The type of a message is one of {', '.join(MESSAGES)}.")
        return
    yield from _object(message, MESSAGES[kind], at)
    if kind == "template":
        yield from _template(message.get("template"), f"{at}/template")
    if kind == "flex":
        yield from _flex(message.get("contents"), f"{at}/contents")
    sender = message.get("sender")
    if isinstance(sender, Mapping):
        yield from _object(sender, (Text("name", 20, required=False, count=grapheme_length),), f"{at}/sender")
    quick = message.get("quickReply")
    if quick is not None:
        yield from _object(quick, (Items("items", QUICK_REPLIES_MAX),), f"{at}/quickReply")
    yield from _inside(message, at, kind if kind in LABEL_IN else "template", 0)


def _template(template: Any, at: str) -> Iterator[Problem]:
    kind = template.get("type") if isinstance(template, Mapping) else None
    if not isinstance(kind, str) or kind not in TEMPLATES:
        yield Problem(f"{at}/type", f"The type of a template is one of {', '.join(TEMPLATES)}.")
        return
    yield from _object(template, TEMPLATES[kind], at)
    if kind == "carousel" and isinstance(template.get("columns"), list):
        for index, column in enumerate(template["columns"]):
            rules = (Text("text", 120, count=grapheme_length), Items("actions", 3))
            yield from _object(column, rules, f"{at}/columns/{index}")


def _flex(contents: Any, at: str) -> Iterator[Problem]:
    kind = contents.get("type") if isinstance(contents, Mapping) else None
    if kind == "bubble":
        yield from _bubble(contents, at)
    elif kind == "carousel":
        yield from _object(contents, (Items("contents", BUBBLES_MAX),), at)
        yield from _size(contents, CAROUSEL_BYTES_MAX, at)
        bubbles = contents.get("contents")
        for index, bubble in enumerate(bubbles if isinstance(bubbles, list) else ()):
            yield from _bubble(bubble, f"{at}/contents/{index}")
    else:
        yield Problem(f"{at}/type", "The contents of a Flex message are a bubble or a carousel.")


def _bubble(bubble: Any, at: str) -> Iterator[Problem]:
    if not isinstance(bubble, Mapping) or bubble.get("type") != "bubble":
        yield Problem(f"{at}/type", "Here must stand a bubble.")
        return
    yield from _size(bubble, BUBBLE_BYTES_MAX, at)
    present = [block for block in BLOCKS if bubble.get(block) is not None]
    if not present:
        yield Problem(at, f"A bubble needs one of {', '.join(BLOCKS)}.")
    for block in present:
        yield from _component(bubble[block], f"{at}/{block}", 0)


def _component(part: Any, at: str, depth: int) -> Iterator[Problem]:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if not isinstance(kind, str) or kind not in COMPONENTS or depth > DEPTH_MAX:
        yield Problem(f"{at}/type", f"The type of a component is one of {', '.join(COMPONENTS)}.")
        return
    yield from _object(part, COMPONENTS[kind], at)
    inside = part.get("contents")
    if kind == "text" and not inside:
        yield from _object(part, (Text("text", 5_000),), at)
    if isinstance(inside, list):
        for index, child in enumerate(inside):
            yield from _component(child, f"{at}/contents/{index}", depth + 1)


def _inside(value: Any, at: str, where: str, depth: int) -> Iterator[Problem]:
    """Check what can stand anywhere: actions and addresses."""
    if depth > DEPTH_MAX:
        yield Problem(at, "This is nested too deeply.")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            here = f"{at}/{escaped(str(name))}"
            within = "quickReply" if name == "quickReply" else where
            yield from _field(str(name), item, here, LABEL_IN[within])
            yield from _inside(item, here, within, depth + 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _inside(item, f"{at}/{index}", where, depth + 1)


def _field(name: str, item: Any, at: str, label: int | None) -> Iterator[Problem]:
    if name in urls.URL_KEYS and isinstance(item, str):
        wrong = urls.problem(name, item)
        if wrong:
            yield Problem(at, wrong)
    elif label is None:
        return
    elif name in {"action", "defaultAction"}:
        yield from _action(item, at, label)
    elif name == "actions" and isinstance(item, list):
        for index, action in enumerate(item):
            yield from _action(action, f"{at}/{index}", label)


def _action(action: Any, at: str, label: int) -> Iterator[Problem]:
    kind = action.get("type") if isinstance(action, Mapping) else None
    if not isinstance(kind, str) or kind not in ACTIONS:
        yield Problem(f"{at}/type", f"The type of an action is one of {', '.join(ACTIONS)}.")
        return
    named = Text("label", label, required=False, count=grapheme_length)
    yield from _object(action, (*ACTIONS[kind], named), at)


def _object(owner: Any, rules: Sequence[Rule], at: str) -> Iterator[Problem]:
    if not isinstance(owner, Mapping):
        yield Problem(at, "Here must stand an object.")
        return
    for rule in rules:
        wrong = _wrong(owner.get(rule.name), rule)
        if wrong:
            yield Problem(f"{at}/{rule.name}", f"{rule.name} {wrong}")


def _wrong(value: Any, rule: Rule) -> str | None:
    match rule:
        case Text():
            return _wrong_text(value, rule)
        case Url():
            return None if isinstance(value, str) else "must be an address."
        case Number(_, least, most):
            fits = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
            return None if fits else f"must be a number from {least} to {most}."
        case Items(_, longest, least):
            fits = isinstance(value, list) and least <= len(value) <= longest
            return None if fits else f"must be a list of {least} to {longest}."


def _wrong_text(value: Any, rule: Text) -> str | None:
    if value is None:
        return "must be given." if rule.required else None
    if not isinstance(value, str):
        return "must be a text."
    if not value:
        return "must not be empty."
    # No way of counting gives more than the UTF-16 units, so only long texts are counted the slow way.
    if 2 * len(value) > rule.longest and (length := rule.count(value)) > rule.longest:
        return f"may have {rule.longest} characters as LINE counts them, this one has {length}."
    return None


def _size(part: Any, longest: int, at: str) -> Iterator[Problem]:
    size = len(msgspec.json.encode(part))
    if size > longest:
        yield Problem(at, f"This part may have {longest} bytes, it has {size}.")
