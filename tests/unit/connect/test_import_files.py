"""Odd and hostile files: each is refused plainly, or costs only the rows that are broken."""

import contextlib
import datetime as dt
import random
import tracemalloc
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tieline.connect.limits import MIB, Limits
from tieline.connect.read import open_table
from tieline.errors import UnreadableFileError

HEADER = "會員編號,手機,姓名\n"


def cells(path, **options):
    table = open_table(path, **options).table
    return [tuple(row.cells.values()) for row in table.rows() if not row.damage]


def damage(path, **options):
    return {row.number: row.damage for row in open_table(path, **options).table.rows() if row.damage}


def refused(path, **options) -> str:
    with pytest.raises(UnreadableFileError) as error:
        for _ in open_table(path, **options).table.rows():
            pass
    assert error.value.way_out
    return error.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_names_with_backslashes_in_big5_are_read(file, encoding):
    path = file(HEADER + 'M1,0912345678,許功蓋\nM2,0922345678,"許,功\n蓋"\n', encoding)
    assert cells(path) == [("M1", "0912345678", "許功蓋"), ("M2", "0922345678", "許,功\n蓋")]
    assert open_table(path).table.encoding == encoding


def test_japanese_shift_jis_is_told_from_big5(file):
    path = file("会員番号,氏名\n1,渡辺カナコ\n2,ソノ表\n", "cp932")
    assert cells(path) == [("1", "渡辺カナコ"), ("2", "ソノ表")]


def test_utf16_is_refused_plainly(file):
    assert "UTF-16" in refused(file(HEADER, "utf-16"))
    assert "neither text" in refused(file(HEADER, "utf-16-be"))
    assert "neither text" in refused(file(HEADER, "utf-16-le"))


def test_a_line_in_another_encoding_costs_that_line(file):
    big5 = (HEADER + "M1,0912345678,許功蓋\nM2,0922345678,陳美麗\n").encode("cp950")
    path = file(big5 + "M3,0932345678,王小明\n".encode() + "M4,0942345678,林大同\n".encode("cp950"))
    assert [row[0] for row in cells(path)] == ["M1", "M2", "M4"]
    assert damage(path) == {4: "undecodable"}


def test_a_line_of_utf8_that_happens_to_be_valid_big5_is_not_read_as_noise(file):
    pasted = "M2,,大大\n".encode()
    assert pasted.decode("cp950")
    path = file((HEADER + "M1,,許功蓋\n").encode("cp950") + pasted)
    assert damage(path) == {3: "undecodable"}
    assert cells(path) == [("M1", "", "許功蓋")]


def test_big5_lines_pasted_into_utf8_cost_those_lines(file):
    utf8 = (HEADER + "M1,,王小明\nM2,,陳美麗\n").encode()
    path = file(utf8 + "M3,,許功蓋\n".encode("cp950"))
    assert damage(path) == {4: "undecodable"}


def test_bytes_of_no_encoding_are_refused(file):
    noise = b"".join(bytes([0xFF, 0xFE, 0x80 + index % 64]) + b",1\n" for index in range(50))
    assert "neither UTF-8, Big5 nor Shift_JIS" in refused(file(b"a,b\n" + noise))


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n  \n"])
def test_an_empty_file_is_refused(file, content):
    assert "empty" in refused(file(content))


def test_a_header_alone_is_a_file_without_rows(file):
    assert cells(file(HEADER)) == []


def test_of_two_equal_headers_the_mapping_must_name_one(file, customers, imported):
    path = file("會員編號,手機,手機,姓名\nM1,0912345678,0222345678,王\n")
    assert open_table(path).table.columns == ("會員編號", "手機 (1)", "手機 (2)", "姓名")
    with pytest.raises(Exception, match=r"手機 \(1\)、手機 \(2\)"):
        imported(path, customers)


@pytest.mark.parametrize("between", [",", ";", "\t", "|"])
def test_what_stands_between_cells_is_found_out(file, between):
    path = file(between.join(["名稱", '"a,b;c"', "d"]) + "\n" + between.join(["1", "2", "3"]) + "\n")
    assert cells(path) == [("1", "2", "3")]


def test_an_unclosed_quote_swallows_no_other_row(file):
    rows = [f"M{index},09123456{index:02},王\n" for index in range(60)]
    rows[3] = 'M3,"0912345603,王\n'
    path = file(HEADER + "".join(rows))
    assert len(cells(path)) == 59
    assert damage(path) == {5: "bad_quotes"}


def test_a_bomb_of_open_quotes_is_given_up_soon(file):
    path = file(HEADER + '"x\n' * 200_000)
    assert "Quotation marks" in refused(path)


