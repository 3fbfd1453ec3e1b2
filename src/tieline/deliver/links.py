"""Links in a message become links that are counted, each with an unguessable name of its own. Pure."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tieline.deliver.urls import ACTION_KEYS, is_countable


class Tracked(NamedTuple):
    """Messages whose links are counted, and where each token leads."""

    messages: list[dict[str, Any]]
    urls: dict[str, str]


def track(messages: list[dict[str, Any]], public_url: str, token: Callable[[], str]) -> Tracked:
    """Replace the target of every uri action by `{public_url}/r/{token}`; the same target keeps one token per message.

    Args:
        messages: Filled message objects; they are not changed.
        public_url: Where people's phones reach this Tieline, without a slash at the end.
        token: Returns a new token of 128 bits; links are never looked up by what they lead to.
    """
    token_of: dict[str, str] = {}

    def counted(url: str) -> str:
        if not is_countable(url, public_url):
            return url
        if url not in token_of:
            token_of[url] = token()
        return f"{public_url}/r/{token_of[url]}"

    replaced = [_replaced(message, counted) for message in messages]
    return Tracked(replaced, {name: url for url, name in token_of.items()})


def _replaced(value: Any, counted: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            key: counted(item) if key in ACTION_KEYS and isinstance(item, str) else _replaced(item, counted)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_replaced(item, counted) for item in value]
    return value
