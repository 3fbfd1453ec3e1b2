"""The rich menus of one account: what exists, what it is called, and who sees which.

Source: https://developers.line.biz/en/docs/messaging-api/rich-menus-overview/
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tieline.simulator.columns import RowSet


class MenuImage(msgspec.Struct, frozen=True):
    """The picture of a menu; it is never replaced."""

    media_type: str
    body: bytes


@dataclass(slots=True)
class Menu:
    """One rich menu."""

    rich_menu_id: str
    content: dict[str, Any]
    image: MenuImage | None = None


@dataclass(slots=True)
class Batch:
    """A batch of links; done when its moment has come."""

    accepted_at: datetime
    phase: str = "ongoing"
    completed_at: datetime | None = None


@dataclass(slots=True)
class MenuBook:
    """Menus, aliases, the default and the links of single people, by row.

    Attributes:
        seen: Who saw a menu, per menu and day.
        taps: Taps and tappers per menu, day and area.
        by_resume_key: Batches by the key under which they can be sent again.
        version: Counts every change, for those who watch a phone.
    """

    menus: dict[str, Menu] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    links: dict[int, str] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    by_resume_key: dict[str, str] = field(default_factory=dict)
    seen: dict[tuple[str, str], RowSet] = field(default_factory=dict)
    impressions: Counter[tuple[str, str]] = field(default_factory=Counter)
    taps: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    tappers: dict[tuple[str, str, int], RowSet] = field(default_factory=dict)
    version: int = 0

    def shown_to(self, row: int, *, friend: bool) -> Menu | None:
        """Return the menu that a person sees: their own before the default; others than friends see the default."""
        own = self.links.get(row) if friend else None
        return self.menus.get(own or "") or self.menus.get(self.default or "")

    def link(self, row: int, rich_menu_id: str | None) -> None:
        """Give a person a menu of their own, or take it away."""
        if rich_menu_id is None:
            self.links.pop(row, None)
        else:
            self.links[row] = rich_menu_id
        self.version += 1
