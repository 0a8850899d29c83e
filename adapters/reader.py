"""What every reader takes and is."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from adapters.attendance import Attendance
from adapters.times import DateOrder


@dataclass(frozen=True)
class Options:
    """What a file does not say by itself and the caller may know."""

    timezone: tzinfo | None = None
    """Whose clock a file without zones shows."""
    date_order: DateOrder | None = None
    expected: datetime | None = None
    """When the session was planned to start; settles day and month where the file does not."""
    file_name: str | None = None


class Reader(Protocol):
    """Reads one vendor's files."""

    name: str

    def recognises(self, text: str) -> bool:
        """Return whether a file's text looks like this vendor's."""

    def read(self, text: str, options: Options, file_sha256: str) -> Attendance:
        """Return what the file says. Raises `UnreadableAttendance`, naming the line if it can."""
