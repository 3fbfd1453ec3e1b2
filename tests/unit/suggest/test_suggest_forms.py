"""Several spellings of one thing have one form, and different things keep theirs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.birth import nearly, read_birth
from tieline.suggest.address import normal_address, number, read_address
from tieline.suggest.characters import fold, plain
from tieline.suggest.name import read_kana, read_name, split

TEXT = st.text(st.sampled_from("臺台渡邊邉辺髙高﨑崎范範于於１２３一二 之樓F號ＡaＺ"), max_size=12)


@given(TEXT)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_spaces_and_width_make_no_difference(text):
    assert plain(f" {text}　") == plain(text)


@given(st.dates())
def test_a_date_reads_back_as_itself_unless_tills_fill_it_in(day):
    assert read_birth(day.isoformat()) in {day.isoformat(), ""} or day.year < 200


@given(st.dates(), st.dates())
def test_nearness_of_dates_has_no_direction(one, other):
    a, b = one.isoformat(), other.isoformat()

    assert nearly(a, b) == nearly(b, a)


@given(st.integers(1, 99))
def test_chinese_numerals_count(value):
    digits = "〇一二三四五六七八九"
    tens, ones = divmod(value, 10)
    text = (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")

    assert number(text) == value


@pytest.mark.parametrize(
    ("odd", "usual"),
    [("渡邉", "渡辺"), ("髙橋", "高橋"), ("山﨑", "山崎"), ("陈国华", "陳國華"), ("臺灣", "台湾")],
)
def test_variant_characters_are_one(odd, usual):
    assert fold(odd) == fold(usual)


@pytest.mark.parametrize(
    ("one", "other"), [("范", "範"), ("于", "於"), ("沈", "瀋"), ("鍾", "鐘"), ("余", "餘"), ("斉藤", "斎藤")]
)
def test_surnames_of_different_families_stay_apart(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    "text",
    [
        "10673 臺北市大安區信義路四段1號８樓之1",
        "台北市大安區信義路4段一號8F-1",
        "台灣台北市大安區信義路四段１號八樓之一",
    ],
)
def test_three_spellings_of_one_address_lead_to_one_door(text):
    assert read_address(text) == read_address("台北市大安區信義路4段1號8樓之1")


def test_a_branch_of_a_number_stands_before_its_sign_or_behind():
    behind = read_address("台北市大安區復興南路一段390號之1")
    before = read_address("台北市大安區復興南路1段390-1號")

    assert behind == before
    assert read_address("台北市大安區復興南路一段390號").building != before.building


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("台北縣板橋市文化路一段1號", "新北市板橋區文化路一段1號"),
        ("台中縣大里市中興路一段1號", "臺中市大里區中興路1段1號"),
        ("臺南縣新市鄉中山路1號", "台南市新市區中山路1號"),
        ("高雄縣鳳山市中山路1號", "高雄市鳳山區中山路1號"),
        ("桃園縣平鎮市中山路1號", "桃園市平鎮區中山路1號"),
        ("桃園縣中壢區中山路1號", "桃園市中壢區中山路1號"),
    ],
)
def test_a_county_that_became_a_city_is_one_place(old, now):
    assert read_address(old) == read_address(now)


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("彰化縣員林鎮中山路1號", "彰化縣員林市中山路1號"),
        ("510 彰化縣員林鎮 中山路１號", "彰化縣員林市中山路1號"),
        ("苗栗縣頭份鎮中央路1號", "苗栗縣頭份市中央路1號"),
        ("新竹縣竹北鄉光明六路1號", "新竹縣竹北市光明六路1號"),
        ("嘉義縣朴子鎮開元路1號", "嘉義縣朴子市開元路1號"),
        ("嘉義縣太保鄉祥和一路1號", "嘉義縣太保市祥和一路1號"),
        ("雲林縣斗六鎮大學路三段1號", "雲林縣斗六市大學路3段1號"),
        ("員林鎮中山路1號", "員林市中山路1號"),
        ("高雄縣三民鄉民生一巷1號", "高雄市那瑪夏區民生一巷1號"),
        ("高雄縣那瑪夏鄉民生一巷1號", "高雄市那瑪夏區民生一巷1號"),
        ("嘉義縣吳鳳鄉中山村1號", "嘉義縣阿里山鄉中山村1號"),
        ("臺南市西區海安路一段1號", "台南市中西區海安路1段1號"),
    ],
)
def test_a_township_that_became_a_city_or_was_renamed_is_one_place(old, now):
    assert read_address(old) == read_address(now)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("高雄縣三民鄉民生一巷1號", "高雄市三民區民生一巷1號"),  # a mountain, and the middle of the city
        ("彰化縣員林市中山路1號", "彰化縣彰化市中山路1號"),
        ("彰化縣溪湖鎮中山路1號", "彰化縣溪州鄉中山路1號"),
        ("嘉義縣太保市中山路1號", "嘉義市中山路1號"),
    ],
)
def test_places_of_like_names_stay_apart(one, other):
    assert read_address(one).district != read_address(other).district


@pytest.mark.parametrize(
    "text",
    ["台北市信義區市府路1號", "台中市大里區中興路1號", "高雄市前鎮區鎮中路1號", "桃園市平鎮區中山路1號"],
)
def test_a_district_keeps_its_name_whatever_characters_it_has(text):
    district = text[: text.index("區") + 1]

    assert read_address(text).district == read_address(district).district
    assert len(read_address(text).district) == len(district)


def test_japanese_blocks_are_hyphens():
    assert normal_address("〒150-0041 東京都渋谷区神南1丁目2番3号") == normal_address(
        "東京都渋谷区神南１－２－３"
    )


@pytest.mark.parametrize(
    "text", ["民國79年5月3日", "79/05/03", "0790503", "1990-05-03", "平成2年5月3日", "１９９０．５．３"]
)
def test_years_of_every_calendar_are_one_date(text):
    assert read_birth(text) == "1990-05-03"


def test_dates_that_tills_fill_in_are_not_known():
    assert read_birth("1900-01-01") == ""


def test_a_surname_of_two_characters_is_whole():
    assert split("歐陽小明") == ("歐陽", "小明")


def test_a_surname_sounds_as_a_surname():
    assert read_name("曾志明").sound == "zengzhiming"


def test_hiragana_and_half_width_katakana_are_one_reading():
    assert read_kana("わたなべ けん") == read_kana("ﾜﾀﾅﾍﾞ ｹﾝ")
