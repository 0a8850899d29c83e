"""Adapters bring outside records in: a vendor's file becomes attendance, attendance becomes xAPI."""

from hashlib import sha256

from adapters.attendance import Attendance
from adapters.reader import Options, Reader
from adapters.teams import TeamsReader
from adapters.text import decode
from adapters.zoom import ZoomReader
from lrs.errors import UnreadableAttendance

__all__ = ["READERS", "Attendance", "Options", "Reader", "read"]

READERS: dict[str, Reader] = {reader.name: reader for reader in (ZoomReader(), TeamsReader())}


def read(tool: str, content: bytes, options: Options) -> Attendance:
    """Return what an attendance file says; `tool` is a reader's name or `auto`.

    Raises `UnreadableAttendance` for an unknown tool, a file that is not the tool's or is damaged,
    and `AmbiguousAttendance` where only the caller can tell what is meant.
    """
    if tool not in {"auto", *READERS}:
        known = ", ".join(["auto", *READERS])
        raise UnreadableAttendance(f"there is no adapter {tool!r}; there are {known}")
    text = decode(content)
    reader = _recognised(text) if tool == "auto" else READERS[tool]
    return reader.read(text, options, sha256(content).hexdigest())


def _recognised(text: str) -> Reader:
    for reader in READERS.values():
        if reader.recognises(text):
            return reader
    raise UnreadableAttendance(f"the file is none that {', '.join(READERS)} export")
