from datetime import UTC, datetime, timedelta

import pytest

from tieline.errors import InvalidInputError
from tieline.model.identity import Node
from tieline.model.profile import Fact, FactKind
from tieline.profile import golden
from tieline.profile.fold import fold

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def said(source: str, value: str, hours: int) -> Fact:
    return Fact(b"n", FactKind.TRAIT, "tier", source, value, NOON + timedelta(hours=hours))


def tier(rule: object) -> str:
    facts = [said("crm", "gold", 0), said("web", "silver", 1), said("import:abc", "bronze", 2)]
    nodes = [Node(b"n", "member_id", "M1", NOON)]
    return fold(1, b"p", nodes, facts, (), golden.read({"tier": rule})).traits["tier"].value


def test_a_trusted_source_is_believed_over_a_newer_word() -> None:
    assert tier({"sources": ["crm"]}) == "gold"
    assert tier({"sources": ["web", "crm"]}) == "silver"


def test_import_stands_for_every_import() -> None:
    assert tier({"sources": ["import", "crm"]}) == "bronze"


def test_a_rule_that_is_not_whole_cannot_stop_the_stream() -> None:
    assert tier({"sources": []}) == "bronze"


@pytest.mark.parametrize(
    "rule", [None, {}, {"sources": "crm"}, {"sources": ["crm", "crm"]}, {"sources": [1]}]
)
def test_a_rule_that_is_not_whole_is_refused(rule: object) -> None:
    with pytest.raises(InvalidInputError):
        golden.parse(rule)
