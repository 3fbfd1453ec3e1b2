"""A person goes from history, also from what others' profiles were while she was a part of them."""

import pytest

from tieline.model.erasure import ErasedNode
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.testing.build import NOON, WORKSPACE, batch, changed, moved, name


@pytest.mark.parametrize("squashed", [False, True])
async def test_what_a_browser_said_of_her_before_it_was_cut_off_goes_with_her(
    clickhouse: ClickHouse, squashed: bool
) -> None:
    history = ClickHouseHistory(clickhouse)
    hers = {"name": "李消失"}
    await history.append([batch(1, (), [changed("browser", hers)], [moved("ann", "ann", "browser")])], NOON)
    cut = [moved("ann", "browser", "ann")]
    await history.append([batch(2, (), [changed("browser", {}), changed("ann", hers)], cut)], NOON)
    if squashed:
        await history.squash()

    await history.erase(WORKSPACE, [ErasedNode(name("ann"), "member_id", "M1")])

    left = clickhouse.query("select profile_id, toString(traits) as traits from profile").to_pylist()
    assert [(row["profile_id"], "李消失" in row["traits"]) for row in left] == [(name("browser"), False)]
