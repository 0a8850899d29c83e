"""The reader of Google Meet's reports and payloads."""

from adapters.attendance import Attendance, Meeting, Row, Warned, gather, homonyms
from adapters.meet import audit, conference
from adapters.meet.extension import is_extension_file, read_extension
from adapters.meet.report import find_report, read_report
from adapters.payload import load, looks_like_json
from adapters.reader import File, Options
from adapters.sheets import text_of
from lrs.errors import UnreadableAttendance


class MeetReader:
    """See `adapters.reader.Reader`."""

    name = "meet"

    def recognises(self, file: File) -> bool:
        """Return whether a report's header is there, an API's answer, or an extension's list."""
        text = text_of(file)
        if looks_like_json(text):
            return audit.SIGN in text or conference.SIGN in text
        return find_report(text) is not None or is_extension_file(text)

    def read(self, file: File, options: Options) -> Attendance:
        """Return a meeting's attendance. Times without a date need the name that Google gave."""
        meeting, rows, warnings = self._rows(file, options)
        people = gather(rows, meeting.id or file.name or file.sha256)
        if not people:
            raise UnreadableAttendance("the file names no participant")
        warnings += homonyms(rows)
        return Attendance(self.name, meeting, people, tuple(warnings), file.sha256)

    def _rows(self, file: File, options: Options) -> tuple[Meeting, list[Row], list[Warned]]:
        text = text_of(file)
        if looks_like_json(text):
            if audit.SIGN in text:
                return audit.read_payload(load(text), options.expected)
            return conference.read_payload(load(text))
        if is_extension_file(text):
            return read_extension(text, file.name, options)
        return read_report(text, file.name, options)
