"""How a kind of step or trigger is described: its fields, what they mean, an example. Parsing and documentation read it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tieline.condition.place import Place, listed
from tieline.journey import fields


class Field(NamedTuple):
    """One key of a step or trigger.

    Attributes:
        key: As it is written in the definition.
        attribute: As the typed value calls it.
        read: Turns the JSON into the value.
        shape: What to write, for the reader.
        meaning: One sentence, for the reader.
    """

    key: str
    attribute: str
    read: Callable[[Place], Any]
    shape: str
    meaning: str
    required: bool = True


class Kind(NamedTuple):
    """One kind of step or trigger.

    Attributes:
        make: Builds the typed value from its attributes.
        meaning: What it does, for the reader.
        example: A whole one that is accepted.
    """

    make: Callable[..., Any]
    meaning: str
    fields: tuple[Field, ...]
    example: dict[str, Any]


def way(key: str, meaning: str, attribute: str = "") -> Field:
    """Return the field that names a following step."""
    return Field(
        key,
        attribute or key,
        fields.read_slug,
        "id of a step",
        f"{meaning} Left out: the journey ends.",
        required=False,
    )


ID = Field("id", "id", fields.read_slug, "key", "Names the step within the journey.")
NEXT = way("next", "The step after this one.")


def read_kind(place: Place, kinds: dict[str, Kind], common: tuple[Field, ...] = ()) -> Any:
    """Read one value of one of `kinds`.

    Raises:
        InvalidConditionError: It is not whole; `field` points at the place.
    """
    if "kind" not in place.mapping():
        raise place.refuse('The key "kind" is missing.', f"Use one of {listed(tuple(kinds))}.")
    kind = kinds[place.at("kind").one_of(tuple(kinds))]
    known = (*common, *kind.fields)
    required = tuple(field.key for field in known if field.required)
    optional = tuple(field.key for field in known if not field.required)
    place.keys(("kind", *required), optional)
    return kind.make(
        **{field.attribute: field.read(place.at(field.key)) for field in known if place.has(field.key)}
    )
