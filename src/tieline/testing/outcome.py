"""What is known of a run when it is over."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from tieline.simulator.account import Account
from tieline.testing import scenario
from tieline.testing.record import Record
from tieline.testing.replay import Picture
from tieline.testing.stores import Stores


@dataclass(frozen=True)
class Outcome:
    """A finished run.

    Attributes:
        now: What time the installation believes it is.
        clock_set_back: Whether the installation lived some time twice. Then what is later by its clock may have come
            earlier: an order dated too late may have been in time.
        drained: Whether everything came to rest after the faults had ended.
        errors: Failures of steps that no fault explains.
        ours: Picture of the stores.
        theirs: Picture of what a fresh installation made of the same log in another order.
    """

    stores: Stores
    record: Record
    account: Account
    now: datetime
    clock_set_back: bool
    drained: bool
    errors: list[str]
    ours: Picture
    theirs: Picture

    def deliveries(self) -> Iterator[tuple[str, bytes]]:
        """Yield (LINE user, messages) of everything that came onto a phone."""
        for friend in self.account.friends.values():
            for shown in friend.deliveries():
                yield friend.user_id, canonical(shown.messages)

    def history(self, *names: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        """Yield the rows of history with these names, each with its properties."""
        for row in self.stores.history.events(scenario.WORKSPACE):
            if row["event"] in names:
                yield row, msgspec.json.decode(row["properties"])


def canonical(messages: bytes) -> bytes:
    """Return the one spelling of a JSON list of messages."""
    return msgspec.json.encode(msgspec.json.decode(messages), order="deterministic")
