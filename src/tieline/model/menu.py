"""Rich menus as the brand drew them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

WISH = "rich_menu:"
"""Stands before the key of an account, in the name of the trait that says which menu a journey gave a person there."""


def wish_of(account: str) -> str:
    """Return the trait that holds which menu of an account a journey gave a person, null or missing for none."""
    return f"{WISH}{account}"


class Menu(msgspec.Struct, frozen=True):
    """One rich menu of one account.

    Attributes:
        key: The brand's name for it, and the alias by which other menus switch to it.
        definition: LINE's rich menu object.
        rank: Where two fit, the lower one is seen.
        is_default: Seen by whoever no rule fits.
        segment: Only members see it.
        tag: Only who has this tag sees it.
        bound: Only friends whose account is bound (or is not) see it.
        by_rule: False for a tab, which is reached from another menu alone.
        line_id: LINE's name for what stands there, or None.
    """

    workspace_id: int
    account: str
    key: str
    name: str
    definition: Mapping[str, Any]
    has_image: bool
    content_hash: str
    rank: int
    is_default: bool
    segment: str | None
    tag: str | None
    bound: bool | None
    by_rule: bool
    starts_at: datetime | None
    ends_at: datetime | None
    line_id: str | None
    line_hash: str | None
    problem: str
    updated_at: datetime
