"""A look at a workbook's archive before anything unpacks it."""

import struct
import zipfile
import zlib
from pathlib import Path
from xml.parsers.expat import ExpatError

from tieline.connect.limits import MIB, Limits
from tieline.connect.markup import check_markup
from tieline.errors import UnreadableFileError

_TAIL = 70_000
_DIRECTORY_SIZES = ((b"PK\x05\x06", 12, "<L"), (b"PK\x06\x06", 40, "<Q"))
_AGAIN = "Open it in a spreadsheet and save it as .xlsx or CSV UTF-8."


def check_workbook(path: Path, limits: Limits) -> None:
    """Refuse archives that are no workbook or would cost too much to unpack.

    A member's stated size is what the unpacker stops at, so a lie in it costs nothing.

    Raises:
        UnreadableFileError: It is damaged, encrypted, too large inside, or declares XML entities.
    """
    _check_directory(path, limits)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_members(members, path.stat().st_size, limits)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as part:
                        check_markup(part, limits)
    except UnreadableFileError:
        raise
    except (
        ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        RuntimeError,
        ValueError,
    ):
        raise UnreadableFileError("The workbook is damaged.", way_out=_AGAIN) from None


def _check_directory(path: Path, limits: Limits) -> None:
    """Bound the table of contents, which is read into memory as a whole before its entries can be counted."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - _TAIL, 0))
        tail = file.read()
    for signature, offset, layout in _DIRECTORY_SIZES:
        at = tail.find(signature)
        while at >= 0:
            packed = tail[at + offset : at + offset + struct.calcsize(layout)]
            stated = struct.unpack(layout, packed)[0] if len(packed) == struct.calcsize(layout) else 0
            if stated > limits.directory_bytes_max and stated != 0xFFFFFFFF:
                raise UnreadableFileError("The workbook has too many parts inside.", way_out=_AGAIN)
            at = tail.find(signature, at + 1)


def _check_members(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    names = {member.filename for member in members}
    if "xl/workbook.xml" not in names:
        raise UnreadableFileError("The file is an archive, but no .xlsx workbook.", way_out=_AGAIN)
    if len(members) > limits.members_max:
        raise UnreadableFileError("The workbook has too many parts inside.", way_out=_AGAIN)
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFileError("The workbook is encrypted.", way_out="Remove the password.")
    unpacked = sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes_max or (unpacked > MIB and unpacked > size * limits.ratio_max):
        raise UnreadableFileError(
            f"The workbook would unpack to {unpacked:,} bytes from {size:,}.",
            way_out="Save it as CSV UTF-8, which has no such limit.",
        )
