from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieline.connect.intake import _undo_body
from tieline.identify.undo import _first, is_undo, next_undo
from tieline.model.event import LogKind, LogRow
from tieline.model.profile import ConsentEvent, granted

AT = datetime(2026, 5, 1, tzinfo=UTC)
UNDO = _undo_body("a")
OTHER = msgspec.json.encode(
    {"batch": [{"type": "track", "event": "message_sent", "properties": {"event": "import_undone"}}]}
)


def row(offset: int, body: bytes, kind: LogKind = LogKind.OWN) -> LogRow:
    return LogRow(offset, 1, 1, kind, 1, AT, body)


def test_only_tieline_itself_takes_an_import_back():
    assert is_undo(row(1, UNDO))
    assert not is_undo(row(1, UNDO, LogKind.BATCH))
    assert not is_undo(row(1, OTHER))


@given(st.lists(st.booleans()))
def test_every_undo_is_a_batch_of_its_own_and_no_row_is_left_out(undos):
    rows = [row(offset, UNDO if undo else OTHER) for offset, undo in enumerate(undos)]
    batches = []
    while rows:
        batch = next_undo(rows)
        batches.append(batch)
        rows = rows[len(batch) :]
    assert [one.log_offset for batch in batches for one in batch] == list(range(len(undos)))
    assert all(len(batch) == 1 or not any(map(is_undo, batch)) for batch in batches)


def test_of_one_millisecond_the_exact_time_counts():
    exact = AT + timedelta(microseconds=400)
    assert list(_first(exact, AT)) == [exact]
    assert list(_first(exact, AT - timedelta(days=1))) == [AT - timedelta(days=1)]
    assert list(_first(None, AT)) == [AT]
    assert list(_first(AT, None)) == [AT]
    assert list(_first(None, None)) == []


def consent(source: str, *, granted: bool, method: str = "import", days: int = 0) -> ConsentEvent:
    at = AT + timedelta(days=days)
    return ConsentEvent(
        b"n" * 16, "marketing", "line", granted, method, "1", {}, source, f"{source}{method}".encode(), at, at
    )


def test_a_grant_that_was_taken_back_leaves_room_for_the_corrected_one():
    wrong = consent("import:a", granted=True)
    answered = consent("import:a", granted=False, method="import_undone", days=9)
    assert granted([wrong]) == ("marketing:line",)
    assert granted([wrong, answered]) == ()
    assert granted([wrong, answered, consent("import:b", granted=True)]) == ("marketing:line",)
    assert granted([wrong, answered, consent("web", granted=True, method="form")]) == ("marketing:line",)


def test_a_refusal_outlives_the_list_it_came_with():
    refusal = consent("import:a", granted=False)
    answered = consent("import:a", granted=False, method="import_undone", days=9)
    assert granted([refusal, answered, consent("import:b", granted=True, days=3)]) == ()
