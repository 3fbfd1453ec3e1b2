"""Search every column of every table of PostgreSQL for words that should stand nowhere."""

from collections.abc import Iterator, Sequence

import psycopg
from psycopg import sql


def in_postgres(url: str, words: Sequence[str]) -> list[str]:
    """Return "table.column: word" for each word that is found, in text or in bytes, as text or as hexadecimal."""
    sought = {word: (word, word.encode().hex()) for word in words}
    with psycopg.connect(url) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        return sorted(
            {found for (table,) in tables for found in _in_table(connection, sql.Identifier(table), sought)}
        )


def _in_table(
    connection: psycopg.Connection, table: sql.Identifier, sought: dict[str, tuple[str, str]]
) -> Iterator[str]:
    whole = connection.execute(sql.SQL("select row_to_json(t)::text from {} as t").format(table)).fetchall()
    if not any(form in row for (row,) in whole for forms in sought.values() for form in forms):
        return
    rows = connection.execute(sql.SQL("select * from {}").format(table))
    columns = rows.description or ()
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            text = value.hex() if isinstance(value, bytes) else str(value)
            for word, forms in sought.items():
                if any(form in text for form in forms):
                    yield f"{table.as_string()}.{column.name}: {word}".replace('"', "")
