"""Who is who with all that hangs on it: what people said of themselves, what they did, and the points they got for it."""

from collections import Counter

import msgspec
from msgspec.structs import replace
from test_identify_history import Run, finish

from tieline.ids import keyed_hash
from tieline.ports import HistoryBatch
from tieline.profile import rows
from tieline.profile.stage import ProfileStage
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.history import MemoryHistory
from tieline.testing.build import NOON


def earning(events):
    """Return the events, each another one, in the order of the list, with points that were earned or spent."""
    return [
        replace(
            event, log_offset=number, message_id=f"m{number}", properties={"points": number * 37 % 101 - 20}
        )
        for number, event in enumerate(events, 1)
    ]


class Whole:
    """Identity, profiles and history, put together as the loop puts them."""

    def __init__(self, world):
        self.run = Run(world.rules, epoch=world.epoch)
        self.profile = ProfileStage(MemoryFacts(self.run.store.everyone), _event_key, {}, {})
        self.history = MemoryHistory()
        self.batches = 0
        self.earned = Counter()

    def take(self, events):
        said = self.run.take(events)
        self.earned["events"] += len(said.identified)
        self.earned["points"] += sum(item.event.properties["points"] for item in said.identified)
        self._hand_on(said.identified, said.moves)

    def decide(self, decision):
        decided = self.run.decide(decision)
        self._hand_on([], decided.moves)
        return decided.assertion_id

    def undo(self, assertion_id):
        self._hand_on([], self.run.undo(assertion_id).moves)

    def age(self, to_at):
        self._hand_on([], self.run.age(to_at))

    def _hand_on(self, identified, moves):
        changed = finish(self.profile.process(identified, moves))
        self.batches += 1
        batch = HistoryBatch(
            self.batches, rows.events(identified), rows.profiles(changed, self.batches), rows.moves(moves)
        )
        finish(self.history.append([batch], NOON))

    def counters(self):
        """Return the events and the points of each profile, as history counts them."""
        events, points = Counter(), Counter()
        for row in self.history.events(1):
            events[row["profile_id"]] += 1
            points[row["profile_id"]] += msgspec.json.decode(row["properties"])["points"]
        return {profile_id: (events[profile_id], points[profile_id]) for profile_id in events}

    def seen(self):
        """Return all that may be known of everybody, by profile, as bytes: profile, row in history, timeline, points."""
        living = sorted(set(self.run.profiles.values()))
        counted = self.counters()
        timelines = {profile_id: [] for profile_id in living}
        for row in sorted(self.history.events(1), key=lambda row: row["message_id"]):
            timelines[row["profile_id"]].append({**row, "log_offset": 0})
        kept = {key[1]: row for key, row in self.history.snapshot()["profiles"].items() if not row["gone"]}
        assert sorted(kept) == living
        return {
            change.profile_id: msgspec.json.encode(
                [
                    change.profile,
                    # When the row was written, and who was seen first by then, is not asked of history by anybody.
                    {**kept[change.profile_id], "version": 0, "first_seen_at": None},
                    timelines[change.profile_id],
                    counted.get(change.profile_id),
                ]
            )
            for change in finish(self.profile.view(1, living))
        }


def _event_key(event):
    return keyed_hash(b"", event.message_id)
