"""Every table says what an erasure does to it."""

import re

import pytest

from tieline.store import migrate
from tieline.store.postgres.forget import FORGET, KEPT

MADE = re.compile(r"create table (?:if not exists )?([a-z_]+)")
TABLES = {name for one in migrate.load("postgres") for name in MADE.findall(one.sql)} | {"migration"}


def test_every_table_is_named_once() -> None:
    unnamed = TABLES - set(FORGET) - set(KEPT)

    assert not unnamed, (
        f"say in store/postgres/forget.py what an erasure does to {', '.join(sorted(unnamed))}"
    )
    assert not set(FORGET) & set(KEPT)


@pytest.mark.parametrize("table", sorted({*FORGET, *KEPT}))
def test_no_table_is_named_that_is_not_there(table: str) -> None:
    assert table in TABLES


@pytest.mark.parametrize("table", sorted(FORGET))
def test_no_statement_reaches_another_workspace(table: str) -> None:
    assert all("workspace_id = %(workspace)s" in one and f" {table}" in one for one in FORGET[table])
