"""Leaving in the chat: LINE signs who wrote or tapped, so that is the proof, with or without a login channel. Pure.

A button, a rule or the words alone lead to a question; only a tap on its answer cuts friend and member apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from tieline.model.event import (
    IDENTITY_DECIDED,
    LINE_ACCOUNT_UNLINKED,
    LINE_MESSAGE_RECEIVED,
    LINE_POSTBACK_RECEIVED,
)
from tieline.model.identity import THEMSELVES
from tieline.model.spelling import spelled

DATA = "tieline:unbind"
"""What a button carries that asks whether to unbind; `tieline:unbind:ask:ja` asks in Japanese."""
ORIGIN = "tieline:unbind"
"""Who answers, where no rule of the brand did."""
GOOD_FOR = timedelta(minutes=10)
"""How long a question waits: a tap on an old one, perhaps of before somebody bound again, asks anew."""
LANGUAGES = ("zh-TW", "ja", "en")
HOME: Mapping[str, str] = {"TW": "zh-TW", "HK": "zh-TW", "MO": "zh-TW", "JP": "ja"}
WORDS: Mapping[str, str] = {"zh-TW": "解除綁定", "ja": "連携解除", "en": "Unlink"}
"""What somebody writes to be asked, the whole message, by language."""
_ZH: Mapping[str, str] = {
    "ask": "要解除 LINE 帳號與會員資料的綁定嗎？",
    "yes": "解除綁定",
    "no": "保留",
    "done": "已解除綁定。您的 LINE 與會員資料不會再放在一起；隨時可以重新綁定。",
    "kept": "好的，綁定維持不變。",
    "none": "您的 LINE 帳號目前沒有與會員資料綁定。",
}
_JA: Mapping[str, str] = {
    "ask": "LINEアカウントと会員情報の連携を解除しますか？",
    "yes": "解除する",
    "no": "このまま",
    "done": "連携を解除しました。LINEと会員情報はもう結びつきません。いつでも連携し直せます。",
    "kept": "連携はこのまま続きます。",
    "none": "お客様のLINEアカウントは会員情報と連携していません。",
}
_EN: Mapping[str, str] = {
    "ask": "Unlink your LINE account from your membership?",
    "yes": "Unlink",
    "no": "Keep it",
    "done": "Unlinked. Your LINE account and your membership are no longer kept together; you can link them again at any time.",
    "kept": "Nothing was changed: they stay linked.",
    "none": "Your LINE account is not linked to a membership.",
}
SAYS: Mapping[str, Mapping[str, str]] = {"zh-TW": _ZH, "ja": _JA, "en": _EN}
_HEARD = {spelled(words): language for language, words in WORDS.items()}
Act = Literal["ask", "yes", "no"]
ACTS: tuple[Act, ...] = ("ask", "yes", "no")


class Wish(NamedTuple):
    """What somebody wants.

    Attributes:
        language: In which they are answered; "" if they did not say.
        asked: For an answer: seconds of the question.
        written: They wrote it, with no button of ours; who is not bound may mean something else by it.
    """

    act: Act
    language: str = ""
    asked: int = 0
    written: bool = False


def wish(name: str, text: str, data: str) -> Wish | None:
    """Return what an event of LINE's wants of us, None for most."""
    if name == LINE_POSTBACK_RECEIVED and data.partition(":")[0] == "tieline":
        return _tapped(data)
    if name == LINE_MESSAGE_RECEIVED and (language := _HEARD.get(spelled(text))):
        return Wish("ask", language, written=True)
    return None


def leaves(wish: Wish, at: datetime) -> bool:
    """Tell whether somebody said yes to a question that still waits; `at` is LINE's time of the tap."""
    return wish.act == "yes" and timedelta(0) <= at - _moment(wish.asked, at) <= GOOD_FOR


def answer(wish: Wish, language: str, at: datetime, *, bound: bool) -> list[dict[str, Any]]:
    """Return the messages that answer; none where a rule of the brand may answer instead."""
    words = SAYS[wish.language or language]
    if not bound:
        return [] if wish.written else [_text(words["none"])]
    if leaves(wish, at):
        return [_text(words["done"])]
    return [_text(words["kept"])] if wish.act == "no" else [question(wish.language or language, at)]


def question(language: str, at: datetime) -> dict[str, Any]:
    """Return the message that asks; its buttons carry what they mean, and when it was asked."""
    words = SAYS[language]

    def button(act: Act) -> dict[str, str]:
        data = f"{DATA}:{act}:{language}:{int(at.timestamp())}"
        return {"type": "postback", "label": words[act], "data": data, "displayText": words[act]}

    template = {"type": "confirm", "text": words["ask"], "actions": [button("yes"), button("no")]}
    return {"type": "template", "altText": words["ask"], "template": template}


def cuts(
    user: tuple[str, str], others: Sequence[tuple[str, str]], account: str, name: str
) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield what is told of a friend who leaves: event, properties, message id.

    Args:
        user: Namespace and LINE user id.
        others: Members, telephones and addresses of the same person, by namespace and value.
        account: LINE account by which they leave.
        name: The same for the same leaving, so that it counts once.
    """
    yield LINE_ACCOUNT_UNLINKED, {"account": account}, f"unlinked:{name}"
    for number, other in enumerate(others):
        said = {
            "kind": "cut", "a": _named(user), "b": _named(other), "author": THEMSELVES, "reason": "unbound by the friend",
        }  # fmt: skip
        yield IDENTITY_DECIDED, said, f"unbind:{name}:{number}"


def at_home(country: str) -> str:
    """Return the language in which a brand of this country is taken to speak."""
    return HOME.get(country, "en")


def _tapped(data: str) -> Wish | None:
    if data == DATA:
        return Wish("ask")
    head, _, rest = data.removeprefix(DATA).partition(":")
    act, _, rest = rest.partition(":")
    language, _, asked = rest.partition(":")
    known = next((one for one in ACTS if one == act), None)
    if not data.startswith(DATA) or head or known is None or language not in LANGUAGES:
        return None
    return Wish(known, language, int(asked) if asked.isascii() and asked.isdecimal() else 0)


def _moment(seconds: int, at: datetime) -> datetime:
    """Return when a question was asked; what is no time of this era is long ago."""
    return at.fromtimestamp(seconds if seconds < 1 << 33 else 0, tz=at.tzinfo)


def _named(identifier: tuple[str, str]) -> dict[str, str]:
    return {"namespace": identifier[0], "value": identifier[1]}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
