"""The people whom one account knows, in columns: what they are to it, and when they last spoke."""

from array import array
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import compress, count

from tieline.simulator.people import People
from tieline.simulator.screens import Delivered, Entry, Screens

STRANGER_LIFE = timedelta(days=7)  # how long a person who wrote without adding the account can be written to


class FriendState(StrEnum):
    """What a person is to an account."""

    FRIEND = "friend"
    BLOCKED = "blocked"
    STRANGER = "stranger"


STATES = (None, FriendState.FRIEND, FriendState.BLOCKED, FriendState.STRANGER)
UNKNOWN, FRIEND, BLOCKED, STRANGER = range(4)
CODES = {FriendState.FRIEND: FRIEND, FriendState.BLOCKED: BLOCKED, FriendState.STRANGER: STRANGER}


class Friend:
    """A person as one account knows them: a view of the row, made when asked for."""

    __slots__ = ("_book", "row")

    def __init__(self, book: "FriendBook", row: int) -> None:
        self._book = book
        self.row = row

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Friend) and (self._book, self.row) == (other._book, other.row)

    def __hash__(self) -> int:
        return hash((id(self._book), self.row))

    @property
    def user_id(self) -> str:
        """The LINE user id."""
        return self._book.people.user_id(self.row)

    @property
    def display_name(self) -> str:
        """What the person calls themselves."""
        return self._book.people.name(self.row)

    @property
    def state(self) -> FriendState:
        """What the person is to the account."""
        return STATES[self._book.states[self.row]] or FriendState.STRANGER

    @state.setter
    def state(self, state: FriendState) -> None:
        self._book.change(self.row, CODES[state])

    @property
    def spoke_at(self) -> datetime | None:
        """When the person last wrote or pressed something."""
        seconds = self._book.spoke[self.row]
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    @spoke_at.setter
    def spoke_at(self, at: datetime) -> None:
        self._book.spoke[self.row] = at.timestamp()

    @property
    def screen(self) -> list[Entry]:
        """What stands on the phone, oldest first."""
        return self._book.screens.of(self.row)

    def reachable(self, now: datetime) -> bool:
        """Tell whether a message would reach this person."""
        return self._book.reaches(self.row, now)

    def deliveries(self) -> list[Delivered]:
        """Return what is still on the screen of what was sent, oldest first."""
        return [entry for entry in self.screen if isinstance(entry, Delivered)]

    def show(self, entry: Entry) -> None:
        """Put an entry on the screen."""
        self._book.screens.show([self.row], entry)
        self._book.touch(self.row)

    def take_back(self, message_id: str) -> None:
        """Remove what this person said."""
        self._book.screens.take_back(self.row, message_id)
        self._book.touch(self.row)


class FriendBook(Mapping[str, Friend]):
    """Everyone an account knows, by LINE user id.

    Attributes:
        states: One byte per person of the provider: unknown, friend, blocked or stranger.
        spoke: Seconds since 1970 of the last word; 0 is never.
        followed: How often people became friends for the first time; never goes down.
        versions: Counts what changed on a screen, for those who watch one.
    """

    def __init__(self, people: People, screen_length: int) -> None:
        self.people = people
        self.screens = Screens(screen_length)
        self.states = bytearray()
        self.spoke = array("d")
        self.followed = 0
        self.versions: dict[int, int] = {}
        self._tally = [0, 0, 0, 0]

    def __getitem__(self, user_id: str) -> Friend:
        row = self.row(user_id)
        if row < 0:
            raise KeyError(user_id)
        return Friend(self, row)

    def __iter__(self) -> Iterator[str]:
        return (self.people.user_id(row) for row in self.rows())

    def __len__(self) -> int:
        return self._tally[FRIEND] + self._tally[BLOCKED] + self._tally[STRANGER]

    def rows(self, *codes: int) -> Iterator[int]:
        """Yield the rows of everyone known, or of those in one of these states."""
        if not codes:
            return compress(count(), self.states)
        wanted = bytes(code in codes for code in range(256))
        return compress(count(), self.states.translate(wanted))

    def row(self, user_id: str) -> int:
        """Return the row of someone the account knows, or -1."""
        row = self.people.row(user_id)
        return row if 0 <= row < len(self.states) and self.states[row] else -1

    def friend(self, row: int) -> Friend:
        """Return the person of a row."""
        return Friend(self, row)

    def meet(self, row: int, code: int) -> None:
        """Let the account know a person; a stranger that is known already stays what they are."""
        missing = row + 1 - len(self.states)
        if missing > 0:
            self.states += bytes(missing)
            self.spoke.frombytes(bytes(8 * missing))
        if not self.states[row] or code != STRANGER:
            self.change(row, code)

    def change(self, row: int, code: int) -> None:
        """Change what a person is to the account."""
        before = self.states[row]
        self.followed += code == FRIEND and before not in (BLOCKED, FRIEND)
        self._tally[before] -= 1
        self._tally[code] += 1
        self.states[row] = code
        self.touch(row)

    def number(self, code: int) -> int:
        """Return how many people are in a state."""
        return self._tally[code]

    def reaches(self, row: int, now: datetime) -> bool:
        """Tell whether a message would reach the person of a row."""
        code = self.states[row]
        if not self.people.here(row) or code == BLOCKED:
            return False
        return code == FRIEND or now.timestamp() - self.spoke[row] < STRANGER_LIFE.total_seconds()

    def touch(self, row: int) -> None:
        """Note that something changed for a person whom somebody watches."""
        if row in self.versions:
            self.versions[row] += 1
