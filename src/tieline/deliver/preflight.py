"""LINE itself is asked whether it would take a message, once for each form of it, before anybody gets it.

Our own checks know what LINE's pages say; LINE knows what LINE does. A form is a message with its texts taken out: what
differs from person to person is not asked anew. Where LINE gives no clear answer the message goes its way, and the call
itself will tell.

Source: https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-push-message
"""

import hashlib
import re
from collections import OrderedDict
from datetime import datetime, timedelta

import msgspec

from tieline.ids import ID_BYTES
from tieline.ports import Transaction
from tieline.ports.refusals import Refusal, RefusalStore, Validator

FORMS_KEPT = 2_000
KNOWN_FOR = timedelta(hours=1)
UNCLEAR_FOR = timedelta(minutes=1)
_VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"(:?)')


class _Detail(msgspec.Struct):
    message: str = ""
    property: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    details: list[_Detail] = []


class Preflight:
    """Asks, and remembers the answers.

    Args:
        line: The LINE platform.
        unit: Transactions of `refusals`: the sender's own.
        refusals: Where refusals are kept.
    """

    def __init__(self, line: Validator, unit: Transaction, refusals: RefusalStore) -> None:
        self._line = line
        self._unit = unit
        self._refusals = refusals
        self._known: OrderedDict[tuple[object, ...], tuple[bool, datetime]] = OrderedDict()

    async def refuses(
        self,
        account: tuple[int, str],
        origin: str,
        step: str,
        kind: str,
        messages: bytes,
        now: datetime,
    ) -> bool:
        """Tell whether LINE would refuse these messages; what it said within the hour is not asked again.

        Args:
            account: Workspace and account it would leave from.
            origin: What sends.
            step: Its step or arm.
            kind: push or multicast.
            messages: The JSON list of message objects for one person.
            now: The present moment.
        """
        key = (account, origin, step, form_of(messages))
        known = self._known.get(key)
        if known is not None and known[1] > now:
            return known[0]
        answer = await self._line.validate(*account, kind, b'{"messages":' + messages + b"}")
        refused = answer.status == 400
        if refused:
            pointer, sentence = _said(answer.body)
            async with self._unit.transaction():
                await self._refusals.refused(Refusal(*account, origin, step, pointer, sentence), now)
        clear = refused or answer.status == 200
        self._known[key] = (refused, now + (KNOWN_FOR if clear and not refused else UNCLEAR_FOR))
        self._known.move_to_end(key)
        while len(self._known) > FORMS_KEPT:
            self._known.popitem(last=False)
        return refused


def form_of(messages: bytes) -> bytes:
    """Return 16 bytes that are the same for messages that differ in their texts alone."""
    bare = _VALUE.sub(lambda found: found.group(0) if found.group(1) else b'""', messages)
    return hashlib.blake2b(bare, digest_size=ID_BYTES).digest()


def _said(body: bytes) -> tuple[str, str]:
    """Return LINE's path and sentence."""
    try:
        error = msgspec.json.decode(body, type=_Error)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return "", ""
    first = error.details[0] if error.details else _Detail(error.message)
    return first.property, first.message or error.message
