"""Adapters bring outside records in: a vendor's file becomes attendance, attendance becomes xAPI."""

from adapters.adobe_connect import AdobeConnectReader
from adapters.attendance import Attendance
from adapters.bigbluebutton import BigBlueButtonReader
from adapters.class_collaborate import ClassReader
from adapters.goto import GotoReader
from adapters.meet import MeetReader
from adapters.reader import File, Options, Reader
from adapters.signin_sheet import SigninSheetReader
from adapters.teams import TeamsReader
from adapters.text import LARGEST_FILE
from adapters.webex import WebexReader
from adapters.zoom import ZoomReader
from lrs.errors import UnreadableAttendance

__all__ = ["READERS", "Attendance", "File", "Options", "Reader", "read"]

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        GotoReader(),  # its webinars' sections are named as Zoom's are; its columns tell it apart
        ZoomReader(),
        TeamsReader(),
        BigBlueButtonReader(),
        MeetReader(),
        WebexReader(),
        AdobeConnectReader(),
        ClassReader(),
        SigninSheetReader(),  # the most general, so `auto` asks it last
    )
}


def read(tool: str, file: File, options: Options) -> Attendance:
    """Return what an attendance file says; `tool` is a reader's name or `auto`.

    Raises `UnreadableAttendance` for an unknown tool, a file that is not the tool's or is damaged,
    and `AmbiguousAttendance` where only the caller can tell what is meant.
    """
    if tool not in {"auto", *READERS}:
        known = ", ".join(["auto", *READERS])
        raise UnreadableAttendance(f"there is no adapter {tool!r}; there are {known}")
    if len(file.content) > LARGEST_FILE:
        raise UnreadableAttendance(
            f"the file has {len(file.content)} bytes; {LARGEST_FILE} are allowed"
        )
    reader = _recognised(file) if tool == "auto" else READERS[tool]
    return reader.read(file, options)


def _recognised(file: File) -> Reader:
    unreadable: UnreadableAttendance | None = None
    for reader in READERS.values():
        try:
            if reader.recognises(file):
                return reader
        except UnreadableAttendance as error:
            unreadable = error
    raise unreadable or UnreadableAttendance(f"the file is none that {', '.join(READERS)} export")
