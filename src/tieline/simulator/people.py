"""The people of one provider: who exists, what they are called, and what LINE guesses about them.

Names are made up, as people in Taiwan choose them; any likeness is chance. One person costs about forty bytes.
"""

import hashlib
from array import array
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from tieline.simulator.columns import HashIndex
from tieline.simulator.identifiers import USER_ID, user_id

FAMILY = "陳林黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高"
GIVEN = (  # noqa: SIM905 - reads as a list of names
    "怡君 雅婷 家豪 志明 淑芬 俊傑 宗翰 欣怡 佩珊 建宏 詩涵 冠宇 承恩 品妤 子晴 柏翰 宜蓁 彥廷 思妤 郁婷 "
    "美玲 文雄 秀英 國華 雅雯 佳穎 靜宜 明哲 惠美 育誠 芷瑄 宥翔 語彤 睿恩 沛珊 哲瑋 曉雯 心怡 書豪 婉婷"
).split()
NICKNAMES = "小美 阿明 小魚 阿布 Kiki 豆豆 小樹 阿凱 Mia 米粒 小寶媽 阿德 Jerry 毛毛 小潔 Vivi".split()  # noqa: SIM905 - reads as a list of names
TAILS = ["", "", "", "🌸", "🐱", "☕", "❤️", " (^^)", "👨‍👩‍👧"]
FULL_NAMES = [
    family + given + tail for tail in ["", "", "", "", "🌸", "☕"] for family in FAMILY for given in GIVEN
]
NAMES = FULL_NAMES + [name + tail for name in NICKNAMES for tail in TAILS] * 16
GENDERS = (
    "female",
    "female",
    "female",
    "female",
    "female",
    "female",
    "male",
    "male",
    "male",
    "male",
    "unknown",
)
AGES = (15, 20, 20, 25, 25, 25, 30, 30, 30, 35, 35, 40, 40, 45, 50, 55, 60, 70, 0)
AREAS = tuple(
    f"tw_{number:02}" for number in (1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18)
)
PHONES = 10**8


class Guess(NamedTuple):
    """What LINE believes about a person; age 0 is not known, otherwise the first year of a span of five."""

    gender: str
    age: int
    area: str
    app: str
    friend_days: int


class People:
    """Rows of people, in the order in which they came; a row number is good for as long as the provider is."""

    def __init__(self, provider_id: str) -> None:
        self._provider_id = provider_id
        self._ids = bytearray()
        self._index = HashIndex()
        self._names = array("H")
        self._gone: set[int] = set()
        self._phones: dict[bytes, int] | None = None

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, person: object) -> bool:
        return isinstance(person, str) and (row := self.row(person)) >= 0 and row not in self._gone

    def add(self, seed: int, index: int) -> int:
        """Let a person exist, once; return the row."""
        digest = bytes.fromhex(user_id(provider_id=self._provider_id, seed=seed, index=index)[1:])
        key = int.from_bytes(digest[:8], "big")
        row = self._index.find(key)
        if row < 0:
            row = self._index.add(key)
            self._ids += digest
            self._names.append(int.from_bytes(digest[8:12], "big") % len(NAMES))
            if self._phones is not None:
                self._phones[self._hashed(row)] = row
        self._gone.discard(row)
        return row

    def row(self, person: str) -> int:
        """Return the row of a LINE user id; -1 if nobody here has or had it."""
        try:
            digest = bytes.fromhex(person[1:])
        except ValueError:
            return -1
        if len(digest) != 16 or person[0] != "U":
            return -1
        row = self._index.find(int.from_bytes(digest[:8], "big"))
        return row if row >= 0 and self._ids[16 * row : 16 * row + 16] == digest else -1

    def user_id(self, row: int) -> str:
        """Return the LINE user id of a row."""
        return "U" + self._ids[16 * row : 16 * row + 16].hex()

    def name(self, row: int) -> str:
        """Return what the person calls themselves."""
        return NAMES[self._names[row]]

    def guess(self, row: int) -> Guess:
        """Return what LINE believes about a person."""
        a, b, c, d, e = self._ids[16 * row + 11 : 16 * row + 16]
        return Guess(
            GENDERS[a % len(GENDERS)],
            AGES[b % len(AGES)],
            AREAS[c % len(AREAS)],
            "ios" if d % 2 else "android",
            (e * 7 + d) % 800,
        )

    def phone(self, row: int) -> str:
        """Return the person's telephone number, E.164."""
        digits = int.from_bytes(self._ids[16 * row : 16 * row + 4], "big") % PHONES
        return f"+8869{digits:08}"

    def by_phone_hash(self, hashed: str) -> int:
        """Return whose number has this SHA-256, or -1; the first question makes the list."""
        if self._phones is None:
            self._phones = {self._hashed(row): row for row in range(len(self))}
        try:
            row = self._phones.get(bytes.fromhex(hashed)[:8], -1)
        except ValueError:
            return -1
        return row if row not in self._gone else -1

    def _hashed(self, row: int) -> bytes:
        return hashlib.sha256(self.phone(row).encode()).digest()[:8]

    def discard(self, person: str) -> None:
        """Let a person delete the LINE account; nobody is told."""
        if (row := self.row(person)) >= 0:
            self._gone.add(row)

    @property
    def all_here(self) -> bool:
        """Tell whether nobody has deleted the account."""
        return not self._gone

    def here(self, row: int) -> bool:
        """Tell whether the person of a row still has a LINE account."""
        return row not in self._gone

    def called(self, part: str, limit: int) -> Iterator[int]:
        """Yield the first rows whose name contains `part`, or whose user id begins with it."""
        if USER_ID.fullmatch(part):
            yield from (row for row in (self.row(part),) if row >= 0)
            return
        wanted = {code for code, name in enumerate(NAMES) if part.casefold() in name.casefold()}
        if wanted:
            yield from islice((row for row, code in enumerate(self._names) if code in wanted), limit)
