"""Actors with records on a program's steps who are none of its learners, with whom they may be."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from lrs.errors import InvalidQuery, NotFound
from lrs.log import EventLog
from projections.database import Database, Transaction
from projections.knowledge import Knowledge, known_at
from projections.record import NO_ENGAGEMENT, Record
from projections.reports import await_decisions
from projections.rules.identity import canonical_actor
from projections.rules.moments import shown
from projections.rules.route import Place
from projections.runner import tracked_position
from projections.suggestions import (
    MOST,
    Candidate,
    Meetings,
    Stranger,
    Suggester,
    Suggestion,
    ranked,
)

PAGE, LARGEST_PAGE = 100, 1_000
_CURSOR = re.compile(r"([0-9]{1,18})~(.+)", re.DOTALL)
_decode_record = msgspec.msgpack.Decoder(Record).decode
_decode_places = msgspec.msgpack.Decoder(tuple[Place, ...]).decode

Session = tuple[str, str]
"""A session of a program: (slug, id)."""


class Row(NamedTuple):
    """What the views count of one unmatched actor; programs in order of their slugs.

    A mailbox and its SHA-1 are one actor, who goes by the mailbox where that is known.
    """

    actor: str
    name: str | None
    records: int
    first: int
    last: int
    programs: tuple[str, ...]

    @property
    def place(self) -> tuple[int, str]:
        """The place in the list: most records first, then by actor."""
        return -self.records, self.actor


class Seen(NamedTuple):
    """What the records of one unmatched actor tell."""

    names: tuple[str, ...]
    positions: frozenset[int]
    sessions: frozenset[Session]


def unmatched(
    log: EventLog,
    views: Database,
    *,
    program: str | None = None,
    limit: int = PAGE,
    cursor: str | None = None,
) -> dict[str, Any]:
    """Return a page of unmatched actors, those with most records first, each with suggestions.

    `cursor` is what the page before ended with; the last page has none. Raises `NotFound` for an
    unknown program, `InvalidQuery` for a bad cursor.
    """
    await_decisions(log, views)
    with views.transaction(write=False) as transaction:
        known = known_at(log, log.stored_at(tracked_position(transaction)))
        if program is not None and program not in known.plans:
            raise NotFound(f"there is no program {program!r}", "program")
        rows = _rows(transaction, program)
        after = _place(cursor)
        left = [row for row in rows if after is None or row.place > after]
        page = left[:limit]
        seen = _seen(transaction, known, page)
        suggested = _suggested(transaction, known, page, seen)
    found: dict[str, Any] = {
        "unmatched": [_shown(row, seen[row.actor], suggested[row.actor]) for row in page]
    }
    if len(left) > limit:
        found["cursor"] = f"{page[-1].records}~{page[-1].actor}"
    return found


def _rows(transaction: Transaction, program: str | None) -> list[Row]:
    """Return the actors, each once; one who is in two programs has the records of both."""
    found: dict[str, Row] = {}
    for slug, actor, name, records, first, last in transaction.run("unmatched"):
        if program not in {None, slug}:
            continue
        row = Row(actor, name, records, first, last, (slug,))
        one = canonical_actor(actor)
        found[one] = _together(found[one], row) if one in found else row
    return sorted(found.values(), key=lambda row: row.place)


def _together(one: Row, other: Row) -> Row:
    earlier, later = sorted((one, other), key=lambda row: row.last)
    return Row(
        min(one.actor, other.actor),  # `mailto:` comes before `sha1:`
        later.name or earlier.name,
        one.records + other.records,
        min(one.first, other.first),
        later.last,
        tuple(sorted({*one.programs, *other.programs})),
    )


def _place(cursor: str | None) -> tuple[int, str] | None:
    if cursor is None:
        return None
    if (parts := _CURSOR.fullmatch(cursor)) is None:
        raise InvalidQuery("this is no cursor that a page ended with", "cursor")
    return -int(parts[1]), parts[2]


def _seen(transaction: Transaction, known: Knowledge, page: Sequence[Row]) -> dict[str, Seen]:
    """Return what is recorded of each actor on the programs that list them."""
    records: dict[str, list[Record]] = {canonical_actor(row.actor): [] for row in page}
    for _, body in transaction.run("records_of", actors=sorted(records)) if records else ():
        record = _decode_record(body)
        records[canonical_actor(record.actor)].append(record)
    return {
        row.actor: _of(known, records[canonical_actor(row.actor)], set(row.programs))
        for row in page
    }


def _of(known: Knowledge, records: Iterable[Record], programs: set[str]) -> Seen:
    names: dict[str, None] = {}
    positions: set[int] = set()
    sessions: set[Session] = set()
    for record in records:
        for routed in known.routes.route(record):
            if routed.matched or routed.program not in programs:
                continue
            positions.add(record.position)
            sessions |= _sessions(known, routed.program, routed.places)
            if record.name:
                names[record.name] = None
    return Seen(tuple(names), frozenset(positions), frozenset(sessions))


def _sessions(known: Knowledge, program: str, places: Iterable[Place]) -> set[Session]:
    """Return the sessions among the places; watching a recording is not being there."""
    there = {place.step for place in places if place.relation != "recording"}
    return {(program, s.id) for s in known.plans[program].sessions if s.id in there}


def _suggested(
    transaction: Transaction, known: Knowledge, page: Sequence[Row], seen: Mapping[str, Seen]
) -> dict[str, list[Suggestion]]:
    programs = {slug for row in page for slug in row.programs}
    suggesters = {slug: Suggester(_candidates(known, slug)) for slug in sorted(programs)}
    likely = {
        row.actor: ranked(
            suggestion
            for slug in row.programs
            for suggestion in suggesters[slug].suggest(_stranger(row, seen[row.actor]))
        )
        for row in page
    }
    people = {
        each.candidate.person
        for actor, found in likely.items()
        for each in found
        if seen[actor].sessions
    }
    present = _present(transaction, known, programs, people)
    return {
        actor: ranked(
            each.weighed(_meetings(seen[actor].sessions, present.get(each.candidate.person, set())))
            for each in found
        )[:MOST]
        for actor, found in likely.items()
    }


def _stranger(row: Row, seen: Seen) -> Stranger:
    return Stranger(row.actor, tuple(dict.fromkeys([*seen.names, *filter(None, [row.name])])))


def _candidates(known: Knowledge, program: str) -> list[Candidate]:
    """Return a program's learners, each person once, under every actor that is known of them."""
    found: dict[str, Candidate] = {}
    for learner in known.plans[program].learners:
        person = known.identities.resolve(learner.actors[0])
        others = sorted(known.identities.actors_of(person) - set(learner.actors))
        found.setdefault(person, Candidate(person, learner.name, (*learner.actors, *others)))
    return list(found.values())


