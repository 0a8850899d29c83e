"""`lrs sync`: attendance pulled from a vendor's API, each meeting into the session that it was."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from adapters import intake
from adapters.attendance import shown
from adapters.pulls import Instance, Pull, Pulled
from adapters.pulls.client import utc_now
from adapters.pulls.pull import UNREADABLE
from lrs.attendance import Upload, import_files
from lrs.cli.output import err, print_json, print_table
from lrs.cli.sync_cursor import Cursor
from lrs.cli.sync_tools import pull_from
from lrs.errors import InvalidInput, UnreadableAttendance
from lrs.local_time import beginning, normalise_time
from lrs.main import open_store
from lrs.sessions import Held, held_sessions, session_held
from lrs.settings import read_settings
from lrs.store import Store

BY = "cli"
OVERLAP = timedelta(days=1)
"""Reports come late, and hosts begin again: a run goes on so long before where the last one came to."""
PATIENCE = timedelta(days=3)
"""So long a session's meeting that cannot be read is asked for again by each run."""

Record = Callable[[Pulled, Held], dict[str, Any]]
"""Records a meeting's attendance; returns the contract's dry run, with the counts."""


def sync(
    tool: Annotated[str, typer.Argument(help="zoom, teams, meet or webex.")],
    since: Annotated[
        str | None,
        typer.Option(help="Meetings that ended from then on; default: where the last run came to."),
    ] = None,
    program: Annotated[str | None, typer.Option(help="Only this program's sessions.")] = None,
    dry: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be recorded.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Pull attendance; the same meeting again changes nothing, a later report corrects."""
    settings = read_settings()
    pull = pull_from(tool, settings)
    with open_store(settings) as store:
        cursor = Cursor(store, tool, program, by=BY)
        now = utc_now()
        begins = _moment(since, now) if since is not None else resumed(cursor)
        sessions = held_sessions(store.programs, program)
        keep = _nothing if dry else cursor.advance
        run = Run(pull, sessions, recorder(store, tool, dry=dry), keep, now)
        run.go(begins)
        outcome = {"tool": tool, "since": shown(begins), "cursor": shown(cursor.ended())}
    if as_json:
        print_json(outcome | {"meetings": run.meetings, "skipped": run.skipped})
    else:
        _print(tool, run)


def resumed(cursor: Cursor) -> datetime:
    """Return the moment from which a run goes on. Raises `InvalidInput` where there was none."""
    ended = cursor.ended()
    if ended is None:
        raise InvalidInput("nothing was synchronised yet; say from when", "--since")
    return ended - OVERLAP


def recorder(store: Store, tool: str, *, dry: bool) -> Record:
    """Return what records a pulled meeting as `lrs import` does its file."""

    def record(pulled: Pulled, held: Held) -> dict[str, Any]:
        if pulled.file is None:
            raise UnreadableAttendance("there is nothing to be read")
        files = [(pulled.file.name, pulled.file.content)]
        upload = Upload(tool, files, held.program, held.session.id)
        (outcome,) = import_files(store, intake, upload, by=BY, dry=dry)
        return outcome

    return record


@dataclass
class Run:
    """One pull, meeting by meeting, and what came of it."""

    pull: Pull
    sessions: Sequence[Held]
    record: Record
    keep: Callable[[datetime], None]
    """Keeps a moment until which all is dealt with: one who is interrupted goes on there."""
    asked: datetime
    """When it began; what is over later is the next run's."""
    meetings: list[dict[str, Any]] = field(default_factory=list)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    _waiting: bool = False

    def go(self, since: datetime) -> None:
        """Deal with all meetings that ended since then. Raises what pulls and imports raise."""
        ended = since
        try:
            for pulled in self.pull.meetings(since, self._wanted):
                held, reason = session_held(pulled.instance, self.sessions)
                if held is not None:
                    self._reach(ended)
                    reason = self._recorded(pulled, held)
                if reason:
                    self.skipped.append(_skipped(pulled.instance, reason))
                ended = pulled.instance.ends
        finally:
            self._reach(ended)
        # Where nothing is held for long, time goes on all the same.
        self._reach(max(ended, self.asked - PATIENCE))

    def _reach(self, moment: datetime) -> None:
        if not self._waiting:
            self.keep(moment)

    def _wanted(self, instance: Instance) -> bool:
        held, _ = session_held(instance, self.sessions)
        return held is not None

    def _recorded(self, pulled: Pulled, held: Held) -> str:
        """Record a session's meeting; return why it was not, or nothing."""
        reason = pulled.warned(UNREADABLE)
        if reason is None:
            try:
                outcome = self.record(pulled, held)
            except UnreadableAttendance as error:
                reason = error.message
            else:
                about = {"program": held.program, "session": held.session.id}
                self.meetings.append(outcome | about)
                return ""
        # Its report may only be late, so the next run shall ask again.
        self._waiting |= self.asked - pulled.instance.ends < PATIENCE
        return reason


def _nothing(_: datetime) -> None:
    """Keep nothing."""


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = beginning(normalise_time(text), ZoneInfo("UTC"))
    except ValueError:
        raise InvalidInput(
            f"{text!r} is neither a date nor a time of RFC 3339", "--since"
        ) from None
    if moment > now:
        raise InvalidInput("no meeting has ended then yet", "--since")
    return moment


def _skipped(instance: Instance, reason: str) -> dict[str, Any]:
    return {
        "id": instance.names[0] if instance.names else instance.id,
        "title": instance.title,
        "starts": shown(instance.starts),
        "ends": shown(instance.ends),
        "reason": reason,
    }


def _print(tool: str, run: Run) -> None:
    columns = ["starts", "title", "session", "people", "statements", "stored", "known", "voided"]
    print_table(columns, map(_row, run.meetings), f"{tool} · meetings")
    if run.skipped:
        skipped = ["starts", "id", "title", "reason"]
        rows = ([each[column] for column in skipped] for each in run.skipped)
        print_table(skipped, rows, f"{tool} · skipped")
    for warning in _warnings(run.meetings):
        err.print(warning, markup=False)


def _row(outcome: dict[str, Any]) -> list[Any]:
    meeting = outcome["meeting"]
    counts = [outcome.get(each) for each in ("stored", "already_stored", "voided")]
    people, statements = len(outcome["people"]), outcome["statements"]
    return [meeting["starts"], meeting["title"], outcome["session"], people, statements, *counts]


def _warnings(meetings: Iterable[dict[str, Any]]) -> Iterable[str]:
    for outcome in meetings:
        meeting = outcome["meeting"]
        for each in outcome["warnings"]:
            yield f"{meeting['title'] or meeting['id'] or ''}: {each['message']}"
