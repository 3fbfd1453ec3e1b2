"""Customers of our own making, in Chinese and Japanese, with the dirt of real life; the seed decides everything.

A person is entered once cleanly and, for half of them, once more as another system would: simplified or variant
characters, numerals in addresses, ROC years, a slip in the phone number, fields left out. Families share a door, a
surname and sometimes the telephone; namesakes are frequent, as they are in life.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from tieline.suggest.person import Person

_SURNAMES = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴徐周葉蘇莊呂江何蕭羅高潘簡朱鍾彭游詹胡施沈余趙盧梁顏柯翁魏范方"
)
_GIVEN = "志明怡君家豪淑芬俊傑雅婷建宏美玲冠宇佳穎承恩品妤宗翰欣怡柏翰詩涵彥廷雅雯信宏惠如宜均子晴思妤國華麗珠秀英文雄"
_SIMPLE = str.maketrans(
    "陳黃張吳劉楊許鄭謝蘇莊呂蕭羅簡鍾盧顏馬趙傑宏國華麗穎詩彥廷雅",
    "陈黄张吴刘杨许郑谢苏庄吕萧罗简钟卢颜马赵杰宏国华丽颖诗彦廷雅",
)
_ROADS = [
    "中山",
    "中正",
    "信義",
    "忠孝東",
    "復興",
    "民生",
    "建國",
    "和平",
    "文化",
    "光復",
    "成功",
    "自強",
    "大同",
    "公園",
    "青年",
    "博愛",
    "三民",
    "長安",
    "新生",
    "仁愛",
]
_PLACES = [
    "臺北市大安區",
    "臺北市信義區",
    "臺中市西屯區",
    "臺南市東區",
    "高雄市前鎮區",
    "新北市板橋區",
    "桃園市中壢區",
    "新竹市東區",
]
_JA_NAMES = {
    "渡邊": "渡辺",
    "齋藤": "斎藤",
    "髙橋": "高橋",
    "澤田": "沢田",
    "山﨑": "山崎",
    "佐藤": "佐藤",
    "鈴木": "鈴木",
}
_JA_GIVEN = {
    "翔太": "ショウタ",
    "美咲": "ミサキ",
    "健一": "ケンイチ",
    "陽菜": "ヒナ",
    "大輔": "ダイスケ",
    "由美": "ユミ",
}
_JA_READ = {
    "渡邊": "ワタナベ",
    "齋藤": "サイトウ",
    "髙橋": "タカハシ",
    "澤田": "サワダ",
    "山﨑": "ヤマザキ",
    "佐藤": "サトウ",
    "鈴木": "スズキ",
}
_JA_PLACES = ["東京都渋谷区神南", "東京都新宿区西新宿", "東京都世田谷区三軒茶屋", "東京都港区芝"]
_CHINESE = "〇一二三四五六七八九"


@dataclass(frozen=True)
class Truth:
    """Profiles, and the pairs of them that are one person."""

    people: list[Person]
    pairs: set[tuple[str, str]]


def make(households: int, seed: int) -> Truth:
    """Return profiles of the people of so many households."""
    chance = random.Random(seed)
    people: list[Person] = []
    pairs: set[tuple[str, str]] = set()
    number = 0
    for _ in range(households):
        for clean in _household(chance):
            number += 1
            first = _named(clean, f"p{number:07d}a")
            people.append(first)
            if chance.random() < 0.5:
                second = _named(_dirty(clean, chance), f"p{number:07d}b")
                people.append(second)
                pairs.add((first.person_id, second.person_id))
    chance.shuffle(people)
    return Truth(people, pairs)


def _named(person: Person, name: str) -> Person:
    return Person(
        **{field: getattr(person, field) for field in person.__struct_fields__} | {"person_id": name}
    )


def _household(chance: random.Random) -> list[Person]:
    japanese = chance.random() < 0.2
    surname = chance.choice(list(_JA_NAMES)) if japanese else chance.choice(_SURNAMES)
    shared = _phone(chance, japanese=japanese)
    door = _door(chance, japanese=japanese)
    size = chance.choices((1, 2, 3, 4), (40, 30, 15, 15))[0]
    found = []
    for _ in range(size):
        given = chance.choice(list(_JA_GIVEN)) if japanese else "".join(chance.choices(_GIVEN, k=2))
        born = date(1950, 1, 2) + timedelta(days=chance.randrange(20_000))
        found.append(
            Person(
                "",
                surname + given,
                kana=_JA_READ[surname] + _JA_GIVEN[given] if japanese else "",
                birth=born.isoformat(),
                phone=shared if size > 1 and chance.random() < 0.25 else _phone(chance, japanese=japanese),
                email=f"user{chance.randrange(10**8)}@{chance.choice(('gmail.com', 'yahoo.com.tw'))}",
                address=door,
                gender=chance.choice("MF"),
            )
        )
    return found


def _phone(chance: random.Random, *, japanese: bool) -> str:
    return f"+8190{chance.randrange(10**7, 10**8)}" if japanese else f"+8869{chance.randrange(10**7, 10**8)}"


def _door(chance: random.Random, *, japanese: bool) -> str:
    one, two, three = (chance.randrange(1, most) for most in (9, 30, 200))
    if japanese:
        return f"{chance.choice(_JA_PLACES)}{one}丁目{two}番{three % 20 + 1}号"
    lane = f"{two}巷" if chance.random() < 0.4 else ""
    floor = f"{chance.randrange(2, 10)}樓" + (f"之{chance.randrange(1, 4)}" if chance.random() < 0.3 else "")
    return f"{chance.choice(_PLACES)}{chance.choice(_ROADS)}路{one % 5 + 1}段{lane}{three}號{floor}"


def _dirty(person: Person, chance: random.Random) -> Person:
    """Return the same person as another system has them."""
    name, phone, birth, address = person.name, person.phone, person.birth, person.address
    name = next((usual + name[2:] for odd, usual in _JA_NAMES.items() if name.startswith(odd)), name)
    if chance.random() < 0.2:
        name = name.translate(_SIMPLE)
    if chance.random() < 0.1:
        name = f"{name[:1]} {name[1:]} 先生" if not person.kana else f"{name[:2]}　{name[2:]}"
    if chance.random() < 0.04:
        name = name[:-1] + chance.choice(_GIVEN)
    if chance.random() < 0.3:
        phone = _slipped(phone, chance)
    elif chance.random() < 0.3:
        phone = _phone(chance, japanese=bool(person.kana))
    if chance.random() < 0.3:
        year, month, day = birth.split("-")
        birth = (
            f"民國{int(year) - 1911}年{int(month)}月{int(day)}日"
            if not person.kana
            else f"{year}{month}{day}"
        )
    elif chance.random() < 0.05:
        birth = birth[:-1] + str(chance.randrange(1, 9))
    elif chance.random() < 0.2:
        birth = ""
    address = (
        _respelt(address, chance) if chance.random() < 0.8 else _door(chance, japanese=bool(person.kana))
    )
    email = person.email if chance.random() < 0.3 else ""
    kana = person.kana if chance.random() < 0.6 else ""
    return Person(
        "", name, kana=kana, birth=birth, phone=phone, email=email, address=address, gender=person.gender
    )


def _slipped(phone: str, chance: random.Random) -> str:
    place = chance.randrange(5, len(phone) - 1)
    if chance.random() < 0.5:
        return phone[:place] + phone[place + 1] + phone[place] + phone[place + 2 :]
    return phone[:place] + str(chance.randrange(10)) + phone[place + 1 :]


def _respelt(address: str, chance: random.Random) -> str:
    if chance.random() < 0.5:
        address = address.replace("臺", "台")
    if chance.random() < 0.3:
        address = "".join(
            _CHINESE[int(one)] if one.isdigit() and after == "段" else one
            for one, after in zip(address, [*address[1:], ""], strict=True)
        )
    if chance.random() < 0.4:
        address = address.replace("樓", "F").replace("丁目", "-").replace("番", "-").replace("号", "")
    if chance.random() < 0.3:
        address = address.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return (
        f"{chance.randrange(100, 999)} {address}"
        if chance.random() < 0.3 and "号" not in address
        else address
    )