def _present(
    transaction: Transaction, known: Knowledge, programs: Iterable[str], people: set[str]
) -> dict[str, set[Session]]:
    """Return in which sessions people are recorded as having been."""
    present: dict[str, set[Session]] = {}
    if not people:
        return present
    asked = {"programs": sorted(programs), "people": sorted(people)}
    for program, person, places, body in transaction.run("traces_of_people", **asked):
        there = _sessions(known, program, _decode_places(places))
        if there and _decode_record(body).kind not in NO_ENGAGEMENT:
            present.setdefault(person, set()).update(there)
    return present


def _meetings(theirs: frozenset[Session], learners: set[Session]) -> Meetings:
    return Meetings(len(theirs & learners), len(theirs - learners))


def _shown(row: Row, seen: Seen, suggestions: Iterable[Suggestion]) -> dict[str, Any]:
    return {
        "actor": row.actor,
        "name": row.name,
        "records": len(seen.positions),
        "first": shown(row.first),
        "last": shown(row.last),
        "program": row.programs[0],
        "programs": list(row.programs),
        "sessions": sorted({session for _, session in seen.sessions}),
        "suggestions": [
            {
                "person": each.candidate.person,
                "name": each.candidate.name,
                "actor": each.candidate.actors[0],
                "score": each.score,
                "reasons": list(each.reasons),
            }
            for each in suggestions
        ],
    }
