"""What stands on the phones: one entry per sent request, however many people it reached, and eight bytes for each of them."""

from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

NOTHING = 0


class Delivered(msgspec.Struct, frozen=True, gc=False, tag="d", array_like=True):
    """Messages of one request that reached one person; `messages` is the JSON of the list."""

    at: datetime
    kind: str
    request_id: str
    retry_key: str | None
    unit: str | None
    message_ids: tuple[str, ...]
    messages: bytes
    silent: bool = False


class Said(msgspec.Struct, frozen=True, gc=False, tag="s", array_like=True):
    """What a person wrote or pressed; `text` is what the phone shows, `message` what else it shows, as JSON."""

    at: datetime
    message_id: str | None
    text: str
    message: bytes = b""


Entry = Delivered | Said
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Delivered | Said).decode


class Screens:
    """Screens of one account's people, by row; each is a chain from the newest entry to the oldest.

    Args:
        length: Entries kept per person; older ones are forgotten.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._heads = array("I")
        self._counts = array("H")
        self._older = array("I", [0])
        self._entries_of = array("I", [0])
        self._packed: list[bytes] = [b""]
        self._uses = array("I", [0])
        self._free_nodes: list[int] = []
        self._free_entries: list[int] = []

    def show(self, rows: Sequence[int], entry: Entry) -> None:
        """Put an entry on the screens of these people."""
        if not rows:
            return
        self._reach(max(rows))
        place = self._keep(entry)
        self._uses[place] = len(rows)
        heads, counts, older, entries_of = self._heads, self._counts, self._older, self._entries_of
        for row in rows:
            if self._free_nodes:
                node = self._free_nodes.pop()
                older[node], entries_of[node] = heads[row], place
            else:
                node = len(older)
                older.append(heads[row])
                entries_of.append(place)
            heads[row] = node
            counts[row] += 1
            if counts[row] > 2 * self._length:
                self._forget(row)

    def of(self, row: int) -> list[Entry]:
        """Return what stands on a screen, oldest first."""
        found = [_unpack(self._packed[self._entries_of[node]]) for node in self._chain(row)]
        return found[: self._length][::-1]

    def newest_at(self, row: int) -> datetime | None:
        """Return when the newest entry came."""
        node = self._heads[row] if row < len(self._heads) else NOTHING
        return _unpack(self._packed[self._entries_of[node]]).at if node else None

    def busy(self) -> Iterator[int]:
        """Yield every row whose screen is not empty."""
        return (row for row, head in enumerate(self._heads) if head)

    def take_back(self, row: int, message_id: str) -> None:
        """Remove what a person said."""
        newer = NOTHING
        for node in list(self._chain(row)):
            entry = _unpack(self._packed[self._entries_of[node]])
            if isinstance(entry, Said) and entry.message_id == message_id:
                if newer:
                    self._older[newer] = self._older[node]
                else:
                    self._heads[row] = self._older[node]
                self._counts[row] -= 1
                self._release(node)
            else:
                newer = node

    def _chain(self, row: int) -> Iterator[int]:
        node = self._heads[row] if row < len(self._heads) else NOTHING
        while node:
            yield node
            node = self._older[node]

    def _reach(self, row: int) -> None:
        missing = row + 1 - len(self._heads)
        if missing > 0:
            self._heads.frombytes(bytes(4 * missing))
            self._counts.frombytes(bytes(2 * missing))

    def _keep(self, entry: Entry) -> int:
        packed = _pack(entry)
        if self._free_entries:
            place = self._free_entries.pop()
            self._packed[place] = packed
            return place
        self._packed.append(packed)
        self._uses.append(0)
        return len(self._packed) - 1

    def _forget(self, row: int) -> None:
        nodes = list(self._chain(row))
        self._older[nodes[self._length - 1]] = NOTHING
        self._counts[row] = self._length
        for node in nodes[self._length :]:
            self._release(node)

    def _release(self, node: int) -> None:
        place = self._entries_of[node]
        self._free_nodes.append(node)
        self._uses[place] -= 1
        if not self._uses[place]:
            self._packed[place] = b""
            self._free_entries.append(place)
