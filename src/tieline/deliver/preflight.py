"""LINE itself is asked whether it would take a message, once for each form of it, before anybody gets it.

Our own checks know what LINE's pages say; LINE knows what LINE does. A form is a message with its texts taken out: what
differs from person to person is not asked anew. Where LINE gives no clear answer the message goes its way, and the call
itself will tell.

Source: https://developers.line.biz/en/reference/messaging-api/#validate-message-objects-of-push-message
"""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tieline.deliver.pace import Account
from tieline.ids import ID_BYTES
from tieline.model.send import Answer
from tieline.ports.refusals import Refusal, RefusalStore, Validator

FORMS_KEPT = 2_000
KNOWN_FOR = timedelta(hours=1)
UNCLEAR_FOR = timedelta(minutes=1)
QUESTIONS_MAX = 8
"""Questions at the same time; what comes while there are so many is asked when one is answered."""
_VALUE = re.compile(rb'"(?:[^"\\]|\\.)*"(:?)')


class _Detail(msgspec.Struct):
    message: str = ""
    property: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    details: list[_Detail] = []


class _Form(NamedTuple):
    """What is asked about once: an account, an origin, its step, and the message without its texts."""

    account: Account
    origin: str
    step: str
    bare: bytes


class Preflight:
    """Asks beside the sending loop, and remembers the answers; nobody waits for LINE but what is asked about.

    Args:
        line: The LINE platform.
        refusals: Where refusals are kept.

    Attributes:
        answers: How many questions have come to an end.
    """

    def __init__(self, line: Validator, refusals: RefusalStore) -> None:
        self._line = line
        self._refusals = refusals
        self._known: OrderedDict[_Form, tuple[bool, datetime]] = OrderedDict()
        self._questions: dict[_Form, asyncio.Task[Answer]] = {}
        self.answers = 0

    @property
    def questions(self) -> Sequence[asyncio.Future[Answer]]:
        """The questions that LINE has not answered yet."""
        return list(self._questions.values())

    @property
    def asking(self) -> frozenset[Account]:
        """The accounts of which something is asked."""
        return frozenset(form.account for form in self._questions)

    def refuses(
        self,
        account: Account,
        origin: str,
        step: str,
        kind: str,
        messages: bytes,
        now: datetime,
    ) -> bool | None:
        """Tell whether LINE would refuse these messages; None while it is asked, which begins here.

        What it said within the hour is not asked again.

        Args:
            account: Workspace and account it would leave from.
            origin: What sends.
            step: Its step or arm.
            kind: push or multicast.
            messages: The JSON list of message objects for one person.
            now: The present moment.
        """
        form = _Form(account, origin, step, form_of(messages))
        known = self._known.get(form)
        if known is not None and known[1] > now:
            return known[0]
        if form not in self._questions and len(self._questions) < QUESTIONS_MAX:
            asked = self._line.validate(*account, kind, b'{"messages":' + messages + b"}")
            self._questions[form] = asyncio.create_task(asked)
        return None

    async def hear(self, now: datetime) -> None:
        """Take what LINE has answered, in the caller's transaction."""
        answered = [(form, question) for form, question in self._questions.items() if question.done()]
        for form, question in answered:
            answer = Answer(0) if question.cancelled() or question.exception() else question.result()
            refused = answer.status == 400
            if refused:
                pointer, sentence = _said(answer.body)
                refusal = Refusal(*form.account, form.origin, form.step, pointer, sentence)
                await self._refusals.refused(refusal, now)
            known_for = KNOWN_FOR if answer.status == 200 else UNCLEAR_FOR
            self._known[form] = (refused, now + known_for)
            self._known.move_to_end(form)
            del self._questions[form]
        self.answers += len(answered)
        while len(self._known) > FORMS_KEPT:
            self._known.popitem(last=False)

    async def close(self) -> None:
        """Wait for no more answers."""
        questions = list(self._questions.values())
        self._questions.clear()
        for question in questions:
            question.cancel()
        await asyncio.gather(*questions, return_exceptions=True)


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
