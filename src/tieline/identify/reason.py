"""Why two identifiers are not one person, and what would make them one, in words for people. Pure."""

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from tieline.identify.evidence import Obstacle
from tieline.identify.graph import Rejected
from tieline.identify.rules import RULES, Rules
from tieline.model.identity import ANONYMOUS, BIRTH_DATE, EMAIL, GIVEN_NAME, LINE, MEMBER, PHONE, POS_CARD

_CALLED = {
    MEMBER: ("會員編號", "member number"),
    LINE: ("LINE 帳號", "LINE account"),
    POS_CARD: ("會員卡", "card"),
    PHONE: ("手機號碼", "phone number"),
    EMAIL: ("電子郵件", "e-mail address"),
    ANONYMOUS: ("瀏覽器", "browser"),
}


_MARKS = {GIVEN_NAME: ("名字", "given name"), BIRTH_DATE: ("生日", "date of birth")}

# Why by kind of obstacle, in Chinese and in English. {what}: the namespace or what differs; {held}, {most}: numbers.
_WHY = {
    "cut": ("有人把這兩筆資料拆開了，所以不會合併。", "A person cut these apart, so nothing joins them."),
    "blocked": ("這個{what}已被設為不代表任何人，所以不用它來合併。", "This {what} was set to name nobody, so it joins nobody."),
    "shared": (
        "這個{what}有太多人共用（超過 {most} 人），例如家用或店員的號碼，所以不用它來合併。",
        "More than {most} people share this {what}, as a family, a clerk or a kiosk does, so it joins nobody.",
    ),
    "expired": ("這個{what}已超過 {most} 天沒有再出現，所以不再用它來合併。", "This {what} was not seen for more than {most} days."),
    "succeeded": (
        "這個{what}沉寂超過 {most} 天後由新的人驗證，視為換人使用，所以不再屬於原本的人。",
        "This {what} was silent for more than {most} days and then verified by somebody else, so it changed hands.",
    ),
    "replaced": (
        "這位會員已改綁新的{what}，舊的不再屬於他。",
        "This member has bound a newer {what}; the old one is no longer theirs.",
    ),
    "limit": (
        "合併後一個人會有 {held} 個{what}，規則最多 {most} 個，所以分開。",
        "Together they would hold {held} of: {what}; the rule allows {most}.",
    ),
    "providers": (
        "這兩個 LINE 帳號屬於不同的服務提供者，沒有登記串接依據，依 LINE 規定不能合併。",
        "These LINE users belong to different providers, and no basis for linking them is recorded.",
    ),
    "unproven": (
        "沒有經過驗證的資料不能把兩個各有身分的人合併。",
        "Without proof nothing joins two people who each have an identity of their own.",
    ),
    "veto": ("兩邊的{what}不同，所以不是同一個人。", "The {what} differs, so they are not one person."),
    "contested": (
        "這個{what}有不只一個人用過，只跟著最後使用的人，不用它來合併。",
        "More than one person used this {what}; it follows the last of them and joins nobody else.",
    ),
    "profile_size": ("合併後一個人會有 {held} 個識別碼，規則最多 {most} 個，所以分開。", "Together they would hold {held} identifiers; the rule allows {most}."),
    "zone_size": (
        "這一群資料互相牽連太多（{held} 個），只有最有力的驗證才會合併。",
        "So many identifiers hang together here ({held}) that only the strongest proof joins any.",
    ),
}  # fmt: skip


def sentences(rejected: Rejected, rules: Rules = RULES) -> dict[str, str]:
    """Return why the two are kept apart, by language: the obstacle that says most."""
    first = rejected.first
    chinese, english = _MARKS.get(first.about) or called(first.about)
    values = {"held": first.held, "most": _most(first, rules)}
    return {
        "zh-TW": _spaced(_WHY[first.kind][0].format(what=chinese, **values)),
        "en": _WHY[first.kind][1].format(what=english, **values),
    }


_BORDER = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")


def _spaced(sentence: str) -> str:
    """Put a space between Chinese and Latin: 新的 LINE 帳號."""
    return _BORDER.sub(" ", sentence)


def remedies(
    rejected: Rejected, ruled_out: Collection[bytes] = (), pinned: Collection[bytes] = ()
) -> Iterator[dict[str, Any]]:
    """Yield what would have to happen, all of it, for the link to join; see `bars.every_bar`.

    Args:
        rejected: With all that stands against it.
        ruled_out: Nodes whose value the rules block.
        pinned: Nodes that a person blocked.
    """
    pair = {"a": rejected.a.hex(), "b": rejected.b.hex()}
    for one in rejected.obstacles:
        nodes = [node_id.hex() for node_id in one.nodes]
        if one.kind == "blocked" and one.nodes[0] in ruled_out:
            yield {"unblock_in_rules": one.about, "a": nodes[0]}
            if one.nodes[0] not in pinned:
                continue
        if one.kind in _OF_NODES:
            yield _OF_NODES[one.kind](one, nodes)
        elif one.kind in _OF_PAIR:
            yield {_OF_PAIR[one.kind]: pair}
        else:
            yield {"raise": one.kind, "to": one.held}


_OF_PAIR = {
    "expired": "seen_again",
    "unproven": "verified",
    "succeeded": "verified_again",
    "replaced": "verified_again",
    "contested": "join",
}
_OF_NODES: dict[str, Callable[[Obstacle, list[str]], dict[str, Any]]] = {
    "cut": lambda _, nodes: {"undo": "cut", "a": nodes[0], "b": nodes[1]},
    "blocked": lambda _, nodes: {"undo": "block", "a": nodes[0]},
    "shared": lambda _, nodes: {"allow": nodes[0]},
    "veto": lambda one, nodes: {"correct": one.about, "a": nodes[0], "b": nodes[1]},
    "limit": lambda one, _: {"raise_limit": one.about, "to": one.held},
    "providers": lambda one, _: {"record_basis_for": one.about},
}


def _most(obstacle: Obstacle, rules: Rules) -> int:
    rule = rules.of(obstacle.about)
    return {
        "limit": rule.limit,
        "shared": rule.shared_above,
        "expired": rule.ttl_days,
        "succeeded": rule.succeeds_after_days,
        "profile_size": rules.profile_max,
    }.get(obstacle.kind, 0)


def called(namespace: str) -> tuple[str, str]:
    """Return what people call a namespace, in Chinese and in English."""
    return _CALLED.get(namespace) or _CALLED.get(namespace.partition(":")[0]) or (namespace, namespace)
