"""What counts as a name for a person, how strong it is, and how many of a kind one person may hold."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import msgspec

from tieline.model.identity import ANONYMOUS, BIRTH_DATE, EMAIL, GIVEN_NAME, LINE, MEMBER, PHONE, POS_CARD

RULES_VERSION = 2
NAMESPACES_REMEMBERED = 10_000


class Rule(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """One namespace.

    Attributes:
        tier: Strength; the lowest names the person best, and its links are decided first. No two rules share a tier.
        limit: How many different values one profile may hold.
        weak: It names a thing that changes hands. Of weak links the latest wins, of others the first.
        anchor: It names a person by itself: without proof nothing joins two people who each have one.
        proven_only: Only a verified link to it counts; what a browser or a clerk says about it is no evidence.
        shared_above: A value that was seen with more anchors of one namespace than this is shared, like a family phone or
            a kiosk, and joins nobody; 0: any number may share it.
        succeeds_after_days: It passes to a later verified owner when the former was silent for so long, as a recycled
            phone number does; 0: never.
        replaced: Of several verified for one anchor the latest holds and the others are history, as with a new LINE
            account of the same member.
        ttl_days: A link that was not seen for so long joins nobody any more; 0: links do not age.
        blocked: Values that name nobody, in their one spelling.
        allowed: Values that count although they look blocked, filled in or shared.
    """

    namespace: str
    tier: int
    limit: int
    weak: bool = False
    anchor: bool = False
    proven_only: bool = False
    shared_above: int = 0
    succeeds_after_days: int = 0
    replaced: bool = False
    ttl_days: int = 0
    blocked: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()


class LinkingBasis(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """Why LINE users of two providers may be one person here. LINE forbids it unless its conditions are met.

    Attributes:
        providers: Provider ids whose users may be joined.
        page_url: The provider page on which the brand says so.
        attested_by: Who vouches for it.
        at: Since when, as ISO 8601 writes a date.
    """

    providers: tuple[str, ...]
    page_url: str
    attested_by: str
    at: str


class Rules(msgspec.Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """The rules of one workspace: a table with one rule for every namespace that it does not name.

    Attributes:
        table: Named namespaces. "line" stands for every "line:<provider>", each with a limit of its own.
        other: Everything else.
        version: Changes with every change of the rules.
        vetoes: What keeps people apart when it differs: "given_name", "birth_date".
        profile_max: Most identifiers of one profile; 0: no limit.
        zone_max: In a zone of more identifiers only verified links of the two strongest tiers count; 0: no limit.
        providers_apart: LINE users of different providers are never one person, except by a basis.
        bases: Exceptions to that.
    """

    table: tuple[Rule, ...]
    other: Rule
    version: int
    vetoes: tuple[str, ...] = ()
    profile_max: int = 0
    zone_max: int = 0
    providers_apart: bool = False
    bases: tuple[LinkingBasis, ...] = ()

    @cached_property
    def replaced_accounts(self) -> list[str]:
        """Namespaces of accounts that a newer one of the same person replaces, as with LINE."""
        return [rule.namespace for rule in self.table if rule.anchor and rule.replaced]

    @cached_property
    def single_owners(self) -> list[str]:
        """Namespaces of which a person has one, for good."""
        return [
            rule.namespace for rule in self.table if rule.anchor and rule.limit == 1 and not rule.replaced
        ]

    @cached_property
    def strong_tier(self) -> int:
        """The weaker of the two strongest tiers."""
        return sorted(rule.tier for rule in (*self.table, self.other))[:2][-1]

    @cached_property
    def ttl_days_min(self) -> int:
        """The shortest time after which a link joins nobody; 0: none ages."""
        return min((rule.ttl_days for rule in (*self.table, self.other) if rule.ttl_days), default=0)

    @cached_property
    def blocks(self) -> bool:
        """Whether any value names nobody by these rules."""
        return any(rule.blocked for rule in (*self.table, self.other))

    @cached_property
    def _named(self) -> dict[str, Rule]:
        return {rule.namespace: rule for rule in self.table}

    @cached_property
    def _found(self) -> dict[str, Rule]:
        return {}

    def of(self, namespace: str) -> Rule:
        """Return the rule for `namespace`."""
        rule = self._found.get(namespace)
        if rule is None:
            rule = self._named.get(namespace)
            if rule is None:
                rule = self._named.get(LINE, self.other) if namespace.startswith("line:") else self.other
            if len(self._found) < NAMESPACES_REMEMBERED:
                self._found[namespace] = rule
        return rule

    def exceeded(self, counts: Mapping[str, int]) -> list[str]:
        """Return the namespaces of which there are too many; every part of a fitting profile fits too."""
        return [
            namespace for namespace, count in counts.items() if count > 1 and count > self.of(namespace).limit
        ]


def read_rules(live: Mapping[int, Any]) -> dict[int, Rules]:
    """Read rules as they are stored, by workspace."""
    return {workspace_id: msgspec.convert(rules, Rules) for workspace_id, rules in live.items()}


class RuleBook:
    """The rules of each workspace; those of the house where a workspace has none of its own.

    Args:
        rules: Rules by workspace. Read anew for each question, so that it may grow and change.
    """

    def __init__(self, rules: Mapping[int, Rules] | None = None, default: Rules | None = None) -> None:
        self._rules = rules if rules is not None else {}
        self._default = default or RULES

    def of(self, workspace_id: int) -> Rules:
        """Return the rules of a workspace."""
        return self._rules.get(workspace_id, self._default)

    def versions(self) -> object:
        """Return a value that changes with the rules of any workspace."""
        return tuple(sorted((workspace_id, rules.version) for workspace_id, rules in self._rules.items()))


RULES = Rules(
    (
        Rule(MEMBER, tier=0, limit=1, anchor=True),
        Rule(LINE, tier=1, limit=1, anchor=True, replaced=True),
        Rule(POS_CARD, tier=2, limit=3, shared_above=5),
        Rule(PHONE, tier=3, limit=3, shared_above=5, succeeds_after_days=180),
        Rule(EMAIL, tier=4, limit=5, shared_above=5),
        Rule(ANONYMOUS, tier=9, limit=60, weak=True, shared_above=8, ttl_days=730),
    ),
    other=Rule("", tier=5, limit=10, shared_above=20),
    version=RULES_VERSION,
    vetoes=(GIVEN_NAME, BIRTH_DATE),
    profile_max=200,
    zone_max=2_000,
    providers_apart=True,
)

# Values that programs write when they have none. They are compared in lower case, whatever the namespace.
BLOCKED = frozenset(
    {
        "", "#n/a", "(null)", "-1", "[object object]", "anonymous", "deleted", "empty", "false", "guest", "me",
        "n/a", "na", "nan", "nil", "no", "none", "not_authenticated", "null", "sample", "system", "test", "true",
        "undefined", "unknown", "user", "visitor", "{}", "[]", "[erased]", "無", "没有", "沒有", "なし", "訪客", "ゲスト", "ไม่มี",
    }
)  # fmt: skip

# Only zeros and dashes: 0, 000, and the UUID of nothing.
BLOCKED_PATTERN = r"[0-]+"

# LINE signs its own test calls with this user.
LINE_TEST_USERS = frozenset({"Udeadbeefdeadbeefdeadbeefdeadbeef"})

# Addresses that staff type when a form insists. The names before the @ and the hosts after it that count as nobody's.
NOBODY_LOCAL = frozenset(
    {
        "1", "123", "1234", "12345", "123456", "a", "aa", "aaa", "abc", "asdf", "example", "fake", "guest", "na", "no",
        "noemail", "nomail", "none", "null", "qwe", "qwer", "test", "testing", "undefined", "unknown", "x", "xx", "xxx",
    }
)  # fmt: skip
NOBODY_HOST = frozenset(
    {
        "1", "123", "a", "aa", "aaa", "abc", "asdf", "email", "example", "fake", "gmail", "hotmail", "mail", "na", "no",
        "noemail", "nomail", "none", "null", "qq", "test", "unknown", "x", "xx", "xxx", "yahoo",
    }
)  # fmt: skip

# A real number that ends like one of these may exist, but far more people typed it to get past a form.
DIGITS_UP = "01234567890123456789"
DIGITS_DOWN = DIGITS_UP[::-1]
TAIL = 8
