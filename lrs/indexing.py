"""What the statement index holds: terms, and what recording a statement changes.

A statement's *terms* are the conditions it meets (its verb, its agents …), hashed to 64 bits. Each
term is a row `(kind, key, position, via)`, so any filter is one range scan, newest first. A
statement that refers to another (voiding ones included) also meets the other's conditions: it
inherits the other's terms when either of the two arrives, with `via` naming the other's position
(0: its own), so that conditions are met jointly by one statement (xAPI 4.2.1 "Filter Conditions").
A voided statement has no rows of its own, but what refers to it keeps what it inherited.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple, Protocol
from uuid import UUID

from lrs.xapi.filters import Terms


class TermKind(IntEnum):
    """What a term says; stored, so numbers never change."""

    VERB = 1
    ACTIVITY = 2
    RELATED_ACTIVITY = 3
    AGENT = 4
    RELATED_AGENT = 5
    REGISTRATION = 6


# As plain integers, which compare and pack much faster.
_VERB, _ACTIVITY, _RELATED_ACTIVITY, _AGENT, _RELATED_AGENT, _REGISTRATION = map(int, TermKind)


ABOUT = (TermKind.ACTIVITY, TermKind.RELATED_ACTIVITY)
"""What says that a statement is about an activity, in the wider sense."""


class Term(NamedTuple):
    """One condition that the statement at `position` meets, itself or via another."""

    kind: int
    key: int
    position: int
    via: int


class Reference(NamedTuple):
    """The statement `source`, recorded at `position`, has a StatementRef to `target`."""

    target: UUID
    position: int
    source: UUID
    voids: bool


class IndexedStatement(NamedTuple):
    """A statement as the index sees it."""

    position: int
    statement_id: UUID
    stored: datetime
    terms: Terms


class IndexRows(NamedTuple):
    """What one append changes in the index."""

    listed: list[tuple[int, datetime]]
    terms: list[Term]
    references: list[Reference]
    unlisted: list[int]
    removed: list[Term]
    fresh: bool = False
    """Nothing refers to anything, so no term can be there already; the terms are sorted."""


class Recorded(Protocol):
    """What the index asks of the statements recorded before, inside the append's transaction."""

    def referring_to(self, targets: Sequence[UUID]) -> list[Reference]:
        """Return the references to any of the targets."""

    def statements(self, ids: Sequence[UUID]) -> list[IndexedStatement]:
        """Return those of the statements that are recorded."""


@lru_cache(maxsize=65_536)
def term_key(text: str) -> int:
    """Return the signed 64-bit key under which a term is found (BLAKE2b, big-endian)."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def own_keys(terms: Terms) -> list[tuple[int, int]]:
    """Return (kind, key) of each condition a statement meets by itself."""
    found: list[tuple[int, int]] = [(_VERB, term_key(terms.verb))]
    if terms.activity is not None:
        found.append((_ACTIVITY, term_key(terms.activity)))
    found += [(_RELATED_ACTIVITY, term_key(activity)) for activity in terms.related_activities]
    found += [(_AGENT, term_key(agent)) for agent in terms.agents]
    found += [(_RELATED_AGENT, term_key(agent)) for agent in terms.related_agents]
    if terms.registration is not None:
        found.append((_REGISTRATION, term_key(terms.registration)))
    return found


def index_rows(new: Sequence[IndexedStatement], recorded: Recorded) -> IndexRows:
    """Return what recording `new` changes in the index.

    Must run while no other append can: references are followed in both directions, so a statement
    and what refers to it find each other whichever came first.
    """
    known = recorded.referring_to([statement.statement_id for statement in new])
    references = [
        Reference(s.terms.refers_to, s.position, s.statement_id, s.terms.voids)
        for s in new
        if s.terms.refers_to is not None
    ]
    if not known and not references:
        listed = [(s.position, s.stored) for s in new]
        terms = [Term(kind, key, s.position, 0) for s in new for kind, key in own_keys(s.terms)]
        terms.sort()
        return IndexRows(listed, terms, [], [], [], fresh=True)
    return _Neighbourhood(new, known, references, recorded).rows()


class _Neighbourhood:
    """The new statements, what refers to them (up) and what those all refer to (down).

    Other referrers of a target are left out: a much discussed statement costs no more than any.
    """

    def __init__(
        self,
        new: Sequence[IndexedStatement],
        known: Iterable[Reference],
        references: list[Reference],
        recorded: Recorded,
    ) -> None:
        self._fresh = {s.statement_id: s for s in new}
        self._references = references
        self._nodes = dict(self._fresh)
        self._up: set[UUID] = set()
        self._voided: set[UUID] = set()
        self._climb([*known, *references], recorded)
        self._descend(recorded)

    def _climb(self, found: Iterable[Reference], recorded: Recorded) -> None:
        """Add the statements that refer to a new one, and those that refer to them, and so on."""
        while found:
            self._voided |= {reference.target for reference in found if reference.voids}
            sources = {r.source for r in found if r.target in self._nodes} - self._nodes.keys()
            self._add(sources, recorded)
            self._up |= sources
            found = recorded.referring_to(sorted(sources)) if sources else []

    def _descend(self, recorded: Recorded) -> None:
        """Add the statements that all these refer to, link by link."""
        asked = set(self._nodes)
        while wanted := self._named() - asked:
            asked |= wanted
            self._add(wanted, recorded)

    def _named(self) -> set[UUID]:
        targets = (s.terms.refers_to for s in self._nodes.values())
        return {target for target in targets if target is not None}

    def _add(self, ids: Iterable[UUID], recorded: Recorded) -> None:
        wanted = sorted(ids)
        if wanted:
            self._nodes |= {s.statement_id: s for s in recorded.statements(wanted)}

    def _targets(self, statement: IndexedStatement) -> list[IndexedStatement]:
        """Return what the statement refers to, link by link; a circle is walked once."""
        chain: list[IndexedStatement] = []
        following = statement.terms.refers_to
        while following is not None and following in self._nodes:
            target = self._nodes[following]
            if target is statement or target in chain:
                break
            chain.append(target)
            following = target.terms.refers_to
        return chain

    def _terms(self, statement: IndexedStatement) -> Iterable[Term]:
        for kind, key in own_keys(statement.terms):
            yield Term(kind, key, statement.position, 0)
        for target in self._targets(statement):
            for kind, key in own_keys(target.terms):
                yield Term(kind, key, statement.position, target.position)

    def rows(self) -> IndexRows:
        """Return what changes; terms of older statements may be there already."""
        rows = IndexRows([], [], self._references, [], [])
        for statement_id, statement in self._nodes.items():
            fresh = statement_id in self._fresh
            # A voiding statement is never itself voided (xAPI 1.0.3, Data 2.3.2).
            if statement_id in self._voided and not statement.terms.voids:
                if not fresh:
                    rows.unlisted.append(statement.position)
                    rows.removed.extend(self._terms(statement))
            elif fresh:
                rows.listed.append((statement.position, statement.stored))
                rows.terms.extend(self._terms(statement))
            elif statement_id in self._up:
                rows.terms.extend(term for term in self._terms(statement) if term.via)
        return rows
