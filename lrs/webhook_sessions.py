"""Which planned session a meeting was: by what it is called, and when it began."""

import re
from collections.abc import Iterable
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


class MeetingTold(Protocol):
    """What finds a meeting its session."""

    @property
    def names(self) -> frozenset[str]:
        """What a session's id, or its `match`, may call it."""

    @property
    def starts(self) -> datetime:
        """When it began."""


class Held(NamedTuple):
    """A session, and the slug of the program that plans it."""

    program: str
    session: Session


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
        self._held = [held for slug in self._programs.slugs() for held in self._of_program(slug)]
        self._version = version
        return True

    def _of_program(self, slug: str) -> list[Held]:
        try:
            plan = read_plan(self._programs.document(slug))
        except NotFound:
            return []  # withdrawn this moment
        return [Held(slug, session) for session in plan.sessions]

    def of(self, meeting: MeetingTold) -> Held | None:
        """Return the session that a meeting was, by a name in its id or `match` and by its window.

        Of several, the nearest start counts, then the first planned.
        """
        near = (
            each
            for each in self._held
            if each.session.starts - NEAR <= meeting.starts <= each.session.ends + NEAR
        )
        named = [each for each in near if _names(each.session, meeting.names)]
        return min(named, key=lambda each: abs(each.session.starts - meeting.starts), default=None)


def _names(session: Session, names: Iterable[str]) -> bool:
    iris = [unquote(each) for each in (session.id, *session.match)]
    return any(_stands_in(name, iri) for name in names for iri in iris)


def _stands_in(name: str, iri: str) -> bool:
    """Return whether a name stands in an IRI as a whole, not as part of a longer one."""
    if len(name) < SHORTEST_NAME:
        return False
    whole = rf"(?<![0-9A-Za-z]){re.escape(unquote(name))}(?![0-9A-Za-z])"
    return re.search(whole, iri, re.IGNORECASE) is not None
