"""Who is who, and who says so: persons with every actor key of theirs, now or as of a past moment."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from lrs.errors import NotFound
from lrs.events import Event, PeopleLinked, PersonUnlinked, ProgramPlanned, ProgramWithdrawn
from lrs.log import EventLog
from lrs.plan import Plan
from projections.knowledge import Knowledge, known_at
from projections.reports import place
from projections.rules.identity import Decision, canonical_actor, decisions_after
from projections.rules.moments import micros, shown


class Grounds(NamedTuple):
    """What is known of people at a position, and the events that say it."""

    position: int
    moment: datetime
    known: Knowledge
    documents: dict[str, ProgramPlanned]
    """The program documents in force, by slug."""
    decisions: tuple[Decision, ...]
    unlinked: tuple[PersonUnlinked, ...]


def show_person(log: EventLog, actor: str, as_of: str | None = None) -> dict[str, Any]:
    """Return the person behind an actor: each identity, and where each link to it comes from.

    A link's `source` is `document` (a learner entry of a program), `mailbox` (a mailbox and its
    SHA-1) or `decision`; `with` are the other actors that it ties this one to. `decisions` are all
    that were taken about these actors, in order, also those undone. Raises `InvalidQuery`.
    """
    grounds = _grounds(log, as_of)
    identities = grounds.known.identities
    person = identities.resolve(actor)
    actors = sorted(identities.actors_of(person) or {actor})
    learner_of = _learner_of(grounds.known.plans.values(), actors)
    return {
        "actor": actor,
        "person": person,
        "name": learner_of[0]["name"] if learner_of else None,
        "as_of": shown(micros(grounds.moment)),
        "position": grounds.position,
        "learner_of": learner_of,
        "identities": [{"actor": each, "links": _links(grounds, each)} for each in actors],
        "decisions": _decisions(grounds, {*actors, actor}),
    }


def list_people(
    log: EventLog, program: str | None = None, as_of: str | None = None
) -> list[dict[str, Any]]:
    """Return everybody whom a plan or a link names, or a program's learners, by name and person.

    Raises `NotFound` for an unknown program, `InvalidQuery` for a bad `as_of`.
    """
    grounds = _grounds(log, as_of)
    known = grounds.known
    if program is not None and program not in known.plans:
        raise NotFound(f"there is no program {program!r}", "program")
    learner_of: dict[str, list[dict[str, Any]]] = {}
    for slug in sorted(known.plans):
        for entry, named in _entries(known.plans[slug]):
            learner_of.setdefault(known.identities.resolve(named[0]), []).append(entry)
    rows = []
    for actors in known.identities.everybody():
        person = known.identities.resolve(min(actors))
        entries = learner_of.get(person, [])
        programs = sorted({entry["program"] for entry in entries})
        if program is None or program in programs:
            name = entries[0]["name"] if entries else None
            row = {"person": person, "name": name, "programs": programs, "actors": sorted(actors)}
            rows.append(row)
    return sorted(rows, key=lambda row: (row["name"] or "", row["person"]))


def _grounds(log: EventLog, as_of: str | None) -> Grounds:
    if as_of is None:
        position, moment = log.head().position, datetime.now(UTC)
    else:
        position, moment = place(log, as_of)
    upto = log.stored_at(position)
    documents: dict[str, ProgramPlanned] = {}
    for event in _stored(log, "programs", upto):
        if isinstance(event, ProgramPlanned):
            documents[event.slug] = event
        elif isinstance(event, ProgramWithdrawn):
            documents.pop(event.slug, None)
    decisions: tuple[Decision, ...] = ()
    unlinked: list[PersonUnlinked] = []
    for event in _stored(log, "people", upto):
        decisions = decisions_after(decisions, event)
        if isinstance(event, PersonUnlinked):
            unlinked.append(event)
    known = known_at(log, upto)
    return Grounds(position, moment, known, documents, decisions, tuple(unlinked))


def _stored(log: EventLog, stream: str, upto: datetime) -> Iterable[Event]:
    for event in log.stream(stream):
        if event.timestamp is None or event.timestamp > upto:
            break
        yield event


def _entries(plan: Plan) -> Iterable[tuple[dict[str, Any], tuple[str, ...]]]:
    for learner in plan.learners:
        entry = {"program": plan.slug, "cohort": learner.cohort, "name": learner.name}
        yield entry, learner.actors


def _learner_of(plans: Iterable[Plan], actors: Iterable[str]) -> list[dict[str, Any]]:
    """Return the learner entries that name any of these actors, by program."""
    wanted = set(map(canonical_actor, actors))
    return [
        entry
        for plan in sorted(plans, key=lambda plan: plan.slug)
        for entry, named in _entries(plan)
        if not wanted.isdisjoint(map(canonical_actor, named))
    ]


def _links(grounds: Grounds, actor: str) -> list[dict[str, Any]]:
    """Return what ties an actor to the others: documents, then mailboxes, then decisions."""
    links = []
    for slug in sorted(grounds.documents):
        planned = grounds.documents[slug]
        for _, named in _entries(grounds.known.plans[slug]):
            if actor in named:
                links.append(_link("document", named, actor, planned, program=slug))
    same = grounds.known.identities.actors_of(grounds.known.identities.resolve(actor))
    mailbox = {each for each in same if canonical_actor(each) == canonical_actor(actor)}
    if len(mailbox) > 1:
        links.append(_link("mailbox", mailbox, actor))
    for event, standing in grounds.decisions:
        if actor in standing:
            links.append(_link("decision", standing, actor, event, reason=event.reason))
    return links


def _link(
    source: str,
    actors: Iterable[str],
    actor: str,
    event: Event | None = None,
    *,
    program: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    return {
        "source": source,
        "with": sorted(set(actors) - {actor}),
        "program": program,
        "reason": reason,
        "principal": event.principal if event else None,
        "stored": _stored_at(event) if event else None,
    }


def _decisions(grounds: Grounds, actors: set[str]) -> list[dict[str, Any]]:
    """Return the decisions that named any of these actors, in the order in which they were taken."""
    wanted = set(map(canonical_actor, actors))
    taken: list[tuple[PeopleLinked | PersonUnlinked, tuple[str, ...], bool | None]] = [
        (event, event.actors, bool(standing)) for event, standing in grounds.decisions
    ]
    taken += [(event, (event.actor,), None) for event in grounds.unlinked]
    taken.sort(key=lambda each: each[0].originator_version)
    return [
        {
            "action": "link" if isinstance(event, PeopleLinked) else "unlink",
            "actors": list(named),
            "reason": event.reason,
            "principal": event.principal,
            "stored": _stored_at(event),
            "in_force": in_force,
        }
        for event, named, in_force in taken
        if not wanted.isdisjoint(map(canonical_actor, named))
    ]


def _stored_at(event: Event) -> str | None:
    return shown(micros(event.timestamp)) if event.timestamp else None
