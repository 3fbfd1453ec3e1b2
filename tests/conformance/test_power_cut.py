"""F7 of docs/faults.md: the power goes, and with it every page that PostgreSQL had not flushed.

What is on the disk then is built here: the data files as the last checkpoint left them, and of the write-ahead log what
the server had flushed at the moment at which the last answer was given. All that was only in memory is gone.
"""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import psycopg
import pytest
from line_brand import BOT, CHANNEL_SECRET, serving

from tieline.channel.line.signature import sign
from tieline.store.postgres.engine import prepare, start_embedded, stop_embedded

WEBHOOKS = 40
SEGMENT = 16 * 2**20
LEFT_BEHIND = shutil.ignore_patterns("postmaster.pid", "postmaster.opts", ".s.*", "*.json", "log", "pg_wal")


class Server:
    """A PostgreSQL of this test's own, and the disk that a power cut leaves of it."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="tl-cut-"))
        self.running, self.disk = self.root / "a", self.root / "b"
        self.running.mkdir()
        self.url = start_embedded(self.running)
        prepare(self.url)
        self.set("autovacuum", "off")
        self.set("wal_writer_delay", "10s")  # whoever relies on it loses what it had no time for
        self.set("checkpoint_timeout", "1h")

    def set(self, name: str, value: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"alter system set {name} = '{value}'")
            connection.execute("select pg_reload_conf()")

    def flushed(self) -> tuple[str, int]:
        """Return the segment and place up to which the log is on the disk."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(
                "select file_name, file_offset from pg_walfile_name_offset(pg_current_wal_flush_lsn())"
            ).fetchone()
        assert row is not None
        return str(row[0]), int(row[1])

    def remember(self) -> None:
        """Keep the data files as they are on the disk after a checkpoint."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("checkpoint")
        shutil.copytree(self.running, self.disk, ignore=LEFT_BEHIND)

    def cut(self, flushed: tuple[str, int]) -> str:
        """Take the power away; return the address of what comes up from the disk."""
        os.kill(int((self.running / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        last, place = flushed
        (self.disk / "pg_wal" / "archive_status").mkdir(parents=True)
        (self.disk / "pg_wal" / "summaries").mkdir()
        for segment in (
            one for one in (self.running / "pg_wal").iterdir() if one.is_file() and one.name <= last
        ):
            content = segment.read_bytes()
            kept = content[:place] if segment.name == last else content
            (self.disk / "pg_wal" / segment.name).write_bytes(kept.ljust(SEGMENT, b"\0"))
        owner = self.running.stat()  # PostgreSQL does not run as root, whoever runs this
        for one in (self.disk, *self.disk.rglob("*")):
            os.chown(one, owner.st_uid, owner.st_gid)
        self.disk.chmod(0o700)
        return start_embedded(self.disk)

    def close(self) -> None:
        stop_embedded(self.disk)
        shutil.rmtree(self.root, ignore_errors=True)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    yield made
    made.close()


def webhook(number: int) -> bytes:
    event = {
        "type": "follow",
        "mode": "active",
        "timestamp": 1_790_000_000_000 + number,
        "source": {"type": "user", "userId": f"U{number:032x}"},
        "webhookEventId": f"01HK{number:022d}",
        "deliveryContext": {"isRedelivery": False},
        "follow": {"isUnblocked": False},
    }
    return msgspec.json.encode({"destination": BOT, "events": [event]})


async def answered(server: Server, folder: Path) -> tuple[set[bytes], tuple[str, int]]:
    """Send webhooks to the real door; return those that were answered 200, and what was on the disk by then."""
    async with serving(folder, server.url) as brand:
        await brand.rows("update line_account set bot_user_id = %s returning 1", BOT)
        server.remember()
        bodies = [webhook(number) for number in range(WEBHOOKS)]
        answers = await asyncio.gather(
            *(
                brand.http.post(
                    "/line/main/webhook", content=one, headers={"x-line-signature": sign(one, CHANNEL_SECRET)}
                )
                for one in bodies
            )
        )
        flushed = server.flushed()
    return {body for body, one in zip(bodies, answers, strict=True) if one.status_code == 200}, flushed


def kept(url: str) -> list[bytes]:
    with psycopg.connect(url, autocommit=True) as connection:
        return [bytes(body) for (body,) in connection.execute("select body from log").fetchall()]


async def test_f7_what_was_answered_is_there_after_a_power_cut(server, tmp_path):
    promised, flushed = await answered(server, tmp_path)

    stored = kept(server.cut(flushed))

    assert len(promised) == WEBHOOKS
    assert promised <= set(stored)
    assert len(stored) == len(set(stored))


async def test_f7_a_server_that_answers_before_it_flushes_breaks_the_promise(server, tmp_path):
    server.set("synchronous_commit", "off")
    promised, flushed = await answered(server, tmp_path)

    stored = kept(server.cut(flushed))

    assert promised - set(stored), "the cut took nothing, so the test beside this one proves nothing"
