"""Names of people: surname, given name, and how they sound. Pure."""

import re
from functools import lru_cache
from typing import NamedTuple

from tieline.suggest.characters import fold, plain

# Surnames of two characters; any other Chinese name begins with one of a single character.
_DOUBLE = frozenset(["歐陽", "欧阳", "司馬", "司马", "上官", "諸葛", "诸葛", "東方", "东方", "皇甫", "尉遲", "公孫", "令狐", "長孫", "宇文", "慕容", "司徒", "范姜", "張簡", "張廖"])  # fmt: skip
# pypinyin reads these as common words; as surnames they sound otherwise.
_SURNAME_SOUNDS = {
    "曾": "zeng", "單": "shan", "单": "shan", "仇": "qiu", "解": "xie", "任": "ren", "查": "zha", "區": "ou", "区": "ou",
    "翟": "zhai", "盖": "ge", "葛": "ge", "樂": "yue", "乐": "yue", "朴": "piao", "繆": "miao", "缪": "miao", "尉": "yu",
    "覃": "qin", "折": "she", "黑": "he", "冼": "xian", "曲": "qu", "員": "yun", "种": "chong", "華": "hua", "华": "hua",
}  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff々〆]")
_KANA = re.compile(r"[\u3041-\u30fa\u30fc-\u30ff]")
_TITLE = re.compile(r"(?:先生|小姐|女士|太太|様|さん|mr\.?|ms\.?|mrs\.?)$")
_LATIN = re.compile(r"[^a-z]+")


class Name(NamedTuple):
    """A name as it is compared; "" is not known.

    Attributes:
        whole: As written, without spaces and forms of address.
        key: Folded characters.
        surname, given: Parts of `key`.
        sound: Pinyin of surname and given name; a weak sign, for 志明 and 志銘 sound alike.
    """

    whole: str = ""
    key: str = ""
    surname: str = ""
    given: str = ""
    sound: str = ""


def read_name(whole: str, surname: str = "", given: str = "") -> Name:
    """Return the forms of a name, from its parts where the source kept them apart."""
    family, own = _TITLE.sub("", plain(surname)), _TITLE.sub("", plain(given))
    if not (family and own):
        parts = whole.strip().split()
        full = _TITLE.sub("", plain(whole)) or family + own
        if not _HAN.search(full) and len(parts) > 1:
            own, family = plain(parts[0]), plain(parts[-1])
        elif _HAN.search(full) and len(parts) == 2:
            family, own = plain(parts[0]), _TITLE.sub("", plain(parts[1]))
        else:
            family, own = split(full)
    both = family + own
    return Name(both, fold(both), fold(family), fold(own), sound(family, own)) if both else Name()


def split(full: str) -> tuple[str, str]:
    """Return surname and given name of a Chinese name; any other is all given name."""
    if len(full) < 2 or not _HAN.fullmatch(full[0]):
        return "", full
    width = 2 if len(full) > 2 and full[:2] in _DOUBLE else 1
    return full[:width], full[width:]


def read_kana(text: str) -> str:
    """Return the reading in katakana: full width, without spaces and sound marks written apart."""
    import jaconv

    return str(jaconv.hira2kata(plain(text)))


@lru_cache(maxsize=65_536)
def sound(surname: str, given: str) -> str:
    """Return how a name sounds in Mandarin, "" if it is written in neither Chinese characters nor Latin letters."""
    if _KANA.search(surname + given):
        return ""  # what is left of it would be the surname alone, and all of a family would sound the same
    if not _HAN.search(surname + given):
        return _LATIN.sub("", given + surname)
    from pypinyin import lazy_pinyin

    head = _SURNAME_SOUNDS.get(surname) or "".join(lazy_pinyin(surname))
    return _LATIN.sub("", head + "".join(lazy_pinyin(given)))
