"""Which of its shapes a Teams file has."""

from collections.abc import Sequence

from adapters.attendance import Attendance
from adapters.payload import looks_like_json
from adapters.reader import File, Options
from adapters.teams.actions import ActionList, find_actions, read_actions
from adapters.teams.damage import check_whole
from adapters.teams.graph import SIGNS, read_records
from adapters.teams.grid import cut, filled
from adapters.teams.report import Report, find_report, lists_registrations, read_report
from adapters.text import Line
from lrs.errors import UnreadableAttendance

_BEGINNING = 50_000
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class TeamsReader:
    """See `adapters.reader.Reader`."""

    name = "teams"

    def recognises(self, file: File) -> bool:
        """Return whether the file has a shape of Teams, in a language known or in Teams' encoding."""
        beginning = file.text[:_BEGINNING]
        if looks_like_json(beginning):
            return any(sign in beginning for sign in SIGNS)
        # Damage is told when the file is read; another reader must not take it for its own.
        grid = filled(cut(beginning))
        if (found := _find(grid)) is None:
            return lists_registrations(grid)
        return found.certain or file.content.startswith(_UTF_16)

    def read(self, file: File, options: Options) -> Attendance:
        """Return the attendance that a file of Teams tells; one in any language, if it is asked for.

        Raises `UnreadableAttendance` naming the line, `AmbiguousAttendance` naming the option.
        """
        if looks_like_json(file.text) and any(sign in file.text for sign in SIGNS):
            return read_records(file, options)
        rows = cut(file.text)
        grid = filled(rows)
        if found := _find(grid):
            check_whole(file.text, rows)
        if isinstance(found, Report):
            return read_report(found, file, options)
        if found is not None:
            return read_actions(found, file, options)
        if lists_registrations(grid):
            raise UnreadableAttendance(
                "this lists registrations, not who was there; export attendance"
            )
        raise UnreadableAttendance(
            "this is no Teams file; an attendance report or an attendance list is wanted"
        )


def _find(grid: Sequence[Line]) -> Report | ActionList | None:
    return find_actions(grid) or find_report(grid)
