"""Read a request body within its limit, and undo its encoding within the same limit."""

import asyncio
import zlib

from starlette.requests import Request

from tieline.errors import BodyTooLargeError, MalformedBodyError, SlowBodyError

_GZIP = 16 + zlib.MAX_WBITS
SECONDS_MAX = 30.0
"""How long a body may take to arrive: who sends it drop by drop must not hold a place for ever."""


async def read_body(request: Request, bytes_max: int) -> bytes:
    """Return the body's bytes, unzipped if they came zipped.

    Raises:
        BodyTooLargeError: More than `bytes_max`, before or after unzipping.
        MalformedBodyError: Said to be gzip and is not.
        SlowBodyError: Not there after `SECONDS_MAX`.
    """
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > bytes_max:
        raise _too_large(bytes_max)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            body = await request.body()
    except TimeoutError:
        raise SlowBodyError(
            f"The body did not arrive within {SECONDS_MAX:.0f} s.", way_out="Send it again, in smaller parts."
        ) from None
    if len(body) > bytes_max:
        raise _too_large(bytes_max)
    if request.headers.get("content-encoding", "").lower() == "gzip":
        return _unzip(body, bytes_max)
    return body


def _unzip(body: bytes, bytes_max: int) -> bytes:
    unzip = zlib.decompressobj(_GZIP)
    try:
        plain = unzip.decompress(body, bytes_max + 1)
    except zlib.error:
        raise MalformedBodyError("Content-Encoding says gzip, the body is not.") from None
    if len(plain) > bytes_max:
        raise _too_large(bytes_max)
    if not unzip.eof:
        raise MalformedBodyError("The gzip body ends too early.")
    return plain


def _too_large(bytes_max: int) -> BodyTooLargeError:
    return BodyTooLargeError(
        f"The body is larger than {bytes_max} bytes.", way_out="Send fewer events in one request."
    )
