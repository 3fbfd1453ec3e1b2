"""What people send besides text: images, videos, sound and files, fetched from the data host.

Source: https://developers.line.biz/en/reference/messaging-api/#get-content
"""

from datetime import datetime

import msgspec

from tieline.simulator.wire import Refused, SimResponse, as_json


class Content(msgspec.Struct, frozen=True):
    """Bytes of a message; large videos are ready some time after the webhook. `gone` was taken back."""

    media_type: str
    body: bytes
    ready_at: datetime
    preview: bytes = b""
    gone: bool = False


def of_message(contents: dict[str, Content], message_id: str, now: datetime, *, preview: bool) -> SimResponse:
    """Return the bytes: 202 while they are prepared, 404 unknown, 410 taken back."""
    content = _known(contents, message_id)
    if now < content.ready_at:
        return as_json({}, status=202)
    body = content.preview or content.body if preview else content.body
    return SimResponse(200, body, {"content-type": content.media_type})


def transcoding(contents: dict[str, Content], message_id: str, now: datetime) -> SimResponse:
    """Return whether a video or sound is ready."""
    content = _known(contents, message_id)
    return as_json({"status": "succeeded" if now >= content.ready_at else "processing"})


def _known(contents: dict[str, Content], message_id: str) -> Content:
    content = contents.get(message_id)
    if content is None:
        raise Refused(404, "Not found")
    if content.gone:
        raise Refused(410, "The message content has been unsent")
    return content
