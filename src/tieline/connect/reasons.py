"""Why a row is refused, and what its owner can do: the one table of reason codes."""

from collections.abc import Mapping

REASONS: Mapping[str, str] = {
    "missing": "Fill in this cell; it is needed.",
    "no_identifier": "Give at least one identifier: a phone number, an email address or a member number.",
    "not_a_phone": "Write 8 to 15 digits, with + and the country code for numbers abroad.",
    "not_an_email": "Write one address, like name@example.com.",
    "not_a_line_user": "A LINE user id is U and 32 characters of 0-9 and a-f, as LINE's API gives it.",
    "not_a_number": "Write a plain number, like 1234.5 or 1,234.5.",
    "not_an_integer": "Write a whole number.",
    "not_a_boolean": "Write yes or no, Y or N, 是 or 否, 1 or 0.",
    "not_a_date": "Write the date as the mapping's formats say, for example 2025-03-05; add ROC for 民國 years.",
    "not_a_time": "Write date and time as the mapping's formats say, for example 2025-03-05 14:30.",
    "in_the_future": "This happened after the import was started. Correct the date, or the mapping's time zone.",
    "digits_lost": "Excel cut this number to its first digits. Format the column as text in the original and export again.",
    "unknown_consent": "Write a value that the mapping lists under granted or refused.",
    "too_long": "Shorten this cell.",
    "control_character": "Remove the NUL character from this cell.",
    "undecodable": "This line is not in the file's encoding. Save the whole file as CSV UTF-8.",
    "bad_quotes": "A quotation mark opens and does not close as CSV asks. Double it inside a cell.",
    "too_many_cells": "This row has more cells than the header. Put cells with commas into quotation marks.",
    "same_group": "Another row of the same event was refused, so none of them was taken. Correct that one.",
    "group_too_large": "Too many rows share this key. Check the column of group_by.",
    "item_too_large": "This row carries too much text. Map fewer columns.",
}


class RefusedError(Exception):
    """A value that cannot be taken as it is; the row it stands in is refused.

    Attributes:
        reason: A key of REASONS.
        value: The value as it stood in the file: personal data, to be masked before it is shown.
        column: The column it stood in, or "".
        row_number: The row, of those that make one event together; 0 is the first.
    """

    def __init__(self, reason: str, value: str = "", column: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value
        self.column = column
        self.row_number = 0
