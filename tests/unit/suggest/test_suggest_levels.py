"""A slip of one character is one character, whatever the script it is written in."""

from tieline.suggest.columns import in_columns
from tieline.suggest.name import read_name
from tieline.suggest.people import PEOPLE
from tieline.suggest.person import Person, row
from tieline.suggest.score import score

ONE = "same surname, one character differs"
SURNAME = "same surname"
PAIRS = [
    ("王小明", "王小朋", ONE),
    ("王小明", "王大明", ONE),
    ("王𠮷明", "王𠮷朋", ONE),
    ("王小明", "王大朋", SURNAME),
    ("王小明", "王小", SURNAME),
    ("山田 さくらこ", "山田 さくらみ", ONE),
    ("山田 アレクサンドリア", "山田 アレクサンドリナ", ONE),
    ("山田 アレクサンドリア", "山田 アレキサンドリナ", SURNAME),
    ("Ann Smith", "Anna Smith", ONE),
    ("José Smith", "Jane Smith", SURNAME),
    ("Ann Smith", "Joanna Smith", SURNAME),
]


def test_one_character_is_counted_in_characters():
    rows = [
        row(Person(f"{number:02}{side}", name, phone=f"+8869123456{number:02}"))
        for number, (one, other, _) in enumerate(PAIRS)
        for side, name in (("a", one), ("b", other))
    ]

    levels = {pair.a[:2]: pair.evidence[0].level for pair in score([in_columns(rows)], PEOPLE, 0.0)}

    assert levels == {f"{number:02}": level for number, (_, _, level) in enumerate(PAIRS)}


def test_a_name_in_kana_has_no_sound_in_mandarin():
    assert {read_name(name).sound for name in ("山田 さくらこ", "山田 アレクサ", "さくらこ")} == {""}
