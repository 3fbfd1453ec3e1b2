"""What a stored value says: the one place that decides how JSON values are compared.

- A **number** is a JSON number, or a text a shop wrote one in ("3000"), below 10^15; it is exact to six decimal places and
  further digits are dropped. Booleans are not numbers.
- The **text** of a text is itself, of a number its shortest decimal form (3000, 0.5), of a boolean "true" or "false".
- A number in a condition is compared with numbers, a text or boolean with texts. `"3000"` and 3000 are therefore equal both ways.
- `null` is the same as missing. An object is not a value; a list is a value only for `exists`.

`sql/function.py` says the same in SQL; a property test holds the two together.
"""

import re
from decimal import ROUND_DOWN, Context, Decimal
from typing import Any, TypeAlias

Literal: TypeAlias = str | Decimal
"""A value in a condition. A boolean is its text, so that True never equals 1."""

NUMBER = r"-?[0-9]{1,15}([.][0-9]{1,40})?(e-[0-9]{1,3})?"
"""The text of a number. The exponent is how small JSON numbers are printed."""

_number = re.compile(NUMBER)
_places = Decimal("0.000001")
_exact = Context(prec=60)
_integers_stored = range(-(2**63), 2**64)


def number(value: Any) -> Decimal | None:
    """Return the number that `value` says, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    said = value if isinstance(value, str) else repr(value)
    if not _number.fullmatch(said):
        return None
    return shortened(Decimal(said))


def shortened(exact: Decimal) -> Decimal:
    """Return a number with the places that are kept."""
    return exact.quantize(_places, rounding=ROUND_DOWN, context=_exact) + 0  # + 0: no negative zero


def text(value: Any) -> str | None:
    """Return the text that `value` says, or None."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value not in _integers_stored:
        return str(value)  # ClickHouse keeps an integer above 64 bits as a text
    exact = number(value)
    return None if exact is None else decimal_text(exact)


def decimal_text(exact: Decimal) -> str:
    """Return the shortest decimal form.

    Example:
        >>> decimal_text(Decimal("3000.500000"))
        '3000.5'
    """
    return format(exact.normalize(_exact), "f")
