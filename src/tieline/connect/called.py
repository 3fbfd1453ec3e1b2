"""SMS and webhooks by HTTP: signed, under an id that is always the same for one message."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tieline.connect.outgoing import Outcome, OutgoingCaller
from tieline.connect.sync import signed
from tieline.model.outreach import Carried, Carrying, Channel

NEVER_LEFT = frozenset({"no_address", "ConnectError", "ConnectTimeout", "PoolTimeout"})
REFUSED = frozenset({"http_408", "http_429"})
Open = Callable[[Channel], str]
Now = Callable[[], datetime]


class Called:
    """Carrier of kinds sms and webhook.

    A POST of `{"id", "to", "text"}` (SMS) or `{"id", "person", "body"}` (webhook) to `settings.url`, with the headers
    `webhook-id`, `webhook-timestamp`, `webhook-signature` (HMAC-SHA256 of id, time and body, as Standard Webhooks have it)
    and `Idempotency-Key`. 2xx takes the message; 408 and 429 ask to come again; other 4xx refuse it for good. After
    anything else nobody knows: a webhook is called again under the same id; an SMS only where `settings.idempotent` says
    that the provider takes one id once.

    Args:
        caller: Posts, and never to private addresses.
        secret: Opens the secret that signs.
        now: Tells the time of the signature.
    """

    def __init__(self, caller: OutgoingCaller, secret: Open, now: Now) -> None:
        self._caller = caller
        self._secret = secret
        self._now = now

    def again_is_safe(self, channel: Channel) -> bool:
        """Tell whether the other side takes one id once."""
        return channel.kind == "webhook" or channel.settings.get("idempotent") is True

    async def ready(self, channel: Channel) -> None:
        """Nothing has to be waited for."""

    async def carry(self, channel: Channel, message: Carrying) -> Carried:
        """Make one call."""
        name = message.send_id.hex()
        body: dict[str, Any] = {"id": name}
        if channel.kind == "sms":
            body |= {"to": message.address, "text": message.content["text"]}
        else:
            body |= {"person": message.person.hex(), "body": message.content["body"]}
        headers = {**signed(self._secret(channel), name, self._now(), body), "Idempotency-Key": name}
        return read(await self._caller.post(str(channel.settings["url"]), body, headers))


def read(outcome: Outcome) -> Carried:
    """Return what an answer by HTTP says about a message."""
    if outcome.ok:
        return Carried("accepted")
    if outcome.reason in NEVER_LEFT or outcome.reason in REFUSED:
        return Carried("again", outcome.reason)
    if not outcome.again:
        return Carried("failed", outcome.reason)
    return Carried("doubt", outcome.reason)
