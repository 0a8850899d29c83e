"""The reader of Webex's reports and payloads."""

from adapters.attendance import Attendance, gather, homonyms
from adapters.payload import load, looks_like_json
from adapters.reader import File, Options
from adapters.table import find
from adapters.webex.participants import read_payload
from adapters.webex.report import HEADERS, WANTED, read_report
from lrs.errors import UnreadableAttendance


class WebexReader:
    """See `adapters.reader.Reader`."""

    name = "webex"

    def recognises(self, file: File) -> bool:
        """Return whether a report's header is there, or the API's participants."""
        text = file.text
        if looks_like_json(text):
            return '"joinedTime"' in text and '"meetingId"' in text
        return find(text, HEADERS, WANTED) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return a meeting's attendance; who waited in the lobby or never came is left out."""
        if looks_like_json(file.text):
            meeting, rows, warnings = read_payload(load(file.text), options.expected)
        else:
            meeting, rows, warnings = read_report(file.text, options)
        people = gather(rows, meeting.id or f"{meeting.title} {meeting.starts}")
        if not people:
            raise UnreadableAttendance("the file names no participant")
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)