def test_a_bomb_inside_one_quote_holds_little_memory(file):
    path = file(HEADER + 'M1,0912345678,"' + ("x" * 1000 + "\n") * 30_000)
    tracemalloc.start()
    assert damage(path) == {2: "bad_quotes"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * MIB


def test_a_line_without_end_costs_one_row(file):
    path = file(HEADER + "M1," + "9" * (5 * MIB) + ",王\nM2,0912345678,李\n")
    assert damage(path) == {2: "bad_quotes"}
    assert cells(path) == [("M2", "0912345678", "李")]


def test_a_row_with_too_many_cells_is_refused_and_blank_ones_are_passed_over(file):
    path = file(HEADER + "\nM1,0912345678,王,小明\n,,\nM2,,,,\nM3\n")
    assert damage(path) == {3: "too_many_cells"}
    assert cells(path) == [("M2", "", ""), ("M3", "", "")]


def test_limits_of_rows_columns_and_bytes_hold(file):
    assert "more than 5 rows" in refused(file(HEADER + "a,b,c\n" * 6), limits=Limits(rows_max=5))
    assert "more than 500 columns" in refused(file(",".join(f"c{index}" for index in range(501)) + "\n"))
    assert "bytes" in refused(file(HEADER + "x" * 100), limits=Limits(file_bytes_max=50))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old .xls"),
        (b"\x1f\x8b\x08\0\0", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table>", "HTML"),
        (b'{"a": 1}', "JSON"),
        (b"a\0b\0c\n", "neither text"),
        (b"a,b\r1,2\r", "Mac OS 9"),
        (b"PK\x03\x04" + b"\0" * 100, "damaged"),
        (b"PAR1" + b"\0" * 100, "damaged"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(file, content, words):
    assert words in refused(file(content, name="customers.csv"))


def test_a_workbook_is_read_by_its_content(workbook):
    path = workbook(
        [
            ["會員編號", "手機", "生日", "金額", "VIP"],
            ["M1", 912345678, dt.date(1990, 3, 5), 12.5, True],
            [None, None, None, None, None],
            [2, "0922345678", None, 3.0, False],
            [9123456789012345678, None, None, None, None],
        ]
    )
    assert cells(path) == [
        ("M1", "912345678", "1990-03-05 00:00:00", "12.5", "true"),
        ("2", "0922345678", "", "3", "false"),
        ("9.12345678901235E+18", "", "", "", ""),
    ]


def test_a_phone_that_excel_took_for_a_number_is_repaired_and_said_so(workbook, customers, imported):
    path = workbook([["會員編號", "手機", "姓名"], ["M1", 912345678, "王"], ["M2", "9.12E+08", "李"]])
    got = imported(path, customers)
    assert got.items[0]["context"]["externalIds"][1] == {"type": "phone", "id": "0912345678"}
    assert [(one.code, one.column, one.rows, one.first_row) for one in got.report.warnings] == [
        ("digits_restored", "手機", 1, 2)
    ]
    assert got.report.reasons == {"digits_lost": 1}


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(workbook):
    assert "no sheet 'x'" in refused(workbook([["a"]]), sheet="x")


def test_a_zip_bomb_is_never_unpacked(workbook, repacked):
    bomb = repacked(workbook([["a"], ["1"]]), {"xl/media/image1.png": b"\0" * (150 * MIB)})
    tracemalloc.start()
    assert "would unpack to" in refused(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * MIB


def test_a_workbook_that_is_large_inside_is_refused_by_its_sum(workbook, repacked):
    big = repacked(workbook([["a"], ["1"]]), {"x.bin": bytes(range(256)) * 40})
    assert "would unpack to" in refused(big, limits=Limits(unpacked_bytes_max=10_000))


def test_a_lie_about_the_unpacked_size_gains_nothing(workbook, repacked):
    sheet = (
        b'<worksheet><sheetData><row r="1">'
        + b"<c><v>1</v></c>" * 200_000
        + b"</row></sheetData></worksheet>"
    )
    path = repacked(workbook([["a"], ["1"]]), {"xl/worksheets/sheet1.xml": sheet})
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    honest, lie = size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    path.write_bytes(bytes(raw).replace(honest, lie))
    assert "damaged" in refused(path)


def test_a_workbook_of_a_thousand_parts_is_refused(workbook, repacked):
    path = workbook([["a"], ["1"]])
    assert "too many parts" in refused(repacked(path, {f"p{index}": b"" for index in range(1001)}))
    many = repacked(path, {f"part{index:08}": b"" for index in range(20_000)})
    assert "too many parts" in refused(many, limits=Limits(members_max=100_000))


def test_an_archive_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "archive"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no .xlsx workbook" in refused(path)


def test_entities_in_a_workbook_are_refused(workbook, repacked):
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    )
    assert "XML entities" in refused(repacked(workbook([["a"]]), {"xl/worksheets/sheet1.xml": laughs}))


@pytest.mark.parametrize(
    "sheet",
    [
        b'<row r="1"><c r="XFD1" t="inlineStr"><is><t>x</t></is></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="999999999"><c r="A999999999"><v>1</v></c></row>',
        b'<row r="1"><c r="A1" t="s"><v>77</v></c></row>',
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>ten</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c>',
    ],
)
def test_a_sheet_with_hostile_references_ends_quickly(workbook, repacked, sheet):
    head = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
    path = repacked(
        workbook([["a"]]),
        {"xl/worksheets/sheet1.xml": head + b"<sheetData>" + sheet + b"</sheetData></worksheet>"},
    )
    with contextlib.suppress(UnreadableFileError):
        assert cells(path) == []


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData><row>" + b"<c/>" * 400_000 + b"</row></sheetData></worksheet>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData><row>" + b"<c/><row/>" * 150_000 + b"</row></sheetData></worksheet>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            b"<worksheet><sheetData>" + b"<row/>" * 400_000 + b"</sheetData></worksheet>",
        ),
        ("xl/sharedStrings.xml", b"<sst>" + b"<si/>" * 400_000 + b"</sst>"),
        ("xl/styles.xml", b"<styleSheet>" + b"<x a='1' b='2'/>" * 120_000 + b"</styleSheet>"),
    ],
)
def test_markup_that_would_swell_in_memory_is_counted_first(workbook, repacked, part, content):
    noise = random.Random(7).randbytes(200_000)  # so that the ratio is not what refuses it
    path = repacked(workbook([["a"], ["1"]]), {part: content, "xl/media/noise.png": noise})
    assert "too many cells" in refused(path, limits=Limits(elements_max=300_000))


