"""LINE's notification messages: to a telephone number that LINE knows, without friendship, without a retry key.

LINE says yes to a call before it knows whether anybody will see the message, and tells of the delivery by a webhook that
carries our tag. A call of which nobody knows is therefore never made again: it stays parked until that webhook comes.

Source: https://developers.line.biz/en/reference/line-notification-messages/
"""

import hashlib
from typing import Protocol

import msgspec

from tieline.deliver import protocol
from tieline.deliver.protocol import Meaning
from tieline.model.outreach import Carried, Carrying, Channel
from tieline.model.send import Answer

FORBIDDEN = frozenset({"image", "video", "audio", "imagemap"})
"""Kinds of messages that LINE does not let go by telephone number."""
NOWHERE = 422
"""LINE's word for a number that nobody has, or whose owner said no: which of them is not told, and nothing is kept of it."""


class NotifyApi(Protocol):
    """What is needed of LINE."""

    async def ready(self, workspace_id: int, account: str) -> None:
        """Have a token at hand."""
        ...

    async def notify(self, workspace_id: int, account: str, body: bytes, tag: str) -> Answer:
        """Send to the hash of a telephone number."""
        ...


class PhoneNotice:
    """Carrier of kind line_phone.

    Args:
        line: The LINE platform.
    """

    def __init__(self, line: NotifyApi) -> None:
        self._line = line

    def again_is_safe(self, channel: Channel) -> bool:
        """Tell that LINE takes a repetition for a second message."""
        del channel
        return False

    async def ready(self, channel: Channel) -> None:
        """Have a token at hand, so that behind the gate only the message itself is left."""
        await self._line.ready(channel.workspace_id, str(channel.settings["account"]))

    async def carry(self, channel: Channel, message: Carrying) -> Carried:
        """Make one call, under a tag that is always the same for one message."""
        body = msgspec.json.encode({"to": hashed(message.address), "messages": message.content["messages"]})
        account = str(channel.settings["account"])
        answer = await self._line.notify(channel.workspace_id, account, body, message.send_id.hex())
        return read(answer)


def hashed(phone: str) -> str:
    """Return how LINE wants a telephone number named: SHA-256 of E.164 with its plus, in hex."""
    return hashlib.sha256(phone.encode()).hexdigest()


def read(answer: Answer) -> Carried:
    """Return what LINE's answer says about a message."""
    meaning = protocol.classify(answer)
    if meaning is Meaning.ACCEPTED:
        return Carried("accepted", reference=answer.request_id)
    if meaning is Meaning.UNKNOWN:
        return Carried("doubt", protocol.problem(answer))
    if meaning is Meaning.REFUSED:
        return Carried("failed", "not_reached" if answer.status == NOWHERE else protocol.problem(answer))
    return Carried("again", protocol.problem(answer))
