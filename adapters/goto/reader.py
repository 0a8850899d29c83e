"""The reader of GoTo's reports and payloads."""

from adapters.attendance import Attendance, gather, homonyms
from adapters.goto.attendees import SIGNS, read_payload
from adapters.goto.report import find_report, read_report
from adapters.payload import load, looks_like_json
from adapters.reader import File, Options
from lrs.errors import UnreadableAttendance

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class GotoReader:
    """See `adapters.reader.Reader`."""

    name = "goto"

    def recognises(self, file: File) -> bool:
        """Return whether an attendee report's table is there, or an API's attendees."""
        text = file.text
        if looks_like_json(text):
            return any(sign in text for sign in SIGNS)
        return find_report(text) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return a session's attendance; who registered and never came is left out."""
        if file.content.startswith(_WORKBOOKS):
            raise UnreadableAttendance(
                "this is an Excel workbook; download the report as CSV, or save it as CSV"
            )
        if looks_like_json(file.text):
            meeting, rows, warnings = read_payload(load(file.text), options.expected)
        else:
            meeting, rows, warnings = read_report(file.text, options)
        people = gather(rows, meeting.id or f"{meeting.title} {meeting.starts}")
        if not people:
            raise UnreadableAttendance("the file names no participant who was there")
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)
