"""Who takes part beside the recorded households, and which of those use LINE. Everything is drawn from a seed."""

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tieline.demo.contacts import Contact

SEED = 2026
FRIENDS, BOUND = 2_400, 1_500
WITHDRAWN, BLOCKED = 60, 80
PASSERS_BY = 300
GYM_MEMBERS, GYM_FRIENDS = 400, 300
RESTAURANT_FRIENDS = 500
CLICK_SHARE = 0.4
CARTS, CARTS_PAID_SOON, CARTS_PAID_LATER = 40, 20, 10
COAT_PRICE = 5_000


class Newcomer(NamedTuple):
    """Someone who becomes a friend while the clock runs; `bought` is the customer of tills who is no new customer."""

    contact: Contact
    bought: bool


def newcomers() -> list[Newcomer]:
    """Return two customers of the tills and three people who never bought."""
    names = ("王雅文", "林家豪", "周子晴", "曾柏翰", "蘇品妤")
    return [
        Newcomer(
            Contact(
                household_id=900_000 + number,
                member_id=f"A9{number:05d}",
                name=name,
                phone=f"0987-{321_045 + 1_111 * number}",
                phone_is_own=True,
                email=f"newcomer{number}@example.com",
                card="",
                birthday="1990-05-20",
                devices=(),
            ),
            bought=number < 2,
        )
        for number, name in enumerate(names)
    ]


def drawn(people: Sequence[int], count: int, what: str) -> list[int]:
    """Return `count` of `people` by chance, always the same for the same question."""
    return random.Random(f"{SEED}:{what}").sample(sorted(people), count)


def share(people: Sequence[str], part: float, what: str) -> list[str]:
    """Return a part of `people` by chance, always the same for the same question."""
    return random.Random(f"{SEED}:{what}").sample(sorted(people), round(len(people) * part))


def matched(households: Sequence[int], line_users: Sequence[str]) -> Mapping[int, str]:
    """Return the LINE user of each household; there are at least as many users as households."""
    return dict(zip(households, line_users, strict=False))
