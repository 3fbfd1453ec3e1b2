"""What a broadcast brought against who was held out: by the lot, within each person's own days, over merges."""

from datetime import UTC, datetime, timedelta

from mass_desk import Desk

from tieline.model.group import Group
from tieline.store.postgres.broadcast_results import Orders, PostgresBroadcastResults

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


async def frozen(desk: Desk, *arms: str) -> list[bytes]:
    """Freeze one recipient for each arm, each a day after the one before; return their profiles."""
    users = await desk.brand.befriend(len(arms))
    rows = await desk.brand.rows(
        """
        insert into broadcast_recipient
        select node.workspace_id, 'sale', place, node_id, arm, %s::timestamptz + (place - 1) * interval '1 day'
        from unnest(%s::text[], %s::text[]) with ordinality as said (line_user, arm, place)
        join node on node.value = said.line_user
        returning place, person
        """,
        NOON,
        users,
        list(arms),
    )
    return [bytes(person) for _, person in sorted(rows)]


async def groups(desk: Desk, *orders: tuple[bytes, timedelta, float]) -> tuple[Group, Group]:
    people, after, amounts = zip(*orders, strict=True) if orders else ((), (), ())
    said = Orders(people, [NOON + one for one in after], amounts)
    async with desk.brand.unit.transaction():
        results = PostgresBroadcastResults(desk.brand.unit.connection)
        return await results.groups(desk.brand.workspace_id, "sale", said, WEEK)


async def test_orders_count_in_the_arm_of_the_lot_within_each_persons_days(desk: Desk) -> None:
    one, two, held, other = await frozen(desk, "a", "b", "held_out", "held_out")
    hour = timedelta(hours=1)

    told, kept = await groups(
        desk,
        (one, hour, 100.0),
        (one, 2 * hour, 50.0),
        (two, hour, 70.0),  # before the day of this person
        (held, timedelta(days=2) + WEEK, 30.0),
        (other, timedelta(days=3) + WEEK + hour, 90.0),  # after it
    )

    assert (told.people, told.converted, told.mean, told.variance) == (2, 1, 75.0, 150.0**2 / 2)
    assert (kept.people, kept.converted, kept.mean) == (2, 1, 15.0)


async def test_who_became_one_person_with_somebody_who_got_it_was_not_held_out(desk: Desk) -> None:
    told_id, held_id, _ = await frozen(desk, "a", "held_out", "held_out")
    await desk.brand.rows("update node set profile_id = %s where node_id = %s returning 1", told_id, held_id)

    told, kept = await groups(desk)

    assert (told.people, kept.people, told.converted, told.variance) == (1, 1, 0, 0.0)


async def test_nothing_is_known_of_a_broadcast_that_is_not_frozen(desk: Desk) -> None:
    async with desk.brand.unit.transaction():
        results = PostgresBroadcastResults(desk.brand.unit.connection)
        assert await results.span(desk.brand.workspace_id, "sale") is None
