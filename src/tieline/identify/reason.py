"""Why two identifiers are not one person, and what would make them one, in words for people. Pure."""

from collections.abc import Iterator
from typing import Any

from tieline.identify.graph import Rejected
from tieline.identify.rules import RULES, Rules
from tieline.model.identity import EMAIL, LINE, MEMBER, PHONE, POS_CARD

_CALLED = {
    MEMBER: ("會員編號", "member number"),
    LINE: ("LINE 帳號", "LINE account"),
    POS_CARD: ("會員卡", "card"),
    PHONE: ("手機號碼", "phone number"),
    EMAIL: ("電子郵件", "e-mail address"),
}


def sentences(rejected: Rejected, rules: Rules = RULES) -> dict[str, str]:
    """Return why the two are kept apart, by language."""
    if rejected.cuts:
        return {
            "zh-TW": "有人把這兩筆資料拆開了，所以不會合併。",
            "en": "A person cut these apart, so nothing joins them.",
        }
    namespace, held = rejected.limits[0]
    chinese, english = called(namespace)
    most = rules.of(namespace).limit
    return {
        "zh-TW": f"合併後一個人會有 {held} 個{chinese}，規則最多 {most} 個，所以分開。",
        "en": f"Together they would hold {held} of: {english}; the rule allows {most}.",
    }


def remedies(rejected: Rejected) -> Iterator[dict[str, Any]]:
    """Yield what stands in the way; with all of it gone the link is accepted."""
    for a, b in rejected.cuts:
        yield {"undo": "cut", "a": a.hex(), "b": b.hex()}
    for namespace, held in rejected.limits:
        yield {"raise_limit": namespace, "to": held}


def called(namespace: str) -> tuple[str, str]:
    """Return what people call a namespace, in Chinese and in English."""
    return _CALLED.get(namespace) or _CALLED.get(namespace.partition(":")[0]) or (namespace, namespace)
