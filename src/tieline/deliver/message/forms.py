"""The forms that texts of the layout language take. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

import re

_STEPS = "none|xs|sm|md|lg|xl|xxl"
_PX = r"\d+(?:\.\d+)?px"
_PERCENT = r"\d+(?:\.\d+)?%"
_BIG = "xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl"
COLOR = re.compile(r"#(?:[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})")
SPACE = re.compile(rf"(?:{_STEPS}|{_PX})")
OFFSET = re.compile(rf"(?:{_STEPS}|-?{_PX}|-?{_PERCENT})")
PADDING = re.compile(rf"(?:{_STEPS}|{_PX}|{_PERCENT})")
LENGTH = re.compile(rf"(?:{_PX}|{_PERCENT})")
PIXELS = re.compile(_PX)
BORDER = re.compile(rf"(?:none|light|normal|medium|semi-bold|bold|{_PX})")
TEXT_SIZE = re.compile(rf"(?:{_BIG}|{_PX})")
IMAGE_SIZE = re.compile(rf"(?:{_BIG}|full|{_PX}|{_PERCENT})")
RATIO = re.compile(r"(\d{1,6}(?:\.\d+)?):(\d{1,6}(?:\.\d+)?)")
ANGLE = re.compile(r"(?:[0-9]|[1-9]\d|[12]\d\d|3[0-5]\d)(?:\.\d+)?deg")
PERCENT = re.compile(_PERCENT)
