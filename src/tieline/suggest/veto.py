"""What forbids that two records are one person, however much else agrees. Pure.

Name and address are no independent signs within a family: without these rules nearly every wrong suggestion would be
two members of one household.
"""

from collections.abc import Mapping

from tieline.model.birth import nearly

Row = Mapping[str, str | None]
HOUSEHOLD = "household"


def members_conflict(a: Row, b: Row) -> str | None:
    """Refuse two different member ids."""
    return "different_members" if a["member"] and b["member"] and a["member"] != b["member"] else None


def given_names_conflict(a: Row, b: Row) -> str | None:
    """Refuse given names that are not one name written twice; at one door it is a household."""
    if _same_given(a, b):
        return None
    together = a["surname"] and a["surname"] == b["surname"] and a["door"] and a["door"] == b["door"]
    return HOUSEHOLD if together else "different_given_names"


def births_conflict(a: Row, b: Row) -> str | None:
    """Refuse dates of birth that differ in more than one slip of the pen."""
    if not a["birth"] or not b["birth"] or nearly(a["birth"], b["birth"]):
        return None
    return "different_births"


def _same_given(a: Row, b: Row) -> bool:
    one, other = a["given"] or "", b["given"] or ""
    if not one or not other or one == other or one in other or other in one:
        return True
    if any(a[how] and a[how] == b[how] for how in ("kana", "sound", "name_key")):
        return True
    if len(one) != len(other) or min(len(one), len(other)) < 2:
        return False
    # One wrong character is a slip only beside an equal date of birth: siblings share a character on purpose.
    slip = sum(x != y for x, y in zip(one, other, strict=True)) == 1
    return (
        slip
        and bool(a["birth"])
        and a["birth"] == b["birth"]
        and a["surname"] == b["surname"]
        and _reached(a, b)
    )


def _reached(a: Row, b: Row) -> bool:
    """Twins share name, date and door, rarely the phone or mailbox."""
    return any(a[how] and a[how] == b[how] for how in ("phone", "email"))
