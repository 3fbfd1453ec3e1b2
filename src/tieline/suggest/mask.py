"""Values as they may be shown beside a suggestion: enough to compare, too little to contact. Pure."""

from tieline.suggest.person import Person

_SHOWN = {
    "name": lambda person: person.name or person.surname + person.given,
    "birth": lambda person: person.birth,
    "phone": lambda person: person.phone,
    "email": lambda person: person.email,
    "address": lambda person: person.address,
    "gender": lambda person: person.gender,
}


def masked(person: Person, field: str) -> str:
    """Return a field of a person with its middle hidden."""
    return mask(_SHOWN[field](person))


def mask(value: str) -> str:
    """Hide all but the ends: 王小明 is 王*明, and a value of one or two characters shows the first at most."""
    shown = min(3, len(value) // 3)
    if shown == 0:
        return value[:1] + "*" * (len(value) - 1) if len(value) > 1 else "*" * len(value)
    return value[:shown] + "*" * (len(value) - 2 * shown) + value[-shown:]
