"""Fill Liquid into the texts of any JSON value: webhook bodies, traits, look-up keys."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tieline.deliver.liquid import RenderError, compile_text, is_template

_compiled = lru_cache(maxsize=1_024)(compile_text)


def fill_tree(value: Any, context: Mapping[str, Any]) -> Any:
    """Return `value` with its templates filled; a text that cannot be filled becomes empty."""
    if isinstance(value, str):
        if not is_template(value):
            return value
        try:
            return _compiled(value)(dict(context))
        except RenderError:
            return ""
    if isinstance(value, Mapping):
        return {name: fill_tree(item, context) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [fill_tree(item, context) for item in value]
    return value
