"""Functions that a statement defines for itself, so that what a value says stands in one place of its text."""

from tieline.condition import when
from tieline.condition.sql.query import Writer
from tieline.condition.value import NUMBER

_READ = "parseDateTime64BestEffortOrNull(said, 3, 'UTC')"

FUNCTIONS = {
    # What the workspace's clock shows at the moment a text names, or NULL: `when.trait_on_clock`.
    "on_clock": (
        f"(said -> multiIf(match(said, '^{when.LOCAL}$'), {_READ}, match(said, '^{when.ABSOLUTE}$'),"
        f" {_READ} + toIntervalSecond(timeZoneOffset(toTimeZone({_READ}, {{zone:String}}))), NULL))"
    ),
    # `value.text`.
    "to_text": "(d -> if(dynamicType(d) IN ('String', 'Bool'), toString(d), toString(to_number(d))))",
    # `value.number`.
    "to_number": f"(d -> if(match(toString(d), '^{NUMBER}$'), toDecimal128OrNull(toString(d), 6), NULL))",
}
"""Bodies by name; a function uses only those below it."""


def definitions(text: str, writer: Writer) -> list[str]:
    """Return the functions that `text` uses, each after those it uses itself."""
    used: dict[str, str] = {}
    for name, body in FUNCTIONS.items():
        if any(f"{name}(" in part for part in (text, *used.values())):
            used[name] = body
    if "on_clock" in used:
        writer.named("zone", "String", writer.scope.time_zone)
    return [f"{body} AS {name}" for name, body in reversed(used.items())]
