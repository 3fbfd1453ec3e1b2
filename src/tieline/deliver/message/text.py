"""Emoji and mentions inside texts. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#text-message-v2
"""

import re
from collections.abc import Mapping
from typing import Any

from tieline.deliver.message.action import KIND
from tieline.deliver.message.field import (
    Number,
    Part,
    Problem,
    Problems,
    Rules,
    Text,
    Unfilled,
    check,
    kind_of,
    listed,
)

EMOJIS_MAX = 20
MENTIONS_MAX = 20
SUBSTITUTIONS_MAX = 100
KEY = re.compile(r"[0-9A-Za-z_]{1,20}")
# LINE reads a pair of braces as a brace; a single one must open or close a placeholder.
_TOKEN = re.compile(r"\{\{|\}\}|\{([0-9A-Za-z_]{1,20})\}|[{}]")
_EMOJI: Rules = {"productId": Text(100), "emojiId": Text(100)}

_PLACEHOLDER = re.compile(r"(?<!\{)\{([0-9A-Za-z_]{1,20})\}(?!\})")
# Two characters that nobody writes stand for the braces of a placeholder while a template is filled.
_OPENS, _CLOSES = "\ue000", "\ue001"


def shielded(source: str) -> str:
    """Return the template of a text v2 with its placeholders out of reach of what will be filled in."""
    return _PLACEHOLDER.sub(rf"{_OPENS}\1{_CLOSES}", source)


def unshielded(filled: str, source: str) -> str:
    """Return a filled text v2: its own placeholders, and every other brace as a brace that is only shown."""
    shown = filled.replace("{", "{{").replace("}", "}}")
    for key in set(_PLACEHOLDER.findall(source)):
        shown = shown.replace(f"{_OPENS}{key}{_CLOSES}", f"{{{key}}}")
    return shown.replace(_OPENS, "").replace(_CLOSES, "")


def check_emojis(message: Mapping[str, Any], at: str) -> Problems:
    """Yield what is wrong with the emoji of a text: each stands where a `$` is, counted in UTF-16 units."""
    text = message.get("text")
    for index, emoji in enumerate(listed(message, "emojis")):
        here = f"{at}/emojis/{index}"
        yield from check(emoji, {"index": Number(0, 5_000, whole=True), **_EMOJI}, here)
        place = emoji.get("index") if isinstance(emoji, Mapping) else None
        if isinstance(text, Unfilled) or not isinstance(text, str) or not isinstance(place, int):
            continue
        units = text.encode("utf-16-le", "surrogatepass")
        if units[2 * place : 2 * place + 2] != b"$\0":
            yield Problem(
                f"{here}/index", f"There is no $ at place {place} of the text, counted in UTF-16 units."
            )


def check_substitution(message: Mapping[str, Any], at: str, *, in_group: bool) -> Problems:
    """Yield what is wrong with the placeholders of a text v2, and with what stands for them."""
    known = message.get("substitution")
    known = known if isinstance(known, Mapping) else {}
    if len(known) > SUBSTITUTIONS_MAX:
        yield Problem(
            f"{at}/substitution", f"A text may have {SUBSTITUTIONS_MAX} substitutions, this has {len(known)}."
        )
    kinds = [one.get("type") for one in known.values() if isinstance(one, Mapping)]
    for kind, most in (("emoji", EMOJIS_MAX), ("mention", MENTIONS_MAX)):
        if kinds.count(kind) > most:
            yield Problem(
                f"{at}/substitution",
                f"A text may have {most} of the type {kind}, this has {kinds.count(kind)}.",
            )
    yield from _placeholders(message.get("text"), known, at)
    for key, value in known.items():
        here = f"{at}/substitution/{key}"
        if not KEY.fullmatch(key):
            yield Problem(here, "A key may have 1 to 20 of 0-9, A-Z, a-z and _.")
        yield from _substitute(value, here, in_group=in_group)


def _placeholders(text: Any, known: Mapping[str, Any], at: str) -> Problems:
    if isinstance(text, Unfilled) or not isinstance(text, str):
        return
    used: set[str] = set()
    for found in _TOKEN.finditer(text):
        if found[0] in {"{", "}"}:
            yield Problem(
                f"{at}/text", f"The brace at place {found.start()} opens no placeholder; write it twice."
            )
        elif found[1] is not None:
            used.add(found[1])
            if found[1] not in known:
                yield Problem(f"{at}/text", f"Nothing stands for {{{found[1]}}} in substitution.")
    for key in sorted(set(known) - used):
        yield Problem(f"{at}/substitution/{key}", f"The text has no placeholder {{{key}}}.")


def _substitute(value: Any, at: str, *, in_group: bool) -> Problems:
    kind = kind_of(value, ("emoji", "mention"), at, "a substitution")
    if isinstance(kind, Problem):
        yield kind
    elif kind == "emoji":
        yield from check(value, {"type": KIND, **_EMOJI}, at)
    elif not in_group:
        yield Problem(f"{at}/type", "A mention can be sent to groups only, not to one person.")
    else:
        yield from check(value, {"type": KIND, "mentionee": Part(required=True)}, at)
        mentionee = value.get("mentionee")
        whom = kind_of(mentionee, ("user", "all"), f"{at}/mentionee", "a mentionee")
        if isinstance(whom, Problem):
            yield whom
        else:
            rules: Rules = {"type": KIND, **({"userId": Text(68)} if whom == "user" else {})}
            yield from check(mentionee, rules, f"{at}/mentionee")
