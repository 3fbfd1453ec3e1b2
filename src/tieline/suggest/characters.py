"""One form for characters that are written in several ways. Pure.

A folded form is a key to compare by, never a name to show: OpenCC also folds surnames that are different families
(范 and 範, 于 and 於), so those it leaves alone.
"""

import re
import unicodedata
from functools import cache
from typing import Any

# Variants in Japanese and Taiwanese registers that neither NFKC nor OpenCC brings together, by their usual form.
_VARIANTS = {
    "辺": "邊邉邊辺",
    "斎": "齋斎",
    "斉": "齊斉",
    "高": "髙",
    "崎": "﨑嵜埼",
    "沢": "澤沢",
    "広": "廣広",
    "浜": "濱濵浜",
    "桜": "櫻桜",
    "国": "國国囯",
    "島": "嶋嶌",
    "桑": "桒",
    "吉": "𠮷",
    "徳": "德徳",
    "恵": "惠恵",
    "真": "眞",
    "竜": "龍竜龙",
    "滝": "瀧滝泷",
    "栄": "榮栄荣",
    "塩": "鹽塩盐",
    "関": "關関关",
    "静": "靜静",
    "万": "萬万",
    "寿": "壽寿",
    "蔵": "藏蔵",
    "実": "實実实",
    "亀": "龜亀龟",
    "富": "冨",
    "冴": "冱",
    "曽": "曾曽",
    "槙": "槇",
    "蘇": "蘓",
    "郷": "鄉郷乡",
    "峰": "峯",
    "黒": "黑",
    "黄": "黃",
    "豊": "豐豊",
    "渓": "溪渓",
    "台": "臺",
    "温": "溫",
    "群": "羣",
    "妍": "姸",
    "青": "靑",
    "為": "爲",
    "啓": "啟",
    "恒": "恆",
    "裏": "裡",
}
_USUAL = str.maketrans({variant: usual for usual, many in _VARIANTS.items() for variant in many})
SURNAMES_KEPT = frozenset("范範余餘于於沈瀋鍾鐘姜薑游遊葉叶錢乾干")
_FILLING = re.compile(r"[\s\u200b-\u200f\ufeff\x00-\x1f\x7f]+")


def plain(text: str) -> str:
    """Return `text` in NFKC, without spaces and control characters, in lower case."""
    return _FILLING.sub("", unicodedata.normalize("NFKC", text)).lower()


def fold(text: str) -> str:
    """Return the key of `text`: traditional, simplified and variant characters are one.

    Characters that are surnames of different families stay apart.
    """
    return "".join(_character(one) for one in plain(text))


@cache
def _character(one: str) -> str:
    if one.isascii() or one in SURNAMES_KEPT:
        return one
    usual = one.translate(_USUAL)
    folded = str(_converter().convert(usual))
    return folded.translate(_USUAL) if len(folded) == 1 else usual


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
