"""What a compiler hands over: text, bound parameters, and the question it was asked."""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tieline.condition import when

IDS_PER_PARAMETER = 6000
"""A remote ClickHouse takes 128 KiB in one form field; 6,000 ids are 128,000 characters. Divisible by 3: no padding."""
ID_BYTES = 16


class Query(msgspec.Struct, frozen=True):
    """One statement for ClickHouse, embedded or remote.

    Attributes:
        sql: Text with `{name:Type}` where a value is bound. It holds no value that a person typed.
        parameters: Values by name.
    """

    sql: str
    parameters: dict[str, Any]


class Scope(msgspec.Struct, frozen=True):
    """For whom and when a condition is asked.

    Attributes:
        workspace_id: Whose data.
        now: The moment of the question, with an offset; a window that moves with time ends here.
        time_zone: IANA name of the workspace's time zone.
        candidates: Profile ids (16 bytes each) the answer is restricted to; None asks about everybody.
        written: Further ids under which events of the candidates may be stored: the former profiles of nodes that
            moved to them. Only read when `overrides` is true.
        overrides: True if some node moved since its events were written, so that `override_map` must be asked.
        past: True if `now` lies in the past: what happened after it is left out, as if it had been asked then.
    """

    workspace_id: int
    now: datetime
    time_zone: str = "Asia/Taipei"
    candidates: tuple[bytes, ...] | None = None
    written: tuple[bytes, ...] = ()
    overrides: bool = False
    past: bool = False


class Writer:
    """Collects the bound parameters of one statement."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.zone = ZoneInfo(scope.time_zone)
        self.now = when.to_milliseconds(scope.now).astimezone(UTC)
        self.parameters: dict[str, Any] = {}
        self._names: dict[tuple[str, str], str] = {}

    def about_everybody(self) -> "Writer":
        """Return a writer of the same statement for a question inside it that is about everybody."""
        other = Writer(msgspec.structs.replace(self.scope, candidates=None, written=()))
        other.parameters, other._names = self.parameters, self._names
        return other

    def named(self, name: str, type_name: str, value: Any) -> str:
        """Bind `value` under a name of our own and return its place in the text."""
        self.parameters[name] = value
        return f"{{{name}:{type_name}}}"

    def bound(self, type_name: str, value: Any) -> str:
        """Bind `value`, the same value only once, and return its place in the text."""
        key = (type_name, repr(value))
        if key not in self._names:
            self._names[key] = f"p{len(self._names) + 1}"
        return self.named(self._names[key], type_name, value)

    def text(self, value: str) -> str:
        """Bind a text."""
        return self.bound("String", value)

    def texts(self, values: Iterable[str]) -> str:
        """Bind a list of texts."""
        return self.bound("Array(String)", list(values))

    def number(self, value: Decimal) -> str:
        """Bind a number with six decimal places."""
        return self.bound("Decimal(38, 6)", format(value.normalize(), "f"))

    def moment(self, at: datetime) -> str:
        """Bind an instant in UTC, or a reading of the workspace's clock."""
        return self.bound(MOMENT, _milliseconds(at))

    def workspace(self) -> str:
        """Bind the workspace."""
        return self.named("workspace", "UInt32", self.scope.workspace_id)

    def until(self) -> str:
        """Bind the moment of the question."""
        return self.named("now", MOMENT, _milliseconds(self.now))

    def ids(self, name: str, ids: Iterable[bytes]) -> str:
        """Bind profile ids and return a subquery that yields them."""
        parts = []
        packed = b"".join(sorted(set(ids)))
        step = IDS_PER_PARAMETER * ID_BYTES
        for index, start in enumerate(range(0, max(len(packed), 1), step)):
            chunk = base64.b64encode(packed[start : start + step]).decode()
            parts.append(self.named(f"{name}{index or ''}", "String", chunk))
        text = parts[0] if len(parts) == 1 else f"concat({', '.join(parts)})"
        return (
            f"SELECT toFixedString(substring(base64Decode({text}), number * {ID_BYTES} + 1, {ID_BYTES}), {ID_BYTES})"
            f" FROM numbers({len(packed) // ID_BYTES})"
        )


MOMENT = "DateTime64(3, 'UTC')"


def _milliseconds(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
