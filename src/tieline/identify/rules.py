"""What counts as a name for a person, how strong it is, and how many of a kind one person may hold."""

from collections.abc import Mapping, Sequence

import msgspec

from tieline.model.identity import ANONYMOUS, EMAIL, LINE, MEMBER, PHONE, POS_CARD

RULES_VERSION = 1


class Rule(msgspec.Struct, frozen=True, gc=False):
    """One namespace.

    Attributes:
        tier: Strength; the lowest names the person best, and its links are decided first. No two rules share a tier.
        limit: How many different values one profile may hold.
        weak: It names a thing that changes hands. Of weak links the latest wins, of others the first.
    """

    namespace: str
    tier: int
    limit: int
    weak: bool = False


class Rules:
    """A table of rules with one for every namespace that it does not name.

    Args:
        table: Named namespaces. "line" stands for every "line:<provider>", each with a limit of its own.
        other: Everything else.
    """

    def __init__(self, table: Sequence[Rule], other: Rule, version: int) -> None:
        self._table = {rule.namespace: rule for rule in table}
        self._other = other
        self.version = version

    def of(self, namespace: str) -> Rule:
        """Return the rule for `namespace`."""
        rule = self._table.get(namespace)
        if rule is not None:
            return rule
        family = namespace.partition(":")[0]
        return self._table[LINE] if family == LINE else self._other

    def exceeded(self, counts: Mapping[str, int]) -> list[str]:
        """Return the namespaces of which there are too many; every part of a fitting profile fits too."""
        return [
            namespace for namespace, count in counts.items() if count > 1 and count > self.of(namespace).limit
        ]


RULES = Rules(
    (
        Rule(MEMBER, tier=0, limit=1),
        Rule(LINE, tier=1, limit=1),
        Rule(POS_CARD, tier=2, limit=3),
        Rule(PHONE, tier=3, limit=3),
        Rule(EMAIL, tier=4, limit=5),
        Rule(ANONYMOUS, tier=9, limit=60, weak=True),
    ),
    other=Rule("", tier=5, limit=10),
    version=RULES_VERSION,
)

# Values that programs write when they have none. They are compared in lower case, whatever the namespace.
BLOCKED = frozenset(
    {
        "", "#n/a", "(null)", "-1", "[object object]", "anonymous", "deleted", "empty", "false", "guest", "me",
        "n/a", "na", "nan", "nil", "no", "none", "not_authenticated", "null", "sample", "system", "test", "true",
        "undefined", "unknown", "user", "visitor", "{}", "[]", "無", "没有", "沒有", "なし", "訪客", "ゲスト", "ไม่มี",
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
