"""The page of tables says what the migrations leave behind."""

from pathlib import Path

import psycopg

PAGE = Path(__file__).parents[2] / "docs/reference/schema.md"


def test_the_schema_page_is_fresh(reference):
    assert PAGE.read_text("utf-8") == reference.schema_page()


def test_the_page_names_the_columns_that_postgres_has(reference, postgres_url):
    with psycopg.connect(postgres_url) as connection:
        rows = connection.execute(
            "select table_name, column_name from information_schema.columns where table_schema = 'public'"
        ).fetchall()
    there: dict[str, set[str]] = {}
    for table, column in rows:
        there.setdefault(table, set()).add(column)
    there.pop("migration")

    assert {table: set(columns) for table, columns in reference.tables("postgres").items()} == there


def test_the_page_names_the_columns_that_clickhouse_has(reference, clickhouse):
    rows = clickhouse.query(
        "select table, name from system.columns where database = 'tieline' and table not in ('migration', 'override_map')"
    ).to_pylist()
    there: dict[str, set[str]] = {}
    for row in rows:
        there.setdefault(row["table"], set()).add(row["name"])

    assert {table: set(columns) for table, columns in reference.tables("clickhouse").items()} == there
