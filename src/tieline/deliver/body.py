"""Message templates and one person become the bytes that LINE gets."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tieline.deliver import limits, links
from tieline.deliver.liquid import RenderError
from tieline.deliver.render import compiled
from tieline.ids import Ids

BIND = "tieline:bind"
"""Where the link `{{ links.bind }}` leads: to account binding, with a link token made when it is tapped."""


class LimitError(Exception):
    """A filled message that LINE would refuse."""


class Bodies:
    """Fills messages.

    Args:
        ids: Makes the tokens of counted links.
        public_url: Where people's phones reach this Tieline.
    """

    def __init__(self, ids: Ids, public_url: str) -> None:
        self._ids = ids
        self._public_url = public_url.rstrip("/")

    def alike(self, templates: Sequence[Mapping[str, Any]], *, counted: bool) -> bytes | None:
        """Return the JSON list of messages if everybody gets the same, else None.

        A link that is counted has a name of its own for everybody.
        """
        made = compiled(templates)
        if not made.plain:
            return None
        messages = made.fill({})
        if counted and links.track(messages, self._public_url, str).urls:
            return None
        return None if next(limits.problems(messages), None) else msgspec.json.encode(messages)

    def fill(
        self,
        templates: Sequence[Mapping[str, Any]],
        context: Mapping[str, Any],
        traits: Mapping[str, Any],
        *,
        counted: bool,
    ) -> tuple[bytes, dict[str, str]]:
        """Return the JSON list of messages, and where its links lead by token.

        Args:
            templates: LINE message objects, Liquid in their leaves.
            context: What the templates may read beside the profile.
            traits: The profile.
            counted: Whether it is counted who opens the links.

        Raises:
            RenderError: They cannot be filled for this person.
            LimitError: LINE would refuse what they become.
        """
        bind = self._ids.token()
        told = {**context, "profile": traits, "links": {"bind": f"{self._public_url}/b/{bind}"}}
        messages = compiled(templates).fill(told)
        if next(limits.problems(messages), None):
            raise LimitError
        urls: dict[str, str] = {}
        if counted:
            messages, urls = links.track(messages, self._public_url, self._ids.token)
        try:
            body = msgspec.json.encode(messages)
        except UnicodeEncodeError as error:
            raise RenderError("A value holds half of a surrogate pair.") from error
        if bind.encode() in body:
            urls[bind] = BIND
        return body, urls
