import random

import pytest

from tieline.demo.contacts import PLACEHOLDER_PHONES, contacts, plain_phone, spelled
from tieline.identify.normalize import normalize

MANY = list(range(1, 1_501))


def test_same_seed_gives_the_same_contacts() -> None:
    assert contacts(MANY, "A", 1) == contacts(list(reversed(MANY)), "A", 1)
    assert contacts(MANY, "A", 1) != contacts(MANY, "A", 2)


def test_a_number_of_its_own_names_one_household_in_every_spelling() -> None:
    found = contacts(MANY, "A", 1)
    chance = random.Random(1)
    own = [contact for contact in found.values() if contact.phone_is_own]
    named = {}
    for contact in own:
        spellings = {normalize("phone", contact.phone, "TW")}
        spellings |= {normalize("phone", spelled(plain_phone(contact.phone), chance), "TW") for _ in range(8)}
        assert len(spellings) == 1
        named[spellings.pop()] = contact.household_id
    assert len(named) == len(own)
    assert all(isinstance(number, str) and number.startswith("+8869") for number in named)


def test_other_numbers_are_placeholders_or_shared() -> None:
    found = contacts(MANY, "A", 1).values()
    others = [contact for contact in found if not contact.phone_is_own]
    numbers = [plain_phone(contact.phone) for contact in others]
    assert any(number in PLACEHOLDER_PHONES for number in numbers)
    shared = [number for number in numbers if number not in PLACEHOLDER_PHONES]
    assert shared
    assert all(numbers.count(number) >= 2 for number in shared)
    own = {plain_phone(contact.phone) for contact in found if contact.phone_is_own}
    assert own.isdisjoint(numbers)


@pytest.mark.parametrize("number", PLACEHOLDER_PHONES)
def test_placeholders_name_nobody_in_tieline(number: str) -> None:
    assert not isinstance(normalize("phone", number, "TW"), str)


def test_emails_lie_in_a_domain_reserved_for_examples() -> None:
    emails = [contact.email for contact in contacts(MANY, "A", 1).values() if contact.email]
    assert emails
    assert all(email.strip().lower().endswith("@example.com") for email in emails)
    assert any(email.isupper() or email.startswith(" ") for email in emails)
