"""LINE's filter by what it guesses of people: age, gender, region, phone, how long they have been friends. Pure.

It is written as LINE writes it, and checked before it leaves: a filter that is half written never means everybody.

Source: https://developers.line.biz/en/reference/messaging-api/#narrowcast-demographic-filter
"""

from typing import Any

from tieline.condition.place import Place, limit_size, listed, quote

FILTERS_MAX = 10
AGES = tuple(f"age_{years}" for years in range(15, 75, 5))
PERIODS = tuple(f"day_{days}" for days in (7, 30, 90, 180, 365))
_REGIONS = {"jp": 47, "tw": 22, "th": 8}
CHOICES = {
    "gender": ("male", "female"),
    "appType": ("ios", "android"),
    "area": tuple(f"{land}_{number:02}" for land, most in _REGIONS.items() for number in range(1, most + 1)),
}
SPANS = {"age": AGES, "subscriptionPeriod": PERIODS}
OPERATORS = ("and", "or", "not")


def read_demographic(place: Place) -> dict[str, Any]:
    """Return the filter that stands here.

    Raises:
        InvalidConditionError: It is not whole; the error names the place.
    """
    limit_size(place)
    if _read(place) > FILTERS_MAX:
        raise place.refuse(f"LINE takes {FILTERS_MAX} filters.", "Leave some out.")
    return dict(place.mapping())


def _read(place: Place) -> int:
    """Check one node; return how many filters it holds."""
    place.mapping()
    if not place.has("type"):
        raise place.refuse('The key "type" is missing.', 'Add "type".')
    kind = place.at("type").one_of(("operator", *CHOICES, *SPANS))
    if kind == "operator":
        return _operator(place)
    if kind in CHOICES:
        place.keys(("type", "oneOf"))
        for item in place.at("oneOf").items(len(CHOICES[kind])):
            if item.data not in CHOICES[kind]:
                raise item.refuse(
                    f"{quote(item.data)} is not known here.",
                    f"Use {CHOICES[kind][0]} to {CHOICES[kind][-1]}.",
                )
        return 1
    place.keys(("type",), ("gte", "lt"))
    ends = [place.at(name).one_of(SPANS[kind]) for name in ("gte", "lt") if place.has(name)]
    if not ends:
        raise place.refuse("The span has no end.", 'Add "gte", "lt" or both.')
    if len(ends) == 2 and SPANS[kind].index(ends[0]) >= SPANS[kind].index(ends[1]):
        raise place.refuse("The span ends before it begins.", '"gte" must be below "lt".')
    return 1


def _operator(place: Place) -> int:
    place.keys(("type",), OPERATORS)
    given = [name for name in OPERATORS if place.has(name)]
    if len(given) != 1:
        raise place.refuse("An operator joins in one way.", f"Use one of {listed(OPERATORS)}.")
    inner = place.at(given[0])
    if given[0] == "not":
        return _read(inner)
    return sum(_read(part) for part in inner.items(FILTERS_MAX))
