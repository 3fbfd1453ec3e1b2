"""Questions to history from another process of the same machine.

The embedded ClickHouse belongs to one process. The process that answers HTTP asks it over a local socket: a length, a
message in MessagePack; back come a length and Arrow, or the sentence of an error.
"""

import asyncio
import struct
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from tieline.errors import UnavailableError
from tieline.ports import History

_LENGTH = struct.Struct(">I")
_OK, _FAILED = b"\x00", b"\x01"
SECONDS_MAX = 30.0


class _Question(msgspec.Struct, array_like=True):
    sql: str
    parameters: dict[str, Any]


async def serve(history: History, path: Path) -> asyncio.Server:
    """Answer questions at the socket `path`, readable by this user alone."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                question = msgspec.msgpack.decode(await reader.readexactly(length), type=_Question)
                try:
                    reply = _OK + _pack(await history.query(question.sql, question.parameters))
                except Exception as error:  # noqa: BLE001 - the asker gets every failure
                    reply = _FAILED + str(error).encode()[:2_000]
                writer.write(_LENGTH.pack(len(reply)) + reply)
                await writer.drain()
        writer.close()

    path.unlink(missing_ok=True)  # noqa: ASYNC240 - once, before anyone asks
    server = await asyncio.start_unix_server(answer, path=str(path))
    path.chmod(0o600)  # noqa: ASYNC240 - once, before anyone asks
    return server


class HistoryClient:
    """Asks the history of another process; connects anew after that process restarted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one statement with bound parameters.

        Raises:
            UnavailableError: The process that owns history does not answer.
        """
        message = msgspec.msgpack.encode(_Question(sql, dict(parameters)))
        try:
            reader, writer = (
                self._free.pop() if self._free else await asyncio.open_unix_connection(str(self._path))
            )
            async with asyncio.timeout(SECONDS_MAX):
                writer.write(_LENGTH.pack(len(message)) + message)
                await writer.drain()
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                reply = await reader.readexactly(length)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            raise UnavailableError(f"History does not answer ({type(error).__name__}).") from error
        self._free.append((reader, writer))
        if reply[:1] == _FAILED:
            raise UnavailableError(
                f"History could not answer: {reply[1:].decode(errors='replace').splitlines()[0]}"
            )
        with pa.ipc.open_stream(reply[1:]) as stream:
            return stream.read_all()


def _pack(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())
