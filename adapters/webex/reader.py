"""The reader of Webex's reports and payloads."""

from adapters.attendance import Attendance, gather, homonyms
from adapters.payload import load, looks_like_json
from adapters.reader import File, Options
from adapters.sheets import text_of
from adapters.table import find
from adapters.webex.participants import read_payload
from adapters.webex.report import HEADERS, WANTED, read_report
from lrs.errors import UnreadableAttendance


class WebexReader:
    """See `adapters.reader.Reader`."""

    name = "webex"

    def recognises(self, file: File) -> bool:
        """Return whether a report's header is there, or the API's participants."""
        text = text_of(file)
        if looks_like_json(text):
            return '"joinedTime"' in text and '"meetingId"' in text
        return find(text, HEADERS, WANTED) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return a meeting's attendance; who waited in the lobby or never came is left out."""
        text = text_of(file)
        if looks_like_json(text):
            meeting, rows, warnings = read_payload(load(text), options.expected)
        else:
            meeting, rows, warnings = read_report(text, options)
        people = gather(rows, meeting.id or f"{meeting.title} {meeting.starts}")
        if not people:
            raise UnreadableAttendance("the file names no participant")
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)
