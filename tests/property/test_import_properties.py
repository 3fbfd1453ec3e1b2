"""Laws that hold for every file, however odd."""

import csv
import io
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.connect.cell import clean, masked, neutralised
from tieline.connect.convert import ImportRun
from tieline.connect.job import ImportJob, Report, run
from tieline.connect.mapping import read_mapping
from tieline.connect.moment import read_date
from tieline.connect.phone import read_phone
from tieline.connect.reasons import REASONS, RefusedError
from tieline.errors import UnreadableFileError

RUN = ImportRun(1, "i1", datetime(2026, 3, 1, tzinfo=UTC))
MAPPING = read_mapping(
    {
        "source": "crm",
        "kind": "customers",
        "identifiers": {"member_id": "id", "phone": "phone"},
        "traits": {"name": "name", "age": {"column": "age", "type": "integer"}},
    }
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HEADER = ["id", "phone", "name", "age"]
CELL = st.one_of(
    TEXT, st.sampled_from(["0912345678", "9.12E+08", "912345678", "7", "", "=1+1", '"', "許功蓋"])
)
ROWS = st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=8)
DAYS = st.dates(date(1912, 1, 1), date(2100, 12, 31))


def imported(content: bytes) -> tuple[Report, list[dict[str, object]], str]:
    with tempfile.TemporaryDirectory() as folder:
        path, rejects = Path(folder, "in"), Path(folder, "out")
        path.write_bytes(content)
        items: list[dict[str, object]] = []
        job = ImportJob(path, MAPPING, RUN, rejects_path=rejects)
        report = run(job, take=lambda batch: items.extend(json.loads(batch.body)["batch"]))
        return report, items, rejects.read_text("utf-8-sig") if report.rejects_path else ""


def written(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([HEADER, *rows])
    return out.getvalue().encode()


@settings(max_examples=150, deadline=None)
@given(ROWS)
def test_every_row_is_taken_or_refused_and_none_is_lost(rows: list[list[str]]):
    report, items, rejects = imported(written(rows))
    told = [row for row in rows if any(row)]
    assert report.rows_read == report.rows_taken + report.rows_refused == len(told)
    assert report.rows_taken == len(items)
    refused = list(csv.reader(io.StringIO(rejects, newline="")))[1:]
    assert len(refused) == report.rows_refused == sum(report.reasons.values())
    assert set(report.reasons) <= REASONS.keys()


@settings(max_examples=80, deadline=None)
@given(ROWS)
def test_importing_twice_tells_the_same_messages(rows: list[list[str]]):
    content = written(rows)
    assert imported(content)[1] == imported(content)[1]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(noise: bytes):
    try:
        report, items, _ = imported(b"id,phone,name,age\nM1,,a,1\n" + noise)
    except UnreadableFileError:
        return
    assert report.rows_read == report.rows_taken + report.rows_refused
    assert report.rows_taken == len(items)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
def test_a_harmless_cell_reads_back_as_itself(text: str):
    safe = neutralised(text)
    assert not safe or safe[0] not in "=+-@\t\r\n＝＋－＠"
    assert clean(safe, 100) == clean(text, 100)


@given(
    DAYS,
    st.sampled_from(
        ["民國 {}/{:02}/{:02}", "{}/{}/{}", "民國{}年{}月{}日", "{:03}{:02}{:02}", "{}-{:02}-{:02}"]
    ),
)
def test_a_roc_date_is_the_same_day(day: date, pattern: str):
    if day.year - 1911 < 10:
        return
    assert read_date(pattern.format(day.year - 1911, day.month, day.day), ("ROC",)) == day


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y.%m.%d"]))
def test_a_date_with_four_digits_is_the_same_day(day: date, pattern: str):
    assert read_date(day.strftime(pattern), ()) == day


@given(st.integers(0, 10**8 - 1), st.sampled_from(["plain", "float", "scientific"]))
def test_a_repaired_phone_is_the_number_that_was_there(tail: int, damage: str):
    number = 900_000_000 + tail
    text = {"plain": str(number), "float": f"{number}.0", "scientific": f"{number:.8E}"}[damage]
    repaired = read_phone(text, "TW").value
    assert repaired == f"0{number}"
    parsed = phonenumbers.parse(repaired, "TW")
    assert parsed.national_number == number


@given(st.integers(0, 10**8 - 1), st.integers(0, 7))
def test_a_phone_cut_to_fewer_digits_never_becomes_another(tail: int, digits: int):
    number = 900_000_000 + tail
    with pytest.raises(RefusedError) as refused:
        read_phone(f"{number:.{digits}E}", "TW")
    assert refused.value.reason == "digits_lost"


@given(TEXT)
def test_a_masked_value_shows_two_characters_at_most(text: str):
    assert sum(shown != "*" for shown in masked(text)) <= 2
