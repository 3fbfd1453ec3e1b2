"""FEBRL4 and pseudopeople through the product's own scoring, vetoes and one-to-one choice, with plans for Latin names.

Their packages want another pandas than ours and bring simulators along, so they live in an environment of their own
(`benchmarks/truth.txt`) that only writes their tables as CSV.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from rapidfuzz.distance import JaroWinkler

from tieline.suggest.plan import Field, Level, Plan, equal

Rows = list[dict[str, str | None]]
GIVEN_LEAST = 0.75


def table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _cell(text: str) -> str | None:
    found = re.sub(r"\s+", " ", text.strip().lower())
    return None if found in {"", "nan", "none", "<na>"} else found


def _near(column: str, *, frequency: bool = True) -> Field:
    jaro = f'jaro_winkler_similarity("{column}_l", "{column}_r")'
    return Field(
        column,
        column,
        (
            Level("the same", equal(column), 0.7, 0.01, column if frequency else ""),
            Level("nearly", f"{jaro} >= 0.9", 0.15, 0.01),
            Level("alike", f"{jaro} >= 0.75", 0.05, 0.02),
        ),
        (0.1, 0.96),
    )


def _coded(column: str) -> Field:
    return Field(
        column,
        column,
        (
            Level("the same", equal(column), 0.8, 0.001),
            Level("two edits", f'damerau_levenshtein("{column}_l", "{column}_r") <= 2', 0.1, 0.01),
        ),
        (0.1, 0.989),
    )


def _given(a: dict[str, str | None], b: dict[str, str | None]) -> str | None:
    one, other = a["first"], b["first"]
    return (
        "different_given_names"
        if one and other and JaroWinkler.similarity(one, other) < GIVEN_LEAST
        else None
    )


FEBRL_COLUMNS = (
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "suburb",
    "postcode",
    "date_of_birth",
    "soc_sec_id",
)
FEBRL4 = Plan(
    version="febrl4",
    columns=FEBRL_COLUMNS,
    fields=(_near("given_name"), _near("surname"), _near("address_1"), _near("suburb"), _coded("postcode"), _coded("date_of_birth"), _coded("soc_sec_id")),
    blocks=(
        ("soc_sec_id",), ("date_of_birth",), ("given_name", "surname"), ("surname", "address_1"), ("given_name", "postcode"),
        ("surname", "postcode"), ("address_1", "street_number"), ("given_name", "address_1"), ("suburb", "given_name"),
        ("suburb", "surname"), ("suburb", "street_number"),
    ),
    vetoes=(),
    twins_per_record=0.4,
    trained=(("date_of_birth",), ("given_name", "surname")),
)  # fmt: skip
PSEUDO_COLUMNS = ("first", "middle", "last", "number", "street", "unit", "zip")
PSEUDO = Plan(
    version="pseudopeople",
    columns=PSEUDO_COLUMNS,
    fields=(_near("first"), _near("last"), Field("middle", "middle", (Level("the same", equal("middle"), 0.95, 0.06),), (0.05, 0.94)), _near("street"), _coded("number")),
    blocks=(
        ("first", "last"), ("last", "street"), ("number", "street"), ("first", "street"), ("last", "number"),
        ("first", "number"), ("first", "middle", "zip"), ("last", "middle", "zip"),
    ),
    vetoes=(_given,),
    block_max=400,
    twins_per_record=0.3,
    trained=(("number", "street"), ("first", "last")),
)  # fmt: skip


def febrl4(folder: Path) -> tuple[list[Rows], set[tuple[str, str]]]:
    a, b = (
        [
            {"unique_id": one["rec_id"]} | {name: _cell(one[name]) for name in FEBRL_COLUMNS}
            for one in table(folder / f"{side}.csv")
        ]
        for side in "ab"
    )
    other = {str(one["unique_id"]).split("-")[1]: str(one["unique_id"]) for one in b}
    return [a, b], {(str(one["unique_id"]), other[str(one["unique_id"]).split("-")[1]]) for one in a}


def pseudopeople(folder: Path) -> tuple[list[Rows], set[tuple[str, str]]]:
    census, w2 = _people(folder / "census.csv", ""), _people(folder / "w2.csv", "mailing_address_")
    return [list(census.values()), list(w2.values())], {
        (f"c{who}", f"w{who}") for who in census.keys() & w2.keys()
    }


def _people(path: Path, before: str) -> dict[str, dict[str, str | None]]:
    side = "w" if before else "c"
    found: dict[str, dict[str, str | None]] = {}
    for one in table(path):
        if one["simulant_id"] in found:
            continue
        address = {
            "number": "street_number",
            "street": "street_name",
            "unit": "unit_number",
            "zip": "zipcode",
        }
        names = {"first": "first_name", "middle": "middle_initial", "last": "last_name"}
        cells = {to: _cell(one[name]) for to, name in names.items()}
        cells |= {to: _cell(one[before + name]) for to, name in address.items()}
        found[one["simulant_id"]] = {"unique_id": f"{side}{one['simulant_id']}"} | cells
    return found
