"""Adapters bring outside records in: a vendor's file becomes attendance, attendance becomes xAPI."""

from adapters.adobe_connect import AdobeConnectReader
from adapters.attendance import Attendance
from adapters.bigbluebutton import BigBlueButtonReader
from adapters.class_collaborate import ClassReader
from adapters.goto import GotoReader
from adapters.meet import MeetReader
from adapters.reader import File, Options, Reader
from adapters.registry import Readers
from adapters.signin_sheet import SigninSheetReader
from adapters.teams import TeamsReader
from adapters.text import LARGEST_FILE
from adapters.webex import WebexReader
from adapters.zoom import ZoomReader
from lrs.errors import UnreadableAttendance

__all__ = ["LARGEST_FILE", "READERS", "Attendance", "File", "Options", "Reader", "read"]

READERS = Readers(
    (
        GotoReader(),  # its webinars' sections are named as Zoom's are; its columns tell it apart
        ZoomReader(),
        TeamsReader(),
        BigBlueButtonReader(),
        MeetReader(),
        WebexReader(),
        AdobeConnectReader(),
        ClassReader(),
    ),
    last=SigninSheetReader(),  # the most general
)


def read(tool: str, file: File, options: Options) -> Attendance:
    """Return what an attendance file says; `tool` is a reader's name or `auto`.

    Raises `UnreadableAttendance` for an unknown tool, a file that is not the tool's or is damaged,
    and `AmbiguousAttendance` where only the caller can tell what is meant.
    """
    if tool not in {"auto", *READERS}:
        known = ", ".join(["auto", *READERS])
        raise UnreadableAttendance(f"there is no adapter {tool[:40]!r}; there are {known}")
    if len(file.content) > LARGEST_FILE:
        raise too_large(len(file.content))
    reader = _recognised(file) if tool == "auto" else READERS[tool]
    return reader.read(file, options)


def too_large(size: int) -> UnreadableAttendance:
    """Return the refusal of a file that has so many bytes."""
    return UnreadableAttendance(f"the file has {size} bytes; {LARGEST_FILE} are allowed")


def _recognised(file: File) -> Reader:
    unreadable: UnreadableAttendance | None = None
    for name in READERS:
        try:
            reader = READERS[name]  # a third party's that does not load is passed over
            if reader.recognises(file):
                return reader
        except UnreadableAttendance as error:
            unreadable = error
    raise unreadable or UnreadableAttendance(f"the file is none that {', '.join(READERS)} export")
