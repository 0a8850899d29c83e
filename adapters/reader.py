"""What every reader takes and is."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cached_property
from hashlib import sha256
from typing import Protocol, runtime_checkable

from adapters.attendance import Attendance
from adapters.text import decode
from adapters.times import DateOrder


@dataclass(frozen=True)
class File:
    """A file as the tool exported it."""

    content: bytes
    name: str | None = None

    @cached_property
    def text(self) -> str:
        """The content as text. Raises `UnreadableAttendance` where it is none (a spreadsheet)."""
        return decode(self.content)

    @cached_property
    def sha256(self) -> str:
        """The content's SHA-256, hexadecimal."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Options:
    """What a file does not say by itself and the caller may know."""

    timezone: tzinfo | None = None
    """Whose clock a file without zones shows."""
    date_order: DateOrder | None = None
    expected: datetime | None = None
    """When the session was planned to start; settles day and month where the file does not."""


@runtime_checkable
class Reader(Protocol):
    """Reads one vendor's files. It raises nothing but `UnreadableAttendance` and its kinds."""

    name: str

    def recognises(self, file: File) -> bool:
        """Return whether a file looks like this vendor's; `UnreadableAttendance` means no."""

    def read(self, file: File, options: Options) -> Attendance:
        """Return what the file says. Raises `UnreadableAttendance`, naming the line if it can."""
