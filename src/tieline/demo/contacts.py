"""Synthetic contact data for the households of the recorded year, as untidy as a brand's own.

Nobody here exists. Names are put together by chance, e-mail addresses lie in a domain that is reserved for examples,
and everything comes from a seed. What is untidy is chosen on purpose: the same number in five spellings, numbers typed to
get past a form, families with one telephone, e-mail addresses in capitals.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple

PLACEHOLDER_PHONES = ("0900000000", "0912345678")
PLACEHOLDER_SHARE = 0.06
FAMILY_SHARE = 0.04
CARD_SHARE = 0.6
EMAIL_SHARE = 0.85
_FAMILY_NAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪邱曾廖賴徐周葉蘇莊呂江何蕭羅高"
_GIVEN_NAMES = (
    "怡君", "雅婷", "家豪", "志明", "淑芬", "俊傑", "宗翰", "欣怡", "佩珊", "建宏", "詩涵", "冠宇", "承恩", "品妤", "子晴", "柏翰",
    "宜蓁", "彥廷", "思妤", "郁婷", "美玲", "文雄", "秀英", "國華", "佳穎", "靜宜", "明哲", "惠美", "育誠", "曉雯", "心怡", "書豪",
)  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_TAIL_DIGITS_MIN = 4


class Contact(NamedTuple):
    """What a brand knows about a household.

    Attributes:
        phone: As written in the CRM, in any spelling; may be a placeholder or a relative's.
        phone_is_own: Whether the number names this household alone, so that a till may identify it by that.
        email: As written in the CRM, "" if there is none.
        card: Number of the card shown at the till, "" if there is none.
        devices: Anonymous ids of the browsers this household uses.
    """

    household_id: int
    member_id: str
    name: str
    phone: str
    phone_is_own: bool
    email: str
    card: str
    birthday: str
    devices: tuple[str, ...]


def contacts(household_ids: Sequence[int], prefix: str, seed: int) -> dict[int, Contact]:
    """Return a contact for each household; the same arguments always give the same contacts.

    Args:
        household_ids: In any order without repetition.
        prefix: Begins member numbers, card numbers and device ids, so that brands differ.
        seed: Start of all chance.
    """
    chance = random.Random(f"{seed}:{prefix}")
    mobiles = iter(_mobiles(chance, len(household_ids)))
    found: dict[int, Contact] = {}
    relative: Contact | None = None
    for household_id in sorted(household_ids):
        mobile = next(mobiles)
        fate = chance.random()
        if fate < PLACEHOLDER_SHARE:
            mobile, own = chance.choice(PLACEHOLDER_PHONES), False
        elif fate < PLACEHOLDER_SHARE + FAMILY_SHARE and relative is not None and relative.phone_is_own:
            found[relative.household_id] = relative._replace(phone_is_own=False)
            mobile, own = plain_phone(relative.phone), False
        else:
            own = True
        relative = _contact(household_id, prefix, mobile, chance, own=own)
        found[household_id] = relative
    return found


def plain_phone(written: str) -> str:
    """Return 09 and eight digits for any spelling that `spelled` makes."""
    digits = "".join(str(int(character)) for character in written if character.isdecimal())
    return "0" + digits.removeprefix("886").removeprefix("0")


def spelled(mobile: str, chance: random.Random) -> str:
    """Return one of the ways people write a mobile number of Taiwan."""
    return chance.choice(
        (
            mobile,
            mobile,
            f"{mobile[:4]}-{mobile[4:7]}-{mobile[7:]}",
            f" {mobile[:4]} {mobile[4:]} ",
            f"+886{mobile[1:]}",
            f"+886 {mobile[1:4]} {mobile[4:7]} {mobile[7:]}",
            mobile.translate(_FULL_WIDTH),
        )
    )


def _contact(household_id: int, prefix: str, mobile: str, chance: random.Random, *, own: bool) -> Contact:
    email = f"{prefix.lower()}{household_id}.shop@example.com" if chance.random() < EMAIL_SHARE else ""
    return Contact(
        household_id=household_id,
        member_id=f"{prefix}{household_id:06d}",
        name=chance.choice(_FAMILY_NAMES) + chance.choice(_GIVEN_NAMES),
        phone=spelled(mobile, chance) if own else mobile,
        phone_is_own=own,
        email=chance.choice((email, email, email.upper(), f" {email}")) if email else "",
        card=f"{prefix}-{730_000 + household_id * 7}" if chance.random() < CARD_SHARE else "",
        birthday=f"{chance.randint(1950, 2006)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
        devices=tuple(
            f"{prefix.lower()}-device-{household_id}-{number}" for number in range(chance.randint(1, 2))
        ),
    )


def _mobiles(chance: random.Random, count: int) -> list[str]:
    """Return different numbers, none of which looks as if it was typed to get past a form."""
    drawn = chance.sample(range(10_000_000, 100_000_000), 2 * count)
    return [f"09{tail}" for tail in drawn if len(set(str(tail))) >= _TAIL_DIGITS_MIN][:count]
