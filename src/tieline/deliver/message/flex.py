"""Flex Messages in full: containers, blocks and components, what may stand in what, and how each is laid out. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tieline.deliver.message import forms
from tieline.deliver.message.action import BUTTON, FLEX, KIND, check_action
from tieline.deliver.message.field import (
    DEPTH_MAX,
    Address,
    Flag,
    Items,
    Like,
    Number,
    OneOf,
    Part,
    Problem,
    Problems,
    Rules,
    Text,
    Unfilled,
    check,
    kind_of,
    listed,
)

BUBBLE_BYTES_MAX = 30 * 1024
CAROUSEL_BYTES_MAX = 50 * 1024
BUBBLES_MAX = 12
PARTS_MAX = 10_000
ANIMATED_MAX = 10
TALLEST = 3
SIZES = ("nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
VIDEO_SIZES = ("kilo", "mega", "giga")
BLOCKS = ("header", "hero", "body", "footer")
IN_BOX = ("box", "button", "image", "text", "separator", "filler")
IN_BASELINE = ("icon", "text", "filler")
IN_HERO = ("box", "image", "video")
_ALIGN = ("start", "end", "center")
_GRAVITY = ("top", "bottom", "center")

_color = Like(forms.COLOR, "a color such as #1DB446 or #1DB44680")
_space = Like(forms.SPACE, "none, xs to xxl, or pixels such as 12px")
_offset = Like(forms.OFFSET, "none, xs to xxl, pixels or percent")
_padding = Like(forms.PADDING, "none, xs to xxl, pixels or percent")
_length = Like(forms.LENGTH, "pixels or percent, such as 50%")
_text_size = Like(forms.TEXT_SIZE, "xxs to 5xl, or pixels")
_ratio = Like(forms.RATIO, "a ratio such as 20:13")
_share = Number(0, 100_000, required=False)
_PLACE: Rules = {
    "flex": _share,
    "margin": _space,
    "position": OneOf(("relative", "absolute")),
    "offsetTop": _offset,
    "offsetBottom": _offset,
    "offsetStart": _offset,
    "offsetEnd": _offset,
}
_LETTERS: Rules = {
    "size": _text_size,
    "color": _color,
    "weight": OneOf(("regular", "bold")),
    "style": OneOf(("normal", "italic")),
    "decoration": OneOf(("none", "underline", "line-through")),
}
COMPONENTS: Mapping[str, Rules] = {
    "box": {
        **_PLACE,
        "layout": OneOf(("horizontal", "vertical", "baseline"), required=True),
        "contents": Items(PARTS_MAX, least=0),
        "backgroundColor": _color,
        "borderColor": _color,
        "borderWidth": Like(forms.BORDER, "none, light to bold, or pixels"),
        "cornerRadius": _space,
        "width": _length,
        "maxWidth": _length,
        "height": _length,
        "maxHeight": _length,
        "spacing": _space,
        "paddingAll": _padding,
        "paddingTop": _padding,
        "paddingBottom": _padding,
        "paddingStart": _padding,
        "paddingEnd": _padding,
        "action": Part(),
        "justifyContent": OneOf(
            ("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly")
        ),
        "alignItems": OneOf(("center", "flex-start", "flex-end")),
        "background": Part(),
    },
    "button": {
        **_PLACE,
        "action": Part(required=True),
        "height": OneOf(("sm", "md")),
        "style": OneOf(("primary", "secondary", "link")),
        "color": _color,
        "gravity": OneOf(_GRAVITY),
        "adjustMode": OneOf(("shrink-to-fit",)),
        "scaling": Flag(),
    },
    "image": {
        **_PLACE,
        "url": Address(),
        "align": OneOf(_ALIGN),
        "gravity": OneOf(_GRAVITY),
        "size": Like(forms.IMAGE_SIZE, "xxs to 5xl, full, pixels or percent"),
        "aspectRatio": _ratio,
        "aspectMode": OneOf(("cover", "fit")),
        "backgroundColor": _color,
        "action": Part(),
        "animated": Flag(),
    },
    "icon": {
        **{name: rule for name, rule in _PLACE.items() if name != "flex"},
        "url": Address(),
        "size": _text_size,
        "aspectRatio": _ratio,
        "scaling": Flag(),
    },
    "text": {
        **_PLACE,
        **_LETTERS,
        "text": Text(5_000, required=False, may_be_empty=True),
        "contents": Items(PARTS_MAX, least=0, required=False),
        "adjustMode": OneOf(("shrink-to-fit",)),
        "align": OneOf(_ALIGN),
        "gravity": OneOf(_GRAVITY),
        "wrap": Flag(),
        "lineSpacing": Like(forms.PIXELS, "pixels such as 10px"),
        "maxLines": Number(0, 100_000, required=False, whole=True),
        "action": Part(),
        "scaling": Flag(),
    },
    "span": {**_LETTERS, "text": Text(5_000)},
    "separator": {"margin": _space, "color": _color},
    "filler": {"flex": _share},
    "video": {
        "url": Address(),
        "previewUrl": Address(),
        "altContent": Part(required=True),
        "aspectRatio": _ratio,
        "action": Part(),
    },
}
_WHOLE: Mapping[str, Rules] = {kind: {"type": KIND, **fields} for kind, fields in COMPONENTS.items()}
_BACKGROUND: Rules = {
    "type": OneOf(("linearGradient",), required=True),
    "angle": Like(forms.ANGLE, "an angle such as 90deg", required=True),
    "startColor": Like(forms.COLOR, "a color", required=True),
    "endColor": Like(forms.COLOR, "a color", required=True),
    "centerColor": _color,
    "centerPosition": Like(forms.PERCENT, "percent"),
}
_STYLE: Rules = {"backgroundColor": _color, "separator": Flag(), "separatorColor": _color}
_BUBBLE: Rules = {
    "type": KIND,
    "size": OneOf(SIZES),
    "direction": OneOf(("ltr", "rtl")),
    "styles": Part(),
    "action": Part(),
    **{block: Part() for block in BLOCKS},
}
_CAROUSEL: Rules = {"type": KIND, "contents": Items(BUBBLES_MAX)}


def check_flex(contents: Any, at: str) -> Problems:
    """Yield what LINE would refuse in the `contents` of a Flex Message."""
    kind = kind_of(contents, ("bubble", "carousel"), at, "the contents of a Flex message")
    if isinstance(kind, Problem):
        yield kind
        return
    if kind == "bubble":
        yield from _bubble(contents, at)
    else:
        yield from _carousel(contents, at)
    if sum(one.get("animated") is True for one in _images(contents, 0)) > ANIMATED_MAX:
        yield Problem(at, f"A message may have {ANIMATED_MAX} animated pictures.")


def _carousel(carousel: Mapping[str, Any], at: str) -> Problems:
    yield from check(carousel, _CAROUSEL, at)
    yield from _size(carousel, CAROUSEL_BYTES_MAX, at)
    bubbles = listed(carousel, "contents")
    if len({str(one.get("size", "mega")) for one in bubbles if isinstance(one, Mapping)}) > 1:
        yield Problem(f"{at}/contents", "All bubbles of a carousel need the same size.")
    for index, bubble in enumerate(bubbles):
        here = f"{at}/contents/{index}"
        yield from _bubble(bubble, here)
        if _has_video(bubble):
            yield Problem(f"{here}/hero", "A video cannot stand in a carousel.")


def _bubble(bubble: Any, at: str) -> Problems:
    if not isinstance(bubble, Mapping) or bubble.get("type") != "bubble":
        yield Problem(f"{at}/type", "Here must stand a bubble.")
        return
    yield from check(bubble, _BUBBLE, at)
    yield from _size(bubble, BUBBLE_BYTES_MAX, at)
    present = [block for block in BLOCKS if bubble.get(block) is not None]
    if not present:
        yield Problem(at, f"A bubble needs one of {', '.join(BLOCKS)}.")
    for block in present:
        yield from _component(bubble[block], IN_HERO if block == "hero" else ("box",), f"{at}/{block}", 0)
    if _has_video(bubble) and bubble.get("size", "mega") not in VIDEO_SIZES:
        yield Problem(f"{at}/hero", f"A video needs a bubble of the size {', '.join(VIDEO_SIZES)}.")
    styles = bubble.get("styles")
    if isinstance(styles, Mapping):
        yield from check(styles, {block: Part() for block in BLOCKS}, f"{at}/styles")
        for block in (one for one in BLOCKS if isinstance(styles.get(one), Mapping)):
            yield from check(styles[block], _STYLE, f"{at}/styles/{block}")
    yield from _tap(bubble, at)


def _component(part: Any, allowed: tuple[str, ...], at: str, depth: int) -> Problems:
    kind = kind_of(part, allowed, at, "a component here")
    if isinstance(kind, Problem) or depth > DEPTH_MAX:
        yield kind if isinstance(kind, Problem) else Problem(at, "This is nested too deeply.")
        return
    yield from check(part, _WHOLE[kind], at)
    yield from _tap(part, at, button=kind == "button")
    yield from _proportions(part, at)
    match kind:
        case "box":
            inside = IN_BASELINE if part.get("layout") == "baseline" else IN_BOX
            for index, child in enumerate(listed(part, "contents")):
                yield from _component(child, inside, f"{at}/contents/{index}", depth + 1)
            if isinstance(part.get("background"), Mapping):
                yield from check(part["background"], _BACKGROUND, f"{at}/background")
        case "text":
            spans = listed(part, "contents")
            for index, span in enumerate(spans):
                yield from _component(span, ("span",), f"{at}/contents/{index}", depth + 1)
            if not spans and not part.get("text"):
                yield Problem(f"{at}/text", "text must be given, or spans as contents.")
        case "video":
            yield from _component(part.get("altContent"), ("box", "image"), f"{at}/altContent", depth + 1)


def _tap(owner: Mapping[str, Any], at: str, *, button: bool = False) -> Problems:
    if owner.get("action") is not None:
        yield from check_action(owner["action"], BUTTON if button else FLEX, f"{at}/action")


def _proportions(part: Mapping[str, Any], at: str) -> Problems:
    ratio = part.get("aspectRatio")
    found = (
        forms.RATIO.fullmatch(ratio) if isinstance(ratio, str) and not isinstance(ratio, Unfilled) else None
    )
    if found and (float(found[1]) == 0 or float(found[2]) > TALLEST * float(found[1])):
        yield Problem(f"{at}/aspectRatio", f"The height may be {TALLEST} times the width.")


def _has_video(bubble: Any) -> bool:
    hero = bubble.get("hero") if isinstance(bubble, Mapping) else None
    return isinstance(hero, Mapping) and hero.get("type") == "video"


def _images(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth > 2 * DEPTH_MAX:
        return
    if isinstance(value, Mapping):
        if value.get("type") == "image":
            yield value
        for inside in value.values():
            yield from _images(inside, depth + 1)
    elif isinstance(value, (list, tuple)):
        for inside in value:
            yield from _images(inside, depth + 1)


def _size(part: Any, longest: int, at: str) -> Problems:
    size = len(msgspec.json.encode(part, enc_hook=str))
    if size > longest:
        yield Problem(at, f"This part may have {longest} bytes, it has {size}.")
