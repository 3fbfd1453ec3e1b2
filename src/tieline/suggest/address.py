"""Addresses in Taiwan and Japan, in one spelling and by how near they lead to a door. Pure."""

import re
from typing import NamedTuple

from tieline.suggest.characters import fold, plain

_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")} | {
    "零": 0, "壹": 1, "貳": 2, "參": 3, "肆": 4, "伍": 5, "陸": 6, "柒": 7, "捌": 8, "玖": 9, "两": 2, "兩": 2
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100}
_NUMERAL = "〇零一二三四五六七八九十百壹貳參肆伍陸柒捌玖拾兩两"
_COUNTED = re.compile(rf"([{_NUMERAL}]+)(?=段|巷|弄|號|号|樓|楼|f|室|丁目|番|之|階|鄰|邻|-|$)")
_BEHIND = re.compile(rf"(?<=[之-])([{_NUMERAL}]+)")
_COUNTRY = re.compile(r"^(?:中華民國|台灣省|台湾省|台灣|台湾|taiwan|日本国|日本)(?!大道)")
_POSTCODE = re.compile(r"^(?:〒?\d{3}-\d{4}|\(?\d{3}(?:\d{2,3})?\)?)(?=\D)")
_FLOOR = re.compile(r"(\d+)(?:樓|楼|階|f)")
# In 2010 and 2014 counties became cities, and the townships in them districts. Old records keep the old names.
_REFORMED = re.compile(
    r"^(新北|台北(?=[縣县])|桃[園园]|台中|台南|高雄)[縣县市]([^區区路街\d]{1,4}?)[市鄉乡鎮镇](?![區区市鄉乡鎮镇])"
)
_COUNTY_THEN = re.compile(r"^(台北|桃[園园]|台中|台南|高雄)[縣县]")
# Townships that grew into cities of their county: in 1981, 1988, 1991 and 2015.
_GROWN = re.compile(
    r"^(.{2}[縣县])?(馬公|马公|苗栗|南投|斗六|竹北|太保|朴子|員林|员林|頭份|头份)[鄉乡鎮镇](?![區区市鄉乡鎮镇])"
)
# Others were joined or named anew; one had the name of a district in the middle of the city that its county became.
_RENAMED = {
    "台南市西區": "台南市中西區",
    "台南市中區": "台南市中西區",
    "高雄縣三民鄉": "高雄縣那瑪夏鄉",
    "高雄县三民乡": "高雄縣那瑪夏鄉",
    "嘉義縣吳鳳鄉": "嘉義縣阿里山鄉",
}
_RENAMED_AT = re.compile("^(?:" + "|".join(_RENAMED) + ")")
_PLACE = re.compile(r"^(.{1,3}?[縣县市都道府県])?(.{1,4}?[區区市鄉乡鎮镇郡町村](?![區区]))?")
_SECTION = re.compile(r"^.*?(?:路|街|大道)(?:\d+段)?|^.*?\d+(?=-)")


class Address(NamedTuple):
    """An address as it is compared; "" is not known.

    Attributes:
        door: All of it.
        building: Up to the number of the house, without floor and room.
        road: Up to the road and its section; in Japan up to the chome.
        district: City and district.
        house: The building without city and district, which many leave out.
        script: "characters", or "latin" where it is romanised: the two cannot be compared.
    """

    door: str = ""
    building: str = ""
    road: str = ""
    district: str = ""
    house: str = ""
    script: str = ""


def number(text: str) -> int:
    """Return the value of a Chinese numeral up to 999: 二十三 is 23, and 一〇五 is 105."""
    if not any(character in _TENS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    total, ones = 0, 0
    for character in text:
        if character in _TENS:
            total, ones = total + (ones or 1) * _TENS[character], 0
        else:
            ones = _DIGITS[character]
    return total + ones


def normal_address(text: str) -> str:
    """Return an address in one spelling, without postcode and country."""
    found = _POSTCODE.sub("", plain(text)).replace("臺", "台").replace("〒", "")
    found = _COUNTRY.sub("", _POSTCODE.sub("", found))
    found = _GROWN.sub(r"\1\2市", _RENAMED_AT.sub(lambda one: _RENAMED[one[0]], found))
    found = _COUNTY_THEN.sub(_city_now, _REFORMED.sub(lambda one: f"{_city_now(one)}{one[2]}區", found))
    found = re.sub(r"[,，、。.()（）]", "", found)
    found = re.sub(r"[‐-―−ー－]", "-", found)
    found = _COUNTED.sub(lambda one: str(number(one[1])), found)
    found = _BEHIND.sub(lambda one: str(number(one[1])), found)
    found = re.sub(r"之(?=\d)", "-", found)
    found = re.sub(r"(\d+)[號号]-(\d+)(?![\df樓楼階])", r"\1-\2號", found)
    found = re.sub(r"(?<=\d)(?:丁目|番地|番|号(?=\d))の?-?", "-", found)
    found = re.sub(r"(?<=\d)号|-(?=$|\D)", "", found)
    found = _FLOOR.sub(r"\1f", found)
    found = re.sub(r"f-(\d+)", r"f\1", found)
    return fold(re.sub(r"(?<=[區区市])[^\d路街]{1,4}[里](?![區区])(?=.*[路街])(?:\d+[鄰邻])?", "", found))


def _city_now(one: re.Match[str]) -> str:
    return "新北市" if one[1] == "台北" else f"{one[1]}市"


def read_address(text: str) -> Address:
    """Return how near an address leads to a door."""
    door = normal_address(text)
    if not door:
        return Address()
    place = _PLACE.match(door)
    district = place[0] if place else ""
    street = door[len(district) :]
    house = re.match(r".*?\d+(?:-\d+)?[號号]", street) or re.match(r".*?\d+(?:-\d+){0,2}", street)
    road = _SECTION.match(street)
    return Address(
        door,
        district + house[0] if house else "",
        district + road[0] if road and road[0] else "",
        district,
        house[0] if house and road and road[0] else "",
        "latin" if door.isascii() else "characters",
    )
