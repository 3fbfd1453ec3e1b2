from datetime import UTC, datetime, timedelta

import pytest

from tieline.access import chain
from tieline.model.access import Entry

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def lines(count=5):
    before, made = chain.START, []
    for number in range(1, count + 1):
        entry = Entry(
            NOON + timedelta(minutes=number), "member:1", "segments.write", f"POST segments/{number}", "done"
        )
        before = chain.link(before, 1, number, entry)
        made.append((number, entry, before))
    return made


def test_an_untouched_log_is_whole():
    assert chain.first_broken(1, lines()) is None
    assert chain.first_broken(1, []) is None


@pytest.mark.parametrize("field", ["at", "actor", "action", "thing", "outcome", "detail"])
def test_a_changed_line_is_found(field):
    log = lines()
    number, entry, stored = log[2]
    changed = {name: getattr(entry, name) for name in entry.__struct_fields__}
    changed[field] = NOON if field == "at" else "else"
    log[2] = (number, Entry(**changed), stored)
    assert chain.first_broken(1, log) == 3


def test_a_removed_a_moved_and_a_foreign_line_are_found():
    log = lines()
    assert chain.first_broken(1, [log[0], *log[2:]]) == 2
    assert chain.first_broken(1, [log[0], log[2], log[1], *log[3:]]) == 2
    assert chain.first_broken(2, log) == 1
