import csv
import io
import itertools
import stat
import time
import tracemalloc
from pathlib import Path

import pytest

from tieline.connect.job import ImportJob, run
from tieline.connect.limits import Limits
from tieline.connect.read import open_table
from tieline.connect.undo import import_id_of, message_ids, source_key
from tieline.errors import UnreadableFileError

HEADER = "會員編號,手機,姓名\n"


def reject_rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_batches_hold_five_hundred_items(file, customers, imported):
    got = imported(file(HEADER + "".join(f"M{index},,王\n" for index in range(1201))), customers)
    assert got.batches == [500, 500, 201]
    assert (got.report.rows_read, got.report.items) == (1201, 1201)
    assert len(got.report.samples) == 5


def test_batches_of_long_items_hold_a_megabyte(file, customers, imported):
    got = imported(file(HEADER + "".join(f"M{index},,{'王' * 30_000}\n" for index in range(40))), customers)
    assert max(got.batches) <= 11
    assert sum(got.batches) == 40


def test_a_dry_run_refuses_the_same(file, customers, a_run, tmp_path):
    path = file(HEADER + "M1,abc,王\nM2,,李\n")
    taken = []
    dry = run(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv"))
    real = run(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv"), take=taken.append)
    assert dry == real
    assert (dry.rows_taken, dry.rows_refused, len(taken)) == (1, 1, 1)


def test_progress_goes_from_nothing_to_all(file, customers, a_run, tmp_path):
    path = file(HEADER + "".join(f"M{index},,王\n" for index in range(3000)))
    seen: list[float] = []
    run(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv"), on_progress=seen.append)
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.3
    assert seen[-1] == 1.0


def test_refused_rows_come_back_as_they_were_with_reason_and_way_out(file, customers, imported):
    got = imported(file(HEADER + "M1,12,王\nM2,0912345678,李\n"), customers)
    (row,) = reject_rows(got.rejects)
    assert (row["會員編號"], row["手機"], row["姓名"]) == ("M1", "12", "王")
    assert (row["tieline_row"], row["tieline_column"], row["tieline_reason"]) == ("2", "手機", "not_a_phone")
    assert row["tieline_way_out"]
    assert got.report.rejects[0].value == "**"


def test_excel_reads_the_refused_rows_as_text_and_only_the_owner_may(file, customers, a_run, tmp_path):
    path = file(HEADER + "M1,12,王\n")
    report = run(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv"))
    assert report.rejects_path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert stat.S_IMODE(report.rejects_path.stat().st_mode) == 0o600


def test_no_formula_gets_into_the_refused_rows(file, customers, imported):
    names = ["=HYPERLINK(1)", "+1", "-1", "@a", "＝1", "＋1", "－1", "＠1"]
    text = "會員編號,手機,姓名,=cmd\n" + "".join(f"M,12,{name},=1+1\n" for name in names)
    for cells in csv.reader(io.StringIO(imported(file(text), customers).rejects)):
        assert not any(cell[:1] in set("=+-@\t\r＝＋－＠") for cell in cells if cell)


def test_corrected_refused_rows_can_be_imported_as_they_are(file, customers, imported):
    refused = imported(file(HEADER + "M1,+886x912345678,=王\n"), customers).rejects
    corrected = file(refused.replace("886x", "886"), "utf-8-sig", name="corrected")
    got = imported(corrected, customers)
    assert got.report.rows_refused == 0
    assert got.items[0]["traits"]["given_name"] == "=王"
    assert got.items[0]["context"]["externalIds"][1]["id"] == "+886912345678"
    assert got.report.columns_unused == ()


def test_cells_beyond_the_header_are_given_back_too(file, customers, imported):
    (row,) = reject_rows(imported(file(HEADER + "M1,0912345678,王,小明\n"), customers).rejects)
    assert row["姓名"] == "王,小明"


def test_undecodable_rows_can_be_written_down(file, customers, imported):
    text = (HEADER + "M1,,許功蓋\nM2,,陳美麗\n").encode("cp950") + b"M3,,\xff\xff\n"
    got = imported(file(text), customers)
    assert got.report.reasons == {"undecodable": 1}
    assert reject_rows(got.rejects)[0]["會員編號"] == "M3"


def test_nul_and_endless_text_cost_one_row(file, customers, imported):
    got = imported(file(HEADER + "M0,,a\n" * 7000 + f"M1,,a\0b\nM2,,{'x' * 40_000}\nM3,,c\n"), customers)
    assert got.report.reasons == {"control_character": 1, "too_long": 1}


def test_an_item_too_large_for_the_log_costs_one_row(file, customers, imported):
    got = imported(file(HEADER + f"M1,,{'x' * 300}\nM2,,b\n"), customers, limits=Limits(item_bytes_max=300))
    assert got.report.reasons == {"item_too_large": 1}
    assert len(got.items) == 1


def test_what_was_told_before_a_file_breaks_off_is_told_again_alike(file, customers, a_run, tmp_path):
    path = file(HEADER + "".join(f"M{index},,王\n" for index in range(1500)))
    small = ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv", limits=Limits(rows_max=1200))
    told = []
    with pytest.raises(UnreadableFileError):
        run(small, take=told.append)
    again = list(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv").batches())
    assert [batch.body for batch in told] == [batch.body for batch in again[: len(told)]]
    assert len(told) == 2


def test_rows_of_one_key_have_a_limit(file, orders, imported):
    header = "單號,手機,時間,金額,商品代碼,單價\n"
    line = "{},0912345678,2026/02/01,1,S,1\n"
    got = imported(
        file(header + line.format("A") * 6 + line.format("B")), orders, limits=Limits(group_rows_max=5)
    )
    assert got.report.reasons == {"group_too_large": 6}
    far = header + "".join(line.format(key) for key in itertools.chain(range(20), range(20)))
    with pytest.raises(UnreadableFileError, match="Sort the file"):
        imported(file(far), orders, limits=Limits(open_rows_max=10))


def test_an_import_is_a_source_of_its_own(file, customers, a_run, tmp_path):
    assert import_id_of(source_key("i1")) == "i1"
    assert import_id_of("crm") is None
    path = file(HEADER + "M1,,王\n")
    (batch,) = ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv").batches()
    assert len(list(message_ids(batch.body, "i1"))) == 1
    assert list(message_ids(batch.body, "i2")) == []


def test_a_hundred_thousand_rows_take_seconds(file, customers, a_run, tmp_path, record_property):
    path = file(HEADER + "".join(f"M{index},9{index:08},許功蓋\n" for index in range(100_000)), "cp950")
    started = time.perf_counter()
    report = run(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv"))
    rate = report.rows_read / (time.perf_counter() - started)
    record_property("rows_per_second", round(rate))
    assert report.rows_taken == 100_000
    assert rate > 5_000


def test_a_long_file_holds_little_memory(file, customers, a_run, tmp_path):
    tracemalloc.start()
    path = file(HEADER + "".join(f"M{index},9{index:08},王\n" for index in range(20_000)))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    run(ImportJob(path, customers, a_run, rejects_path=tmp_path / "r.csv"))
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert peak < 4 * 1024 * 1024


def test_the_columns_nobody_asked_for_are_listed(file, customers, imported):
    report = imported(file("會員編號,手機,姓名,備註\nM1,,王,x\n"), customers).report
    assert report.columns_unused == ("備註",)
    assert (report.file_format, report.encoding) == ("csv", "utf-8")


def test_the_name_of_a_file_is_never_asked(workbook, tmp_path):
    path: Path = workbook([["a"], ["1"]]).rename(tmp_path / "list.csv")
    assert open_table(path).format == "xlsx"
