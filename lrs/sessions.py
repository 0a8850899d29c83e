"""Which planned session a meeting was: by what it is called, and when it began."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from urllib.parse import unquote

from lrs.errors import NotFound
from lrs.log import EventLog, stream_id
from lrs.plan import Session, read_plan
from lrs.programs import Programs

NEAR = timedelta(hours=2)
"""A session's meeting begins in `[starts − 2 h, ends + 2 h]`, as in the contract."""
SHORTEST_NAME = 6
"""What is shorter stands in too many links by chance."""


class Meeting(Protocol):
    """What finds a meeting its session."""

    @property
    def names(self) -> Collection[str]:
        """What a session's id, or its `match`, may call it: numbers, codes, links."""

    @property
    def starts(self) -> datetime:
        """When it began (aware)."""


class Held(NamedTuple):
    """A session, and the slug of the program that plans it."""

    program: str
    session: Session


def held_sessions(programs: Programs, program: str | None = None) -> list[Held]:
    """Return a program's sessions, or all programs', as planned. Raises `NotFound`."""
    if program is not None:
        plan = read_plan(programs.document(program))
        return [Held(plan.slug, session) for session in plan.sessions]
    found: list[Held] = []
    for slug in programs.slugs():
        with suppress(NotFound):  # withdrawn this moment
            found += held_sessions(programs, slug)
    return found


class Sessions:
    """The sessions of all programs, read anew only when a program has changed."""

    def __init__(self, log: EventLog, programs: Programs) -> None:
        self._log = log
        self._programs = programs
        self._version = 0
        self._held: list[Held] = []

    def refresh(self) -> bool:
        """Read what has changed; return whether anything has."""
        last = self._log.last(stream_id("programs"))
        version = last.originator_version if last else 0
        if version == self._version:
            return False
        self._held = held_sessions(self._programs)
        self._version = version
        return True

    def of(self, meeting: Meeting) -> Held | None:
        """Return the session that a meeting was; see `session_held`."""
        return session_held(meeting, self._held)[0]


def session_held(meeting: Meeting, sessions: Sequence[Held]) -> tuple[Held | None, str]:
    """Return the session that a meeting was, or None and the reason why it was none.

    A session is meant where its id, or a `match`, holds one of the meeting's names, and the meeting
    began in its window. Of several, the nearest start counts, then the first planned.
    """
    named = [each for each in sessions if _names(each.session, meeting.names)]
    if not named:
        return None, "no session's id or match names this meeting"
    near = [each for each in named if _near(each.session, meeting)]
    if not near:
        return None, "no session that names this meeting is within two hours of it"
    return min(near, key=lambda each: abs(each.session.starts - meeting.starts)), ""


def _near(session: Session, meeting: Meeting) -> bool:
    return session.starts - NEAR <= meeting.starts <= session.ends + NEAR


def _names(session: Session, names: Collection[str]) -> bool:
    iris = [unquote(each) for each in (session.id, *session.match)]
    return any(_stands_in(name, iri) for name in names for iri in iris)


def _stands_in(name: str, iri: str) -> bool:
    """Return whether a name stands in an IRI as a whole, not as part of a longer one."""
    if len(name) < SHORTEST_NAME:
        return False
    whole = rf"(?<![0-9A-Za-z]){re.escape(unquote(name))}(?![0-9A-Za-z])"
    return re.search(whole, iri, re.IGNORECASE) is not None
