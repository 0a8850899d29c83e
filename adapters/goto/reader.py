"""The reader of GoTo's reports and payloads."""

from adapters.attendance import Attendance, gather, homonyms
from adapters.goto.attendees import SIGNS, read_payload
from adapters.goto.report import find_report, read_report
from adapters.payload import load, looks_like_json
from adapters.reader import File, Options
from adapters.sheets import text_of
from lrs.errors import UnreadableAttendance


class GotoReader:
    """See `adapters.reader.Reader`."""

    name = "goto"

    def recognises(self, file: File) -> bool:
        """Return whether an attendee report's table is there, or an API's attendees."""
        text = text_of(file)
        if looks_like_json(text):
            return any(sign in text for sign in SIGNS)
        return find_report(text) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return a session's attendance; who registered and never came is left out."""
        text = text_of(file)
        if looks_like_json(text):
            meeting, rows, warnings = read_payload(load(text), options.expected)
        else:
            meeting, rows, warnings = read_report(text, options)
        people = gather(rows, meeting.id or f"{meeting.title} {meeting.starts}")
        if not people:
            raise UnreadableAttendance("the file names no participant who was there")
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)
