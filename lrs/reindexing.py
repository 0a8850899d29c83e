"""What an erasure changes in the statement index.

A statement's conditions stand at its own position and, inherited, at those of the statements that
refer to it (see `lrs.index`). Both go, and what is left of a redacted statement comes instead.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

from lrs.append import Rewritten
from lrs.indexing import IndexedStatement, Recorded, Reference, Term, own_keys


class IndexChanges(NamedTuple):
    """Rows that go, and rows that come."""

    unlisted: list[int]
    """Statements that are no more."""
    removed: list[Term]
    added: list[Term]
    """At the positions that are listed only."""
    references: list[tuple[UUID, int]]
    """(target, position) of references whose source is no more."""


def index_changes(statements: Sequence[Rewritten], recorded: Recorded) -> IndexChanges:
    """Return what rewriting statements changes. Must run while no append can."""
    changes = IndexChanges([], [], [], [])
    above = _Above(statements, recorded)
    for before, after in statements:
        old = set(own_keys(before.terms))
        new = set(own_keys(after)) if after else set()
        places = [(before.position, 0)]
        places += [(position, before.position) for position in above.of(before.statement_id)]
        changes.removed.extend(_terms(old - new, places))
        changes.added.extend(_terms(new - old, places))
        if after is None:
            changes.unlisted.append(before.position)
            changes.removed.extend(_inherited(before, recorded))
            if before.terms.refers_to is not None:
                changes.references.append((before.terms.refers_to, before.position))
    return changes


def _terms(keys: Iterable[tuple[int, int]], places: Sequence[tuple[int, int]]) -> Iterator[Term]:
    for kind, key in sorted(keys):
        for position, via in places:
            yield Term(kind, key, position, via)


def _inherited(statement: IndexedStatement, recorded: Recorded) -> Iterator[Term]:
    """Yield what a statement has from those that it refers to, link by link."""
    seen: set[UUID] = {statement.statement_id}
    following = statement.terms.refers_to
    while following is not None and following not in seen:
        seen.add(following)
        target = next(iter(recorded.statements([following])), None)
        if target is None:
            return
        yield from _terms(own_keys(target.terms), [(statement.position, target.position)])
        following = target.terms.refers_to


class _Above:
    """The statements that refer to some, directly or by others."""

    def __init__(self, statements: Sequence[Rewritten], recorded: Recorded) -> None:
        self._references: dict[UUID, list[Reference]] = {}
        wanted = {each.before.statement_id for each in statements}
        while wanted:
            found = recorded.referring_to(sorted(wanted))
            for reference in found:
                self._references.setdefault(reference.target, []).append(reference)
            wanted = {each.source for each in found} - self._references.keys() - wanted

    def of(self, statement_id: UUID) -> set[int]:
        """Return the positions of those that refer to a statement."""
        found: dict[UUID, int] = {}
        waiting = [statement_id]
        while waiting:
            for each in self._references.get(waiting.pop(), ()):
                if each.source not in found:
                    found[each.source] = each.position
                    waiting.append(each.source)
        return set(found.values())
