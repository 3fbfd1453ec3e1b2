"""Text messages on the console, for demonstrations: nobody is called, the code can be read here."""

import sys
from typing import TextIO

SHOWN_DIGITS = 3


class ConsoleSms:
    """Sms. Writes codes where whoever runs the demonstration sees them; never for production.

    Args:
        out: Where to write.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    async def send_code(self, phone: str, code: str) -> None:
        """Show a one-time code beside the masked phone number."""
        self._out.write(f"SMS to {masked(phone)}: {code}\n")
        self._out.flush()


def masked(phone: str) -> str:
    """Return a phone number of which only the last digits can be read."""
    return "*" * max(0, len(phone) - SHOWN_DIGITS) + phone[-SHOWN_DIGITS:]
