"""Imagemaps: one picture with places to tap. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#imagemap-message
"""

from collections.abc import Mapping
from typing import Any

from tieline.deliver.message.action import KIND
from tieline.deliver.message.field import (
    Address,
    Number,
    Part,
    Problem,
    Problems,
    Rules,
    Text,
    check,
    kind_of,
    listed,
    optional,
)

WIDTH = 1_040
_AREA: Rules = {
    name: Number(least, 100_000, whole=True)
    for name, least in (("x", 0), ("y", 0), ("width", 1), ("height", 1))
}
ACTIONS: Mapping[str, Rules] = {
    "uri": {"linkUri": Address()},
    "message": {"text": Text(400)},
    "clipboard": {"clipboardText": Text(1_000)},
}
_VIDEO: Rules = {
    "originalContentUrl": Address(),
    "previewImageUrl": Address(),
    "area": Part(required=True),
    "externalLink": Part(),
}


def check_imagemap(message: Mapping[str, Any], at: str) -> Problems:
    """Yield what LINE would refuse in an imagemap beside its plain fields."""
    size = message.get("baseSize")
    height = Number(1, 100_000, whole=True)
    if isinstance(size, Mapping):
        yield from check(
            size, {"width": Number(WIDTH, WIDTH, whole=True), "height": height}, f"{at}/baseSize"
        )
    for index, action in enumerate(listed(message, "actions")):
        yield from _action(action, f"{at}/actions/{index}")
    video = message.get("video")
    if isinstance(video, Mapping):
        yield from check(video, _VIDEO, f"{at}/video")
        yield from check(video.get("area"), _AREA, f"{at}/video/area")
        if isinstance(video.get("externalLink"), Mapping):
            rules: Rules = {"linkUri": Address(), "label": Text(30)}
            yield from check(video["externalLink"], rules, f"{at}/video/externalLink")


def _action(action: Any, at: str) -> Problems:
    kind = kind_of(action, ACTIONS, at, "an action of an imagemap")
    if isinstance(kind, Problem):
        yield kind
        return
    yield from check(
        action, {"type": KIND, "label": optional(100), "area": Part(required=True), **ACTIONS[kind]}, at
    )
    if isinstance(action.get("area"), Mapping):
        yield from check(action["area"], _AREA, f"{at}/area")
