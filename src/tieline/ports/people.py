"""Who is who, and what is known about them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from tieline.model.identity import Assertion, Link, Moved, Node, Placed
from tieline.model.profile import ConsentEvent, Fact


class Zones(NamedTuple):
    """Everything that could touch some nodes.

    Attributes:
        placed: The nodes of whole zones.
        assertions: The decisions about any of them.
        aged_at: Up to when links have aged; None: never yet.
    """

    placed: Sequence[Placed]
    assertions: Sequence[Assertion]
    aged_at: datetime | None = None


class Turn(NamedTuple):
    """The right to change who is who in a workspace, until the transaction ends.

    Attributes:
        last: The turn before this one that was not rolled back, maybe in the same transaction; 0: there was none.
        now: This one. No number ever comes again, not even that of a turn that was rolled back.
    """

    last: int
    now: int


class IdentityStore(Protocol):
    """Identifier nodes, links and decisions. Whoever changes any of these has taken the lock before."""

    async def epochs(self) -> Mapping[int, datetime]:
        """Return up to when links have aged, by workspace."""
        ...

    async def age(self, workspace_id: int, to_at: datetime) -> None:
        """Note up to when links have aged."""
        ...

    async def last_seen_between(
        self, workspace_id: int, since_at: datetime | None, before_at: datetime
    ) -> set[bytes]:
        """Return the ends of links that were seen last within these times."""
        ...

    async def lock(self, workspace_id: int) -> Turn:
        """Be the only one who changes identities of this workspace until the transaction ends; take several in order."""
        ...

    async def zones(self, workspace_id: int, node_ids: Sequence[bytes]) -> Zones:
        """Load the whole zones of `node_ids`; unknown ids are left out, decisions about them are not."""
        ...

    async def links(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link whose `a` is one of `node_ids`."""
        ...

    async def touching(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link of which an end is one of `node_ids`."""
        ...

    async def nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Placed]:
        """Load nodes without their zones; unknown ids are left out."""
        ...

    async def assertions(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Assertion]:
        """Load every decision about one of `node_ids`."""
        ...

    async def add(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes that were not there when the lock was taken, and links that end in one of them."""
        ...

    async def save(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes or give them another place; of links keep the earliest first and latest last time."""
        ...

    async def touch(self, workspace_id: int, links: Sequence[Link]) -> None:
        """Move `last_at` of known links forward."""
        ...

    async def record(self, moves: Sequence[Moved], cause: str, at: datetime) -> None:
        """Write changes of profile to the audit trail; arrivals of new nodes are left out."""
        ...

    async def add_assertion(self, workspace_id: int, assertion: Assertion) -> int:
        """Store a decision and return its id."""
        ...

    async def revoke_assertion(
        self, workspace_id: int, assertion_id: int, author: str, at: datetime
    ) -> Assertion:
        """Take a decision back and return it; once is enough. Raises NotFoundError."""
        ...


class ProfileFacts(NamedTuple):
    """All that is stored about some profiles, by profile id."""

    nodes: Mapping[bytes, Sequence[Node]]
    facts: Mapping[bytes, Sequence[Fact]]
    consents: Mapping[bytes, Sequence[ConsentEvent]]


class FactStore(Protocol):
    """Traits, tags, friendships and consents of identifier nodes."""

    async def save_facts(self, workspace_id: int, facts: Sequence[Fact]) -> None:
        """Keep the latest word per node, name and source."""
        ...

    async def save_consents(self, workspace_id: int, events: Sequence[ConsentEvent]) -> None:
        """Append to the consent ledger; the same event counts once."""
        ...

    async def load(self, workspace_id: int, profile_ids: Sequence[bytes]) -> ProfileFacts:
        """Load nodes, facts and consents of profiles as they stand now."""
        ...


class WordStore(Protocol):
    """The words under which people are found."""

    async def renew(self, workspace_id: int, words: Mapping[bytes, frozenset[str]]) -> None:
        """Keep exactly these words of these profiles; none means that they are found no more."""
        ...

    async def beginning_with(self, workspace_id: int, beginning: str, most: int) -> Sequence[bytes]:
        """Return people with a word that begins so, whose word is nearest first; looks at `most` words at most."""
        ...
