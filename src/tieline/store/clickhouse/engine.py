"""Open the embedded ClickHouse (chDB) or reach a remote one, and bring its tables up to date."""

import logging
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from tieline.errors import StartError
from tieline.store import migrate

DATABASE = "tieline"
VERSION_MIN = (25, 8)


class ClickHouse:
    """One ClickHouse, embedded or remote, with bound parameters and Arrow in and out.

    Calls block; run them in a thread. The embedded engine is one per process and takes one call at a time.
    """

    def __init__(self, client: Any, *, embedded: bool) -> None:
        self._client = client
        self._lock = threading.RLock()
        self.embedded = embedded

    def query(self, sql: str, parameters: Mapping[str, Any] | None = None) -> pa.Table:
        """Return the rows of one statement."""
        with self._lock:
            return self._client.query_arrow(sql, parameters=dict(parameters or {}), use_strings=True)

    def command(self, sql: str, parameters: Mapping[str, Any] | None = None) -> None:
        """Run one statement that returns nothing."""
        with self._lock:
            self._client.command(sql, parameters=dict(parameters or {}))

    def insert(self, table: str, rows: pa.Table) -> None:
        """Append `rows`; durable when this returns."""
        if rows.num_rows:
            with self._lock:
                self._client.insert_arrow(table, rows)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else of this process in between several calls."""
        with self._lock:
            yield

    def close(self) -> None:
        """Let go of the folder or the connection."""
        self._client.close()


def open_embedded(folder: Path) -> ClickHouse:
    """Open the ClickHouse that lives in `folder`; it belongs to this process until it ends.

    Raises:
        StartError: The folder is in use or not writable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        client = _client(interface="chdb", path=str(folder))
        return _ready(client, embedded=True)
    except StartError:
        raise
    except Exception as error:
        raise StartError(
            f"The history in {folder} cannot be opened: {_first_line(error)}.",
            way_out="Stop the other Tieline that uses this folder, or free disk space.",
        ) from error


def open_remote(url: str) -> ClickHouse:
    """Connect to a ClickHouse server.

    Raises:
        StartError: Nobody answers at `url`, or the server is too old.
    """
    try:
        client = _client(dsn=url)
        return _ready(client, embedded=False)
    except StartError:
        raise
    except Exception as error:
        raise StartError(
            f"ClickHouse does not answer at {urlsplit(url).hostname}:{urlsplit(url).port}: {type(error).__name__}.",
            way_out="Check TIELINE_CLICKHOUSE_URL and that the server runs.",
        ) from error


def _client(**address: Any) -> Any:
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)  # our own sentence says it better
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import clickhouse_connect

        return clickhouse_connect.get_client(**address)


def _ready(client: Any, *, embedded: bool) -> ClickHouse:
    version = str(client.command("select version()"))
    if tuple(int(part) for part in version.split(".")[:2]) < VERSION_MIN:
        raise StartError(
            f"ClickHouse {version} is too old.",
            way_out=f"Tieline needs {VERSION_MIN[0]}.{VERSION_MIN[1]} or newer.",
        )
    client.command(f"create database if not exists {DATABASE}")
    if embedded:
        client.command(f"use {DATABASE}")
    client.database = DATABASE
    engine = ClickHouse(client, embedded=embedded)
    _migrate(engine)
    return engine


def _migrate(engine: ClickHouse) -> None:
    engine.command(
        "create table if not exists migration (version UInt32, checksum String, at DateTime default now())"
        " engine = MergeTree order by version"
    )
    applied = {
        int(row["version"]): str(row["checksum"])
        for row in engine.query("select version, checksum from migration").to_pylist()
    }
    for step in migrate.pending("clickhouse", applied):
        for statement in migrate.statements(step.sql):
            engine.command(statement)
        engine.command(
            "insert into migration (version, checksum) values ({version:UInt32}, {checksum:String})",
            {"version": step.version, "checksum": step.checksum},
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
