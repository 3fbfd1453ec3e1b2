"""Where friends come from."""

from datetime import datetime
from typing import NamedTuple, Protocol


class Credit(NamedTuple):
    """To which source somebody is credited.

    Attributes:
        is_new: Whether they became a friend by it.
        is_first: Whether this is their first source; only the first counts.
    """

    source: str
    store: str
    staff: str
    tags: tuple[str, ...]
    is_new: bool
    is_first: bool


class Joins(Protocol):
    """Join sources, as the reader of webhooks needs them."""

    async def followed(self, workspace_id: int, account: str, line_user: str, at: datetime) -> None:
        """Note that somebody became a friend."""
        ...

    async def credit(
        self,
        workspace_id: int,
        account: str,
        code: str,
        line_user: str,
        at: datetime,
        *,
        is_new: bool = False,
    ) -> Credit | None:
        """Credit somebody to the source of `code`; None if there is no such source."""
        ...
