"""How Chinese and Japanese customers are compared. The weights are ours, versioned, and the same in every workspace."""

from tieline.suggest.plan import Field, Level, Plan, equal
from tieline.suggest.veto import births_conflict, given_names_conflict, members_conflict

_SURNAME = equal("surname")
_BIRTH_SWAPPED = (
    "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) and substr(birth_l, 6, 2) = substr(birth_r, 9, 2) "
    "and substr(birth_l, 9, 2) = substr(birth_r, 6, 2)"
)
_BIRTH_ROC = (
    "substr(birth_l, 5, 6) = substr(birth_r, 5, 6) and "
    "abs(cast(substr(birth_l, 1, 4) as int) - cast(substr(birth_r, 1, 4) as int)) in (11, 1911)"
)
SLIP_PLACES = 8
"""Where in a given name one character may differ; what follows must be the same."""
_SLIPS = " + ".join(
    f"case when substr(given_l, {place}, 1) = substr(given_r, {place}, 1) then 0 else 1 end"
    for place in range(1, SLIP_PLACES + 1)
)
# DuckDB's levenshtein counts bytes, of which a Chinese character has three, and Spark's counts characters: only what is
# ASCII may be compared by it.
_ONE_CHARACTER = (
    f"length(given_l) > 1 and ((length(given_l) = length(given_r) and {_SLIPS} = 1 "
    f"and substr(given_l, {SLIP_PLACES + 1}) = substr(given_r, {SLIP_PLACES + 1})) "
    "or levenshtein(given_ascii_l, given_ascii_r) = 1)"
)
_SHORTENED = (
    f"{equal('house')} and (district_l is null or district_r is null "
    "or right(district_l, length(district_r)) = district_r or right(district_r, length(district_l)) = district_l)"
)

PEOPLE = Plan(
    version="people-3",
    columns=(
        "name_whole",
        "name_key",
        "surname",
        "given",
        "given_ascii",
        "sound",
        "kana",
        "birth",
        "phone",
        "phone_tail",
        "phone_digits",
        "email",
        "email_local",
        "door",
        "building",
        "road",
        "district",
        "house",
        "script",
        "gender",
        "member",
    ),
    fields=(
        Field(
            "name",
            "name_key",
            (
                Level("the same", equal("name_whole"), 0.72, 0.0005, "name_key"),
                Level("the same in other characters", equal("name_key"), 0.10, 0.0005, "name_key"),
                Level("read the same", equal("kana"), 0.04, 0.0005, "kana"),
                Level("same surname, sounds the same", f"{_SURNAME} and {equal('sound')}", 0.04, 0.001),
                Level("romanised alike", equal("sound"), 0.02, 0.001),
                Level(
                    "same surname, one character differs",
                    f"{_SURNAME} and {_ONE_CHARACTER}",
                    0.05,
                    0.006,
                ),
                Level("same surname", _SURNAME, 0.015, 0.05),
            ),
            (0.015, 0.94),
        ),
        Field(
            "birth",
            "birth",
            (
                Level("the same", equal("birth"), 0.90, 0.00006),
                Level("day and month swapped", _BIRTH_SWAPPED, 0.02, 0.00006),
                Level("ROC year for Gregorian year", _BIRTH_ROC, 0.02, 0.0001),
                Level("one digit differs", "levenshtein(birth_l, birth_r) = 1", 0.05, 0.001),
            ),
            (0.01, 0.9988),
        ),
        Field(
            "phone",
            "phone",
            (
                Level("the same", equal("phone"), 0.60, 0.00005),
                Level("the same last eight digits", equal("phone_tail"), 0.05, 0.00005),
                Level("one digit differs", "levenshtein(phone_l, phone_r) = 1", 0.08, 0.00002),
                Level(
                    "two digits swapped",
                    f"{equal('phone_digits')} and levenshtein(phone_l, phone_r) = 2",
                    0.04,
                    0.00002,
                ),
            ),
            (0.23, 0.9998),
        ),
        Field(
            "email",
            "email",
            (
                Level("the same", equal("email"), 0.55, 0.00001),
                Level("the same before the @", equal("email_local"), 0.10, 0.0001),
            ),
            (0.35, 0.9998),
        ),
        Field(
            "address",
            "door",
            (
                Level("the same door", equal("door"), 0.55, 0.0002, "door"),
                Level("the same building", equal("building"), 0.12, 0.0005),
                Level("the same building, city or district left out", _SHORTENED, 0.03, 0.0005),
                Level("the same road", equal("road"), 0.05, 0.004),
                Level("the same district", equal("district"), 0.10, 0.02),
                # As often with one person as with two: it says nothing.
                Level("written in another script", "script_l <> script_r", 0.01, 0.01),
            ),
            (0.14, 0.9648),
        ),
        Field("gender", "gender", (Level("the same", equal("gender"), 0.98, 0.5),), (0.02, 0.5)),
    ),
    blocks=(
        ("phone_tail",),
        ("birth", "surname"),
        ("birth", "sound"),
        ("name_key", "district"),
        ("sound", "district"),
        ("kana", "birth"),
        ("email_local",),
        ("door", "surname"),
        ("name_key", "birth"),
        ("building", "sound"),
    ),
    vetoes=(members_conflict, given_names_conflict, births_conflict),
)
