"""Which of Zoom's files a file is, and who reads it."""

from collections.abc import Callable
from typing import NamedTuple

from adapters.attendance import Attendance
from adapters.reader import File, Options
from adapters.zoom import chat, participants, polls, saved, webinar
from adapters.zoom.lead import first_words
from lrs.errors import UnreadableAttendance


class _Kind(NamedTuple):
    """A kind of file; the first that recognises one reads it."""

    recognises: Callable[[str], bool]
    read: Callable[[File, Options], Attendance]


KINDS = (
    _Kind(saved.recognises, saved.read),
    _Kind(webinar.recognises, webinar.read),
    _Kind(polls.recognises, polls.read),
    _Kind(participants.recognises, participants.read),
    _Kind(chat.recognises, chat.read),
)
REFUSED = {
    "registration report": "a registration report, which tells who meant to come",
    "registration details": "a registration report, which tells who meant to come",
    "q&a report": "a question and answer report, which tells nobody's presence",
    "survey report": "a survey report, which tells nobody's presence",
    "performance report": "a webinar's performance report, which tells of nobody",
}


class ZoomReader:
    """See `adapters.reader.Reader`."""

    name = "zoom"

    def recognises(self, file: File) -> bool:
        """Return whether a file is one that Zoom exports, also one that is refused."""
        return _kind(file.text) is not None or _refused(file.text) is not None

    def read(self, file: File, options: Options) -> Attendance:
        """Return what a participants file, a webinar's, a chat, a poll report or an answer tells.

        Chats and polls tell acts and no presence.
        """
        refused = _refused(file.text)
        kind = _kind(file.text)
        if kind is not None and refused is None:
            return kind.read(file, options)
        what = f"this is {refused}" if refused else "this is no Zoom file"
        raise UnreadableAttendance(f"{what}; the participants export is wanted")


def _kind(text: str) -> _Kind | None:
    return next((each for each in KINDS if each.recognises(text)), None)


def _refused(text: str) -> str | None:
    """Return what a file is that no reader takes, as its first line says."""
    title = next(filter(None, first_words(text)), "")
    return next((what for sign, what in REFUSED.items() if title == sign), None)