def test_rows_of_any_number_are_let_go_of(workbook):
    path = workbook([["a", "b"], *[[str(index), index] for index in range(2_000)]])
    assert len(cells(path, limits=Limits(elements_max=6_000))) == 2_000


def test_a_cell_with_megabytes_of_text_is_refused(workbook, repacked):
    noise = random.Random(7).randbytes(200_000)
    sheet = (
        b"<worksheet><sheetData><row><c><v>" + b"9" * (3 * MIB) + b"</v></c></row></sheetData></worksheet>"
    )
    path = repacked(workbook([["a"]]), {"xl/worksheets/sheet1.xml": sheet, "xl/media/noise.png": noise})
    assert "too much text" in refused(path)


def test_a_sheet_that_understates_its_size_loses_no_row(workbook, repacked):
    path = workbook([["a", "b"], ["1", "2"], ["3", "4"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<dimension" not in sheet
    small = sheet.replace(b"<sheetData", b'<dimension ref="A1"/><sheetData', 1)
    assert cells(repacked(path, {"xl/worksheets/sheet1.xml": small})) == [("1", "2"), ("3", "4")]


def test_parquet_is_read_as_text(tmp_path):
    path = tmp_path / "table"
    table = pa.table(
        {
            "會員編號": ["M1", None],
            "金額": [1.5, 3.0],
            "時間": pa.array([dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC)] * 2),
            "日": [dt.date(2026, 1, 2), None],
            "標籤": [["a", "b"], []],
            "大": [9123456789012345678, 1],
            "分類": pa.array([1, 2]).dictionary_encode(),
        }
    )
    pq.write_table(table, path)
    assert cells(path) == [
        (
            "M1",
            "1.5",
            "2026-01-02 03:04:00+00:00",
            "2026-01-02 00:00:00",
            '["a","b"]',
            "9123456789012345678",
            "1",
        ),
        ("", "3", "2026-01-02 03:04:00+00:00", "", "[]", "1", "2"),
    ]


def test_a_parquet_bomb_of_one_long_text_is_measured_before_it_is_multiplied(tmp_path):
    path = tmp_path / "bomb"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000), pa.array(["x" * MIB]))
    pq.write_table(pa.table({"a": column}), path)
    assert path.stat().st_size < 2 * MIB
    before = pa.total_allocated_bytes()
    assert "too much text" in refused(path)
    assert pa.total_allocated_bytes() - before < 64 * MIB


def test_a_parquet_bomb_of_rows_is_refused_by_its_footer(tmp_path):
    path = tmp_path / "bomb"
    pq.write_table(pa.table({"a": pa.repeat(1, 6_000_000)}), path)
    assert "more than 5,000,000 rows" in refused(path)
