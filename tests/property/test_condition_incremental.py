"""Segments kept up to date piece by piece have the members that the meaning of their conditions gives them.

Over 2,000 conditions, 32 at a time over one history: the real stage, the real tables, the real engine. After each piece
the members are those whom `match` finds among what was heard so far; in the end the SQL, asked anew, finds them too.
"""

import asyncio
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from condition_stories import PEOPLE, Chapter, Known, Piece, Story, stories
from condition_table import LONG_AGO, node_id, profile_id
from hypothesis import HealthCheck, Phase, given, settings

from tieline.condition.match import match, rankings
from tieline.condition.node import Node
from tieline.condition.reads import reads
from tieline.condition.rewrite import parsed, rewrite
from tieline.condition.uses import depending
from tieline.model.profile import Profile, ProfileChanged, Trait
from tieline.ports import HistoryBatch
from tieline.profile import rows
from tieline.segment.stage import SegmentStage
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.unit import PostgresUnit

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
REFRESHED = timedelta(minutes=5)
PROFILES = {index: profile_id(index) for index in range(PEOPLE)}
_offsets = count(1)
"""Places in a log that every story goes on with: history takes no batch twice."""
STORIES = 66
"""Times 32 conditions: 2,112."""


@pytest.mark.slow
@settings(
    max_examples=STORIES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ),  # a failure names its condition; to shrink 32 takes minutes
)
@given(story=stories())
def test_members_kept_piece_by_piece_are_whom_match_finds(
    postgres_url: str, clickhouse: ClickHouse, story: Story
) -> None:
    asyncio.run(Telling(story, clickhouse).told(postgres_url))


class Telling:
    """Tells one story to the stage, in a workspace of its own, and looks at the members after each chapter."""

    def __init__(self, story: Story, engine: ClickHouse) -> None:
        self.story = story
        self.history = ClickHouseHistory(engine)
        self.evaluator = ClickHouseEvaluator(self.history)
        self.known = Known()
        self.written = dict(story.segments)
        self.now = story.start
        self.settled: dict[str, datetime] = {}

    async def told(self, url: str) -> None:
        unit = await PostgresUnit.open(url)
        try:
            async with unit.transaction():
                await self._begin(unit)
            stage = self._stage()
            for chapter in self.story.chapters:
                self.now += chapter.wait
                if chapter.restart:
                    stage = self._stage()
                    self.settled.clear()
                async with unit.transaction():
                    await self._edit(chapter)
                batches = [self._batch(piece) for piece in chapter.pieces]
                await self.history.append(batches, self.now)
                async with unit.transaction():
                    await stage.process(batches, self.now)
                    await self._look(chapter)
        finally:
            async with unit.transaction():
                await unit.connection.execute("update segment set state = 'deleted'")
            await unit.close()

    async def _begin(self, unit: PostgresUnit) -> None:
        cursor = await unit.connection.execute(
            """
            insert into workspace (key, name, time_zone, identity_key, created_at)
            values (gen_random_uuid()::text, 'B', %s, 'x', now()) returning workspace_id
            """,
            (self.story.zone,),
        )
        (self.workspace,) = await cursor.fetchone() or (0,)
        self.segments = PostgresSegments(unit.connection)
        for key, definition in self.written.items():
            await self.segments.put(self.workspace, key, key, definition, "ann", self.now)

    def _stage(self) -> SegmentStage:
        return SegmentStage(self.segments, self.evaluator, REFRESHED)

    async def _edit(self, chapter: Chapter) -> None:
        for key, definition in chapter.edits.items():
            self.written[key] = definition
            await self.segments.put(self.workspace, key, key, definition, "ann", self.now)
            for changed in {key, *depending(key, self.written)}:
                self.settled.pop(changed, None)

    def _batch(self, piece: Piece) -> HistoryBatch:
        offset = next(_offsets)
        before = {node: self.known.owner(node) for node in piece.owners}
        self.known.hear(piece, self.now)
        events = [
            {
                "workspace_id": self.workspace,
                "event": heard.event,
                "profile_id": PROFILES[self.known.owner(heard.node)],
                "node_id": node_id(heard.node),
                "at": self.now - heard.ago,
                "log_offset": offset,
                "item": place,
                "message_id": f"{offset}:{place}",
                "source": "shop",
                "type": "track",
                "properties": rows._encode(heard.properties).decode(),
            }
            for place, heard in enumerate(piece.events)
        ]
        moves = [
            {
                "workspace_id": self.workspace,
                "node_id": node_id(node),
                "from_id": PROFILES[before[node]],
                "profile_id": PROFILES[owner],
            }
            for node, owner in piece.owners.items()
            if owner != before[node]
        ]
        changed = [self._changed(index, person) for index, person in piece.people.items()]
        return HistoryBatch(
            offset,
            rows.pa.Table.from_pylist(events, rows.EVENTS),
            rows.profiles(changed, offset),
            rows.pa.Table.from_pylist(moves, rows.MOVES),
        )

    def _changed(self, index: int, person: Any) -> ProfileChanged:
        folded = person and Profile(
            workspace_id=self.workspace,
            profile_id=PROFILES[index],
            identifiers=tuple((namespace, "1") for namespace in sorted(person.namespaces)),
            traits={key: Trait(value, "shop", LONG_AGO) for key, value in person.traits.items()},
            tags=tuple(sorted(person.tags)),
            consents=tuple(sorted(person.consents)),
            friends=tuple(sorted(person.friends)),
            first_seen_at=LONG_AGO,
        )
        return ProfileChanged(self.workspace, PROFILES[index], folded)

    async def _look(self, chapter: Chapter) -> None:
        """Compare every segment with its meaning; one that moves with the clock, or with others, once it is refreshed."""
        last = chapter is self.story.chapters[-1]
        persons = self.known.persons(PROFILES)
        changed = {PROFILES[index] for piece in chapter.pieces for index in piece.people}
        others = parsed(self.written)
        nodes = {key: rewrite(node, others) for key, node in others.items()}
        asked = (
            await self.evaluator.which(
                self.workspace, nodes, list(PROFILES.values()), self.now, self.story.zone
            )
            if last
            else {}
        )
        for key, node in nodes.items():
            right = self._meant(node, persons)
            held = await self.segments.all_members(self.workspace, key)
            read = reads(node)
            said = f"{key} at {self.now}: {self.written[key]}"
            if self._fresh(key) or not (read.relative_time or read.others):
                assert held == right, said
            elif not read.others:
                assert held & changed == right & changed, said
            if last:
                assert {person for person, names in asked.items() if key in names} == right, said

    def _fresh(self, key: str) -> bool:
        at = self.settled.get(key)
        if at is None or self.now - at >= REFRESHED:
            self.settled[key] = self.now
            return True
        return False

    def _meant(self, node: Node, persons: dict[int, Any]) -> set[bytes]:
        first = rankings(node, persons.values(), self.now, self.story.zone)
        return {
            PROFILES[index]
            for index, person in persons.items()
            if match(node, person, self.now, self.story.zone, first)
        }
