"""An explanation says what the condition says, part by part."""

from typing import Any

import pytest
from condition_worlds import NOW, World, conditions, worlds
from hypothesis import HealthCheck, given, settings

from tieline.condition.match import Person, match, rankings
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.condition.why import Question, explain

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")


def follows(said: dict[str, Any]) -> bool:
    """Whether a part is true exactly as its own parts make it, all the way down."""
    parts = said.get("parts", [])
    if not parts:
        return True
    truths = [part["holds"] for part in parts]
    words = [part["as"] for part in parts]
    if "exclude" in words:
        right = truths[0] and not truths[1]
    elif "not" in words:
        right = not truths[0]
    else:
        right = any(truths) if "any" in words else all(truths)
    return said["holds"] is right and all(map(follows, parts))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), written=conditions)
def test_an_explanation_ends_where_the_condition_does(world: World, written: Any) -> None:
    found = [world.person(index, bytes([index])) for index in range(len(world.people))]
    people = [person for person in found if person is not None]
    node = rewrite(parse(written))
    first = rankings(node, people, NOW, "Asia/Taipei")
    for person in people:
        said = explain(written, Question(person, NOW, "Asia/Taipei", first=first))
        assert said["holds"] is match(node, person, NOW, "Asia/Taipei", first)
        assert said["condition"] == written
        assert follows(said)


def test_a_segment_inside_is_explained_by_its_own_parts() -> None:
    person = Person(tags=frozenset({"vip"}), traits={"tier": "gold"})
    definitions = {"vips": {"all": [{"tag": "vip"}, {"trait": "tier", "op": "exists"}]}}
    said = explain({"not": {"segment": "vips"}}, Question(person, NOW, "UTC", definitions))
    (inside,) = said["parts"]
    assert (said["holds"], inside["holds"]) == (False, True)
    tag, tier = inside["parts"][0]["parts"]
    assert (tag["holds"], tier["found"]) == (True, ["gold"])
