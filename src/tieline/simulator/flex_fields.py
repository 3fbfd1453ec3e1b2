"""The properties of Flex components and what they may be.

Source: https://developers.line.biz/en/reference/messaging-api/#flex-message-elements
"""

import re
from collections.abc import Mapping

from tieline.simulator.field_rules import Json, Problems, problem, word

Rule = re.Pattern[str] | tuple[str, ...] | type
WORDS = r"none|xs|sm|md|lg|xl|xxl"
PIXELS = r"\d+(\.\d+)?px"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?")
SPACE = re.compile(rf"{WORDS}|{PIXELS}")
PLACE = re.compile(rf"{WORDS}|{PIXELS}|\d+(\.\d+)?%")
OFFSET = re.compile(rf"{WORDS}|-?\d+(\.\d+)?px|-?\d+(\.\d+)?%")
LENGTH = re.compile(rf"{PIXELS}|\d+(\.\d+)?%")
LETTERS = re.compile(rf"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|{PIXELS}")
PICTURE = re.compile(rf"xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full|{PIXELS}|\d+(\.\d+)?%")
BORDER = re.compile(rf"none|light|normal|medium|semi-bold|bold|{PIXELS}")
RATIO = re.compile(r"([1-9]\d{0,4}(?:\.\d+)?):([1-9]\d{0,4}(?:\.\d+)?)")
ANGLE = re.compile(r"\d+(\.\d+)?deg")
PERCENT = re.compile(r"\d+(\.\d+)?%")
ALIGN, GRAVITY = ("start", "end", "center"), ("top", "bottom", "center")
ALONG = ("center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly")
TALLEST = 3  # heights of a width

STANDING: Mapping[str, Rule] = {
    "flex": int,
    "margin": SPACE,
    "position": ("relative", "absolute"),
    "offsetTop": OFFSET,
    "offsetBottom": OFFSET,
    "offsetStart": OFFSET,
    "offsetEnd": OFFSET,
}
DRESS: Mapping[str, Rule] = {
    "size": LETTERS,
    "color": COLOUR,
    "weight": ("regular", "bold"),
    "style": ("normal", "italic"),
    "decoration": ("none", "underline", "line-through"),
}
FIELDS: Mapping[str, Mapping[str, Rule]] = {
    "box": {
        **STANDING,
        **dict.fromkeys(("backgroundColor", "borderColor"), COLOUR),
        **dict.fromkeys(("paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"), PLACE),
        **dict.fromkeys(("width", "maxWidth", "height", "maxHeight"), LENGTH),
        **dict.fromkeys(("spacing", "cornerRadius"), SPACE),
        "borderWidth": BORDER,
        "justifyContent": ALONG,
        "alignItems": ("center", "flex-start", "flex-end"),
    },
    "button": {
        **STANDING,
        "height": ("sm", "md"),
        "style": ("primary", "secondary", "link"),
        "color": COLOUR,
        "gravity": GRAVITY,
        "adjustMode": ("shrink-to-fit",),
    },
    "image": {
        **STANDING,
        "align": ALIGN,
        "gravity": GRAVITY,
        "size": PICTURE,
        "aspectRatio": RATIO,
        "aspectMode": ("cover", "fit"),
        "backgroundColor": COLOUR,
        "animated": bool,
    },
    "icon": {**STANDING, "size": LETTERS, "aspectRatio": RATIO},
    "text": {
        **STANDING,
        **DRESS,
        "align": ALIGN,
        "gravity": GRAVITY,
        "wrap": bool,
        "maxLines": int,
        "lineSpacing": re.compile(PIXELS),
        "adjustMode": ("shrink-to-fit",),
    },
    "span": DRESS,
    "separator": {"margin": SPACE, "color": COLOUR},
    "video": {"aspectRatio": RATIO},
    "filler": {"flex": int},
    "linearGradient": {
        "angle": ANGLE,
        "startColor": COLOUR,
        "endColor": COLOUR,
        "centerColor": COLOUR,
        "centerPosition": PERCENT,
    },
}


def check_fields(part: Json, path: str) -> Problems:
    """Check every known property of a component."""
    for name, rule in FIELDS.get(word(part, "type"), {}).items():
        value = part.get(name)
        if value is None:
            continue
        if isinstance(rule, tuple):
            if value not in rule:
                yield problem(f"must be one of [{', '.join(rule)}]", f"{path}/{name}")
        elif isinstance(rule, re.Pattern):
            if not isinstance(value, str) or not rule.fullmatch(value):
                yield problem("invalid property", f"{path}/{name}")
            elif rule is RATIO and name == "aspectRatio":
                yield from _height(value, f"{path}/{name}")
        elif rule is int and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            yield problem("must be 0 or more", f"{path}/{name}")
        elif rule is bool and not isinstance(value, bool):
            yield problem("must be boolean", f"{path}/{name}")


def _height(ratio: str, path: str) -> Problems:
    width, height = (float(part) for part in ratio.split(":"))
    if height > TALLEST * width:
        yield problem("the height must not be more than three times the width", path)
