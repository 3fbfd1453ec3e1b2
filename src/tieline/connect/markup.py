"""The XML parts of a workbook, counted before they are read for good.

Four bytes of markup (`<c/>`) become hundreds of bytes of memory, so the size of a part says little. What the reader
will hold at once does: every element, except that it lets go of what is inside a finished row or shared string.
"""

from typing import IO
from xml.parsers import expat

from tieline.connect.limits import Limits
from tieline.errors import UnreadableFileError

_BLOCK = 64 * 1024
_LET_GO = frozenset({"row", "si"})
_TEXT_BLOCKS_MAX = 16
_AGAIN = "Open it in a spreadsheet and save it as .xlsx or CSV UTF-8."


def check_markup(part: IO[bytes], limits: Limits) -> None:
    """Refuse an XML part that would take too much memory, or that declares entities.

    Raises:
        UnreadableFileError: Too many elements at once, a text of more than a megabyte, or a DTD, which no
            spreadsheet writes and which could multiply entities or fetch files.
        ExpatError: It is no XML.
    """
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    count = _Count(limits.elements_max)
    parser.StartElementHandler = count.start
    parser.EndElementHandler = count.end
    parser.StartDoctypeDeclHandler = _refuse_entities
    quiet = 0
    while block := part.read(_BLOCK):
        before = count.events
        parser.Parse(block, False)
        quiet = quiet + 1 if count.events == before else 0
        if quiet > _TEXT_BLOCKS_MAX:
            raise UnreadableFileError("The workbook has a cell with too much text.", way_out=_AGAIN)
    parser.Parse(b"", True)


class _Count:
    """Elements and attributes that are held at one moment."""

    def __init__(self, held_max: int) -> None:
        self.events = 0
        self._held = 0
        self._held_max = held_max
        self._open: list[int] = []

    def start(self, name: str, attributes: list[str]) -> None:
        self.events += 1
        self._held += 1
        if name.rpartition(":")[2] in _LET_GO:
            self._open.append(self._held)
        self._held += len(attributes) >> 1
        if self._held > self._held_max:
            raise UnreadableFileError(
                "The workbook has too many cells in one row, or too many rows.", way_out=_AGAIN
            )

    def end(self, name: str) -> None:
        self.events += 1
        if name.rpartition(":")[2] in _LET_GO:
            self._held = self._open.pop()


def _refuse_entities(*_: object) -> None:
    raise UnreadableFileError("The workbook declares XML entities.", way_out=_AGAIN)
