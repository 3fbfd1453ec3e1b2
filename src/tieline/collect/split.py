"""Split a batch into the bytes of its items without reading them, however deep or broken inside they are."""

import re
from typing import NamedTuple

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)
_OPEN, _CLOSE = frozenset(b"[{"), frozenset(b"]}")


class Parts(NamedTuple):
    """A batch taken apart.

    Attributes:
        items: The bytes of each element of `batch`.
        starts: Where each of them begins in the body.
        rest: The body with an empty batch.
    """

    items: list[bytes]
    starts: list[int]
    rest: bytes

    def position(self, item: bytes) -> int:
        """Return the byte position of `item` in the body."""
        return self.starts[self.items.index(item)]


def split_batch(body: bytes) -> Parts | None:
    """Return the parts of `{"batch": [...], ...}`, or None if there is no such list."""
    depth = 0
    key = b""
    inside_from = item_from = -1
    items: list[bytes] = []
    starts: list[int] = []
    for token in _TOKEN.finditer(body):
        first = token.group()[0]
        if inside_from < 0:
            if depth == 1 and first == ord('"'):
                key = token.group()
            elif depth == 1 and first == ord("[") and key == b'"batch"':
                inside_from = item_from = token.end()
        elif depth == 2 and first in b",]":
            raw = body[item_from : token.start()]
            if raw.strip():
                items.append(raw)
                starts.append(item_from)
            item_from = token.end()
            if first == ord("]"):
                return Parts(items, starts, body[:inside_from] + body[token.start() :])
        if first in _OPEN:
            depth += 1
        elif first in _CLOSE:
            depth -= 1
    return None
