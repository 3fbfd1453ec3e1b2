"""Rich menus: where they are kept, and LINE as far as they need it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from tieline.model.menu import Menu
from tieline.model.send import Answer

Account = tuple[int, str]


class Change(NamedTuple):
    """A friend who should see another menu. `line_id`: None takes their own menu away."""

    line_user: str
    line_id: str | None


class Gone(NamedTuple):
    """A menu at LINE that nobody should see any more. `alias`: what still leads to it, or ""."""

    line_id: str
    alias: str


class MenuStore(Protocol):
    """Menus, and which menu each friend was given."""

    async def drawn(self) -> dict[Account, list[Menu]]:
        """Return every menu by account."""
        ...

    async def image(self, menu: Menu) -> tuple[bytes, str]:
        """Return the picture of a menu and its media type."""
        ...

    async def published(self, menu: Menu, line_id: str, at: datetime) -> None:
        """Note that this content stands at LINE; what stood there before is gone."""
        ...

    async def troubled(self, menu: Menu, problem: str) -> None:
        """Note why LINE did not take a menu."""
        ...

    async def due(self, workspace_id: int, most: int) -> list[bytes]:
        """Take the profiles whose membership changed, in the caller's transaction."""
        ...

    async def changes(
        self, account: Account, menus: Sequence[Menu], profiles: Sequence[bytes] | None, most: int
    ) -> list[Change]:
        """Return friends who should see another menu than they were given.

        Args:
            account: Whose friends.
            menus: Menus in use, in the order in which their rules are asked.
            profiles: Only these people; everybody if it is None.
            most: How many at most.
        """
        ...

    async def given(self, account: Account, changes: Sequence[Change], at: datetime) -> None:
        """Note what friends were given."""
        ...

    async def forget_strangers(self, account: Account) -> int:
        """Forget what those were given who are no friends now; return how many."""
        ...

    async def gone(self, account: Account, most: int) -> list[Gone]:
        """Return menus to be deleted at LINE, to which no friend is linked any more."""
        ...

    async def deleted(self, account: Account, line_id: str) -> None:
        """Forget a menu that LINE deleted."""
        ...


class MenuApi(Protocol):
    """LINE as far as rich menus need it. An HTTP status and a broken line are answers, never exceptions."""

    async def call(
        self,
        workspace_id: int,
        account: str,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        content_type: str = "application/json",
        data: bool = False,
    ) -> Answer:
        """Make one call; with `data`, to the address for large content."""
        ...
