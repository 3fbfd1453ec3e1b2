"""What is known about one profile, and the row of it that is compared. Pure."""

from collections.abc import Mapping

import msgspec

from tieline.model.birth import read_birth
from tieline.suggest.address import read_address
from tieline.suggest.characters import plain
from tieline.suggest.name import read_kana, read_name

Row = Mapping[str, str | None]
PHONE_TAIL = 8


class Person(msgspec.Struct, frozen=True, array_like=True):
    """What is known about one profile; "" is not known.

    Attributes:
        person_id: Names the profile, in hexadecimal.
        phone: As the identifier is kept: E.164.
        member: A member id; two different ones are two people.
    """

    person_id: str
    name: str = ""
    surname: str = ""
    given: str = ""
    kana: str = ""
    birth: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    gender: str = ""
    member: str = ""


def row(person: Person) -> Row:
    """Return the columns that the people plan compares; what is not known is None."""
    name = read_name(person.name, person.surname, person.given)
    address = read_address(person.address)
    phone = plain(person.phone).replace("-", "")
    email = plain(person.email)
    cells = {
        "name_whole": name.whole,
        "name_key": name.key,
        "surname": name.surname,
        "given": name.given,
        "given_ascii": name.given if name.given.isascii() else "",
        "sound": name.sound,
        "kana": read_kana(person.kana) if person.kana else "",
        "birth": read_birth(person.birth) if person.birth else "",
        "phone": phone,
        "phone_tail": phone[-PHONE_TAIL:],
        "phone_digits": "".join(sorted(phone)),
        "email": email,
        "email_local": email.partition("@")[0],
        "door": address.door,
        "building": address.building,
        "road": address.road,
        "district": address.district,
        "house": address.house,
        "script": address.script,
        "gender": plain(person.gender)[:1],
        "member": person.member,
    }
    return {"unique_id": person.person_id} | {name: cell or None for name, cell in cells.items()}
