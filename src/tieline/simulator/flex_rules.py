"""Rules for Flex Messages.

Source: https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from collections.abc import Callable

import msgspec

from tieline.simulator.action_rules import check_action
from tieline.simulator.field_rules import Json, Problems, objects, one_of, problem, text, url, word
from tieline.simulator.flex_fields import check_fields

BUBBLE_BYTES = 30 * 1024
CAROUSEL_BYTES = 50 * 1024
BUBBLES = 12
LABEL = 40
ALT_TEXT = 1500
SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
VIDEO_SIZES = ("kilo", "mega", "giga")
BLOCKS = ("header", "hero", "body", "footer")
IN_BOX = ("box", "button", "image", "text", "separator", "filler")
IN_BASELINE = ("icon", "text", "filler")
IN_HERO = ("box", "image", "video")


def check_flex(message: Json, path: str) -> Problems:
    """Check a Flex message."""
    yield from text(message, "altText", path, ALT_TEXT)
    yield from check_container(message.get("contents"), f"{path}.contents")


def check_container(contents: object, path: str) -> Problems:
    """Check the `contents` of a Flex message; problems inside are named `/body/contents/0/text`."""
    if not isinstance(contents, dict):
        yield problem("May not be empty", path)
    elif contents.get("type") == "carousel":
        yield from _carousel(contents, path)
    elif contents.get("type") == "bubble":
        yield from _bubble(contents, path, "")
    else:
        yield problem("Must be one of the following values: [bubble, carousel]", f"{path}.type")


def _carousel(carousel: Json, path: str) -> Problems:
    if len(msgspec.json.encode(carousel)) > CAROUSEL_BYTES:
        yield problem(f"size must not exceed {CAROUSEL_BYTES} bytes", path)
    bubbles = objects(carousel, "contents")
    if not 1 <= len(bubbles) <= BUBBLES:
        yield problem(f"Size must be between 1 and {BUBBLES}", f"{path}.contents")
    if len({word(bubble, "size", "mega") for _, bubble in bubbles}) > 1:
        yield problem("all bubbles must have the same size", f"{path}.contents")
    for index, bubble in bubbles:
        inside = f"/contents/{index}"
        if isinstance(bubble.get("hero"), dict) and bubble["hero"].get("type") == "video":
            yield problem("video is not allowed in a carousel", f"{inside}/hero")
        yield from _bubble(bubble, f"{path}.contents[{index}]", inside)


def _bubble(bubble: Json, path: str, inside: str) -> Problems:
    if len(msgspec.json.encode(bubble)) > BUBBLE_BYTES:
        yield problem(f"size must not exceed {BUBBLE_BYTES} bytes", path)
    yield from one_of(bubble, "type", path, ("bubble",))
    yield from one_of(bubble, "size", path, SIZES, required=False)
    yield from one_of(bubble, "direction", path, ("ltr", "rtl"), required=False)
    present = [block for block in BLOCKS if bubble.get(block) is not None]
    if not present:
        yield problem("At least one block must be specified", path)
    for block in present:
        yield from _component(bubble[block], f"{inside}/{block}", IN_HERO if block == "hero" else ("box",))
    hero = bubble.get("hero")
    if (
        isinstance(hero, dict)
        and hero.get("type") == "video"
        and bubble.get("size", "mega") not in VIDEO_SIZES
    ):
        yield problem("video requires size kilo, mega or giga", f"{inside}/hero")
    yield from _tap(bubble, inside)


def _component(part: object, path: str, allowed: tuple[str, ...]) -> Problems:
    if not isinstance(part, dict):
        yield problem("must be object", path)
        return
    kind = word(part, "type")
    if kind not in allowed:
        yield problem(f"Must be one of the following values: [{', '.join(allowed)}]", f"{path}/type")
        return
    yield from check_fields(part, path)
    yield from RULES[kind](part, path)


def _box(box: Json, path: str) -> Problems:
    if word(box, "layout") not in {"horizontal", "vertical", "baseline"}:
        yield problem("must be specified", f"{path}/layout")
    contents = box.get("contents")
    if not isinstance(contents, list):
        yield problem("must be specified", f"{path}/contents")
        return
    for index, child in enumerate(contents):
        allowed = IN_BASELINE if box.get("layout") == "baseline" else IN_BOX
        yield from _component(child, f"{path}/contents/{index}", allowed)
    background = box.get("background")
    if isinstance(background, dict):
        yield from _gradient(background, f"{path}/background")
    yield from _tap(box, path)


def _gradient(background: Json, path: str) -> Problems:
    if background.get("type") != "linearGradient":
        yield problem("must be one of [linearGradient]", f"{path}/type")
        return
    for name in ("angle", "startColor", "endColor"):
        if name not in background:
            yield problem("must be specified", f"{path}/{name}")
    yield from check_fields(background, path)


def _text(part: Json, path: str) -> Problems:
    spans = part.get("contents")
    if isinstance(spans, list) and spans:
        for index, span in enumerate(spans):
            yield from _component(span, f"{path}/contents/{index}", ("span",))
    elif not isinstance(part.get("text"), str) or not part["text"]:
        yield problem("must be non-empty text", f"{path}/text")
    yield from _tap(part, path)


def _span(part: Json, path: str) -> Problems:
    if not isinstance(part.get("text"), str):
        yield problem("must be non-empty text", f"{path}/text")


def _button(part: Json, path: str) -> Problems:
    if "action" not in part:
        yield problem("must be specified", f"{path}/action")
        return
    yield from check_action(part["action"], f"{path}/action", label=LABEL)


def _image(part: Json, path: str) -> Problems:
    yield from url(part, "url", path)
    yield from _tap(part, path)


def _video(part: Json, path: str) -> Problems:
    yield from url(part, "url", path)
    yield from url(part, "previewUrl", path)
    if "altContent" not in part:
        yield problem("must be specified", f"{path}/altContent")
    else:
        yield from _component(part["altContent"], f"{path}/altContent", ("box", "image"))


def _plain(_part: Json, _path: str) -> Problems:
    yield from ()


def _tap(part: Json, path: str) -> Problems:
    if "action" in part:
        yield from check_action(part["action"], f"{path}/action", label=LABEL, label_required=False)


RULES: dict[str, Callable[[Json, str], Problems]] = {
    "box": _box,
    "text": _text,
    "span": _span,
    "button": _button,
    "image": _image,
    "icon": _image,
    "video": _video,
    "separator": _plain,
    "filler": _plain,
}
