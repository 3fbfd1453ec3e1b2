from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tieline.connect.cell import clean, is_nobody, masked, neutralised
from tieline.connect.moment import read_date, read_moment
from tieline.connect.phone import read_code, read_phone
from tieline.connect.reasons import REASONS, RefusedError
from tieline.connect.value import read_boolean, read_integer, read_list, read_number

TAIPEI = ZoneInfo("Asia/Taipei")


def reason(call, *arguments) -> str:
    with pytest.raises(RefusedError) as refused:
        call(*arguments)
    assert refused.value.reason in REASONS
    return refused.value.reason


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("2025-03-05", ()),
        ("2025/3/5", ()),
        ("2025年3月5日", ()),
        ("20250305", ()),
        ("２０２５／０３／０５", ()),
        ("2025-03-05T10:00:00", ()),
        ("民國 114/03/05", ("ROC",)),
        ("民國114年3月5日", ()),
        ("中華民國 114 年 3 月 5 日", ()),
        ("114/03/05", ("ROC",)),
        ("114.3.5", ("ROC",)),
        ("1140305", ("ROC",)),
        ("114/03/05", ("%Y/%m/%d", "ROC")),
        ("2025/03/05", ("ROC", "ISO")),
        ("05.03.2025", ("%d.%m.%Y",)),
        ("2025-03-05 00:00:00", ("ROC",)),
    ],
)
def test_a_day_is_read_as_it_is_written_in_taiwan(text: str, formats: tuple[str, ...]):
    assert read_date(text, formats) == date(2025, 3, 5)


@pytest.mark.parametrize(
    ("text", "formats"),
    [
        ("114/03/05", ()),
        ("2025/02/29", ()),
        ("114/02/29", ("ROC",)),
        ("05/03/2025", ()),
        ("45720", ()),
        ("2025/03/05", ("ROC",)),
        ("民國 2025/03/05", ()),
        ("1800-01-01", ()),
        ("生日", ()),
    ],
)
def test_a_day_that_could_be_another_is_refused(text: str, formats: tuple[str, ...]):
    assert reason(read_date, text, formats) == "not_a_date"


def test_a_leap_day_of_a_roc_year_is_a_day():
    assert read_date("113/02/29", ("ROC",)) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("text", "formats", "at"),
    [
        ("2025/03/05 14:30", (), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
        ("2025/3/5 下午 02:30:00", (), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
        ("2025/3/5 上午 12:05", (), datetime(2025, 3, 4, 16, 5, tzinfo=UTC)),
        ("2025/3/5 12:05 PM", (), datetime(2025, 3, 5, 4, 5, tzinfo=UTC)),
        ("民國114年3月5日 14時30分", (), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
        ("2025-03-05T06:30:00Z", (), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
        ("2025-03-05T06:30:00.250+0000", (), datetime(2025, 3, 5, 6, 30, 0, 250_000, tzinfo=UTC)),
        ("2025-03-05 15:30:00+09:00", (), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
        ("114/03/05 14:30:00", ("ROC",), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
        ("05.03.2025 14:30", ("%d.%m.%Y %H:%M",), datetime(2025, 3, 5, 6, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_the_zone_where_the_clock_hung(text: str, formats: tuple[str, ...], at: datetime):
    assert read_moment(text, formats, TAIPEI) == at


@pytest.mark.parametrize("text", ["2025-03-05 25:00", "2025-03-05 下午 14:30", "14:30", "2025-03-05 14:61"])
def test_a_moment_that_never_was_is_refused(text: str):
    assert reason(read_moment, text, (), TAIPEI) == "not_a_time"


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("912345678", "0912345678"),
        ("9.12345678E+08", "0912345678"),
        ("9.12345678e8", "0912345678"),
        ("912345678.0", "0912345678"),
        ("912-345-678", "0912345678"),
        ("886912345678", "+886912345678"),
        ("8.86912345678E+11", "+886912345678"),
        ("'0912345678", "0912345678"),
    ],
)
def test_a_phone_gets_back_what_the_spreadsheet_took(text: str, phone: str):
    assert read_phone(text, "TW") == (phone, True)


@pytest.mark.parametrize(
    "text", ["0912345678", "+886 912 345 678", "02-2345-6789 #12", "(02)23456789", "+14155550123"]
)
def test_a_sound_phone_stays_as_it_is(text: str):
    assert read_phone(text, "TW") == (text, False)


@pytest.mark.parametrize("text", ["9.12E+08", "8.86912E+11", "9.1234568E+08"])
def test_a_phone_with_lost_digits_is_refused_and_not_filled_with_zeros(text: str):
    assert reason(read_phone, text, "TW") == "digits_lost"


@pytest.mark.parametrize("text", ["12345", "王小明", "a@b.tw", "0912345678/0987654321/0911111111"])
def test_what_is_no_phone_is_refused(text: str):
    assert reason(read_phone, text, "TW") == "not_a_phone"


def test_digits_are_added_only_where_they_are_dialled():
    assert read_phone("912345678", "US").value == "912345678"
    assert read_phone("9012345678", "JP").value == "09012345678"


def test_a_member_number_keeps_its_digits_or_is_refused():
    assert read_code("2.01234E+05").value == "201234"
    assert read_code("A2E5").value == "A2E5"
    assert reason(read_code, "2.01E+11") == "digits_lost"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234", 1234),
        ("NT$1,234.50", 1234.5),
        ("１２３元", 123),
        ("-5", -5),
        ("0.5", 0.5),
        ("12.0", 12),
        ("1E3", 1000),
    ],
)
def test_a_number_is_read_with_its_currency(text: str, number: float):
    assert read_number(text) == number


@pytest.mark.parametrize(
    "text", ["1,23", "12 34", "(500)", "5%", "nan", "inf", "9" * 30, "9" * 400 + ".5", "一百"]
)
def test_what_is_no_plain_number_is_refused(text: str):
    assert reason(read_number, text) == "not_a_number"


def test_whole_numbers_booleans_and_lists():
    assert read_integer("3.0") == 3
    assert reason(read_integer, "3.5") == "not_an_integer"
    assert read_boolean("Ｙ") is True
    assert read_boolean("否") is False
    assert reason(read_boolean, "maybe") == "not_a_boolean"
    assert read_list("VIP、生日月; VIP,") == ["VIP", "生日月"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+886912345678", "-5", "@x", "\t=1", "\r", "＝HYPERLINK()", "＋1", "－1", "＠a", " =1"]
)
def test_a_formula_is_made_harmless(text: str):
    assert neutralised(text) == "'" + text


def test_plain_text_is_left_alone():
    assert [neutralised(text) for text in ("", "王", "a=b", "1-2")] == ["", "王", "a=b", "1-2"]


def test_a_cell_that_knows_nothing_is_empty():
    assert [clean(text, 10) for text in (" ", "\u3000", "NULL", "#N/A", "nan")] == [""] * 5
    assert clean("無", 10) == "無"
    assert is_nobody("無")
    assert is_nobody("0000000000")


def test_a_cell_beyond_its_limits_is_refused():
    assert reason(clean, "x" * 11, 10) == "too_long"
    assert reason(clean, "a\0b", 10) == "control_character"


def test_a_masked_value_tells_its_owner_only():
    assert masked("0912345678") == "0********8"
    assert masked("王小明") == "***"
    assert len(masked("x" * 500)) == 12
