"""Migrations are told apart by their numbers."""

import pytest

from tieline.store import migrate


@pytest.mark.parametrize("engine", ["postgres", "clickhouse"])
def test_no_two_migrations_have_one_number(engine: str) -> None:
    versions = [migration.version for migration in migrate.load(engine)]
    assert len(versions) == len(set(versions))
