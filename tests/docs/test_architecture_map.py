"""The map in ARCHITECTURE.md shows every package of the product, and no file that is not there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/tieline"
TEXT = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
TABLE = TEXT.partition("## Where things are")[2].partition("## The tables")[0]
ROWS = [line.strip("|").split("|") for line in TABLE.splitlines() if line.startswith("| `")]
NAMES = re.compile(r"`([a-z_/]+(?:\.py|/))`")


def layers() -> set[str]:
    return {name for row in ROWS for name in NAMES.findall(row[0])}


def test_the_map_shows_every_package_of_the_product():
    there = {f"{path.name}/" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    there |= {path.name for path in PACKAGE.glob("*.py")} - {"__init__.py"}

    assert layers() == there


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip())
def test_the_map_shows_no_file_that_is_not_there(row):
    homes = [PACKAGE / name for name in NAMES.findall(row[0])]
    named = [name for column in row[1:] for name in NAMES.findall(column)]

    assert [name for name in named if not any((home / name).exists() for home in homes)] == []


def test_the_map_follows_the_layers_of_the_contract():
    settings = (ROOT / "pyproject.toml").read_text("utf-8").partition("layers = [")[2].partition("]")[0]
    contract = [set(re.findall(r"[a-z]+", line)) for line in re.findall(r'"([^"]+)"', settings)]
    order = {name: depth for depth, names in enumerate(contract) for name in names}
    shown = [[order[name.strip("/").removesuffix(".py")] for name in NAMES.findall(row[0])] for row in ROWS]

    assert [depth for row in shown for depth in row] == sorted(depth for row in shown for depth in row)


def test_every_table_of_the_databases_is_on_the_map(reference):
    section = TEXT.partition("## The tables")[2]
    shown = set(re.findall(r"`([a-z_]+)`", section))

    assert {*reference.tables("postgres"), *reference.tables("clickhouse")} - shown == set()
