"""How virtual friends react to a message: a pure decision from a seed, so that every run repeats."""

import random
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

Json = dict[str, Any]


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Habits of an account's friends.

    Attributes:
        seed: Start of all their decisions.
        tap: Chance to follow a link or press a button of a delivery that has one.
        reply: Chance to answer with text.
        bind: Chance to go through with account linking when a delivery offers it.
        block: Chance to block the account after a delivery.
        delay_seconds: Shortest and longest time before they react.
        replies: Texts they answer with.
        see: Chance to look at a delivery at all, which LINE counts as an impression.
        bind_form: What they fill into the brand's login form; `{user_id}` stands for their own id.
    """

    seed: int = 0
    tap: float = 0.3
    reply: float = 0.05
    bind: float = 0.5
    block: float = 0.0
    delay_seconds: tuple[float, float] = (1.0, 20.0)
    replies: tuple[str, ...] = ("好的", "謝謝！", "請問還有貨嗎？", "想了解會員優惠", "👍")
    see: float = 0.7
    bind_form: dict[str, str] = {}


class Reaction(msgspec.Struct, frozen=True):
    """One thing a friend is about to do; `detail` is a URI, postback data or a text."""

    kind: Literal["visit", "bind", "press", "say", "block"]
    delay_seconds: float
    detail: str = ""
    shown: str = ""


def react(script: Script, user_id: str, messages: bytes) -> list[Reaction]:
    """Decide what a friend does about a delivery.

    Args:
        script: Their habits.
        user_id: Who they are.
        messages: JSON of the delivered list of messages.

    Returns:
        Reactions in order of time. The same arguments always give the same reactions.
    """
    chance = random.Random(f"{script.seed}:{user_id}:".encode() + messages)
    content: list[Json] = msgspec.json.decode(messages)
    choices = [action for message in content for action in actions(message)]
    links = [one for one in choices if "linkToken=" in one.get("uri", "")]
    others = [one for one in choices if one not in links]
    reactions: list[Reaction] = []
    if links and chance.random() < script.bind:
        reactions.append(Reaction("bind", chance.uniform(*script.delay_seconds), links[0]["uri"]))
    if others and chance.random() < script.tap:
        reactions.append(_tap(chance.choice(others), chance.uniform(*script.delay_seconds)))
    if script.replies and chance.random() < script.reply:
        text = chance.choice(script.replies)
        reactions.append(Reaction("say", chance.uniform(*script.delay_seconds), text, text))
    if chance.random() < script.block:
        reactions.append(Reaction("block", script.delay_seconds[1]))
    return sorted(reactions, key=lambda reaction: reaction.delay_seconds)


def sees(script: Script, user_id: str, messages: bytes) -> bool:
    """Decide whether a friend looks at a delivery; the same arguments always give the same answer."""
    return random.Random(f"see:{script.seed}:{user_id}:".encode() + messages).random() < script.see


def actions(part: Any) -> Iterator[Json]:
    """Yield every uri, postback and message action inside a message, in reading order."""
    if isinstance(part, dict):
        if part.get("type") in {"uri", "postback", "message"} and (
            "uri" in part or "data" in part or "text" in part
        ):
            yield part
            return
        for name, child in part.items():
            if name != "sender":
                yield from actions(child)
    elif isinstance(part, list):
        for child in part:
            yield from actions(child)


def _tap(action: Json, delay_seconds: float) -> Reaction:
    if action["type"] == "uri":
        return Reaction("visit", delay_seconds, action["uri"], action.get("label", ""))
    if action["type"] == "postback":
        shown = action.get("displayText") or action.get("label", "")
        return Reaction("press", delay_seconds, action["data"], shown)
    return Reaction("say", delay_seconds, action["text"], action["text"])
