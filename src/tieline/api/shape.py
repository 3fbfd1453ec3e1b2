"""A request body as a value of ours, or a refusal that names the field."""

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from tieline.errors import InvalidInputError

T = TypeVar("T")
_PLACE = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")


def read_shape(body: Mapping[str, Any], shape: type[T]) -> T:
    """Return `body` as `shape`.

    Raises:
        InvalidInputError: It does not fit; the field is a JSON pointer.
    """
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        said = str(error)
        found = _PLACE.search(said)
        path = found["path"] if found else ""
        pointer = re.sub(r"\.([^.\[]+)", r"/\1", re.sub(r"\[([^\]]*)\]", r"/\1", path))
        raise InvalidInputError(f"{_PLACE.sub('', said)}.", field=pointer) from None
