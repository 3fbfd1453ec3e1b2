"""Who a row is about: its identifiers, checked for shape and repaired where a spreadsheet damaged them."""

import re
from collections.abc import Callable, Mapping

from tieline.connect.cell import clean, is_nobody
from tieline.connect.mapping import ImportMapping
from tieline.connect.phone import Read, read_code, read_phone
from tieline.connect.reasons import RefusedError
from tieline.model.identity import EMAIL, MEMBER, PHONE

_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_LINE_USER = re.compile(r"U[0-9a-f]{32}")
Repaired = Callable[[str], None]


class PersonReader:
    """Reads the identifiers of rows.

    Args:
        mapping: Says which columns hold them.
        country: Where phone numbers without a country code are dialled.
        chars_max: Longest cell.
        on_repair: Called with the column of each identifier whose digits were restored.
    """

    def __init__(self, mapping: ImportMapping, country: str, chars_max: int, on_repair: Repaired) -> None:
        # A member number first: what the row says about the person is filed under the first identifier.
        names = sorted(mapping.identifiers, key=lambda namespace: namespace != MEMBER)
        self._columns = [(namespace, mapping.identifiers[namespace].column) for namespace in names]
        self._country = country
        self._chars_max = chars_max
        self._on_repair = on_repair

    def read(self, cells: Mapping[str, str]) -> list[dict[str, str]]:
        """Return Segment's `externalIds`, at least one.

        Raises:
            RefusedError: An identifier has the wrong shape, or there is none.
        """
        found: list[dict[str, str]] = []
        repaired: list[str] = []
        for namespace, column in self._columns:
            try:
                text = clean(cells[column], self._chars_max)
                if not text or is_nobody(text):
                    continue
                read = self._shaped(namespace, text)
            except RefusedError as refused:
                refused.column = column
                raise
            if read.repaired:
                repaired.append(column)
            found.append({"type": namespace, "id": read.value})
        if not found:
            raise RefusedError("no_identifier", column=self._columns[0][1])
        for column in repaired:
            self._on_repair(column)
        return found

    def _shaped(self, namespace: str, text: str) -> Read:
        if namespace == PHONE:
            return read_phone(text, self._country)
        if namespace == EMAIL:
            if not _EMAIL.fullmatch(text):
                raise RefusedError("not_an_email", text)
            return Read(text, repaired=False)
        if namespace.startswith("line:"):
            if not _LINE_USER.fullmatch(text):
                raise RefusedError("not_a_line_user", text)
            return Read(text, repaired=False)
        return read_code(text)
