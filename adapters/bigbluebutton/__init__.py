"""BigBlueButton: the learning dashboard as JSON or CSV, and the recording's events."""

from collections.abc import Callable

from adapters.attendance import Attendance
from adapters.bigbluebutton import dashboard, events, table
from adapters.reader import File, Options
from lrs.errors import UnreadableAttendance

__all__ = ["BigBlueButtonReader"]

WANTED = "the learning dashboard's JSON or CSV, or a recording's events.xml, is wanted"


class BigBlueButtonReader:
    """See `adapters.reader.Reader`."""

    name = "bigbluebutton"

    def recognises(self, file: File) -> bool:
        """Return whether the file is one of BigBlueButton's, even one that is not read."""
        return _shape(file.text) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return what a dashboard or a recording says."""
        shape = _shape(file.text)
        if shape is None:
            raise UnreadableAttendance(f"this is no BigBlueButton file; {WANTED}")
        return shape(file, options)


def _shape(text: str) -> Callable[[File, Options], Attendance] | None:
    beginning = text[:20_000].lstrip()
    if "internal-meeting-id" in beginning:
        return _refuse_webhooks
    if beginning.startswith("{"):
        signs = ('"intId"', '"users"', '"createdOn"')
        return dashboard.read if all(sign in text for sign in signs) else None
    if beginning.startswith("<"):
        return events.read if "<recording" in beginning else None
    return table.read if table.looks_so(text) else None


def _refuse_webhooks(_: File, __: Options) -> Attendance:
    message = "these are BigBlueButton's webhook calls, which belong to /webhooks/bigbluebutton"
    raise UnreadableAttendance(f"{message}; {WANTED}")
