"""Where a record lies: on which steps of which programmes, and for whom. Pure; a dict look-up per IRI."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Literal, NamedTuple

from lrs.plan import Plan, Session
from projections.record import NO_ENGAGEMENT, Record
from projections.rules.identity import Identities
from projections.rules.moments import micros

Relation = Literal["object", "parent", "grouping", "recording"]
SESSION_FACTS = ""
"""Stands where a person would: what is true of the sessions themselves."""
WINDOW = timedelta(hours=2) // timedelta(microseconds=1)


class Place(NamedTuple):
    """A step that a record lies on, and what in the statement says so.

    `recording`: the step is a session, the record is about its recording.
    """

    step: str
    relation: Relation


class Routed(NamedTuple):
    """A record counts for this person on these steps of this program."""

    program: str
    person: str
    places: tuple[Place, ...]
    matched: bool
    """Whether the person is a learner of the program."""


class _Target(NamedTuple):
    program: str
    step: str
    kind: Literal["step", "recording", "match"]
    session: Session | None
    names: frozenset[str] = frozenset()
    """What a tool may call this meeting: a registration is a UUID, a plan names it as a URN."""


class Routes:
    """Compiled from plans and identities of one moment."""

    def __init__(self, plans: Iterable[Plan], identities: Identities) -> None:
        self._identities = identities
        self._targets: dict[str, list[_Target]] = {}
        self._learners: dict[str, frozenset[str]] = {}
        for plan in plans:
            self._learners[plan.slug] = frozenset(
                identities.resolve(learner.actors[0]) for learner in plan.learners
            )
            for iri, target in _targets(plan):
                self._targets.setdefault(iri, []).append(target)

    def route(self, record: Record) -> list[Routed]:
        """Return for whom a record counts and where; nothing for a record on no step."""
        places = self._places(record)
        if not places:
            return []
        if record.kind in {"session-open", "session-close"}:
            return [Routed(slug, SESSION_FACTS, tuple(on), True) for slug, on in places.items()]
        person = self._identities.resolve(record.actor)
        routed = [
            Routed(slug, person, tuple(on), person in self._learners[slug])
            for slug, on in places.items()
        ]
        if record.kind in NO_ENGAGEMENT:
            return [each for each in routed if each.matched]
        return routed

    def _places(self, record: Record) -> dict[str, dict[Place, None]]:
        """Return the steps that a record lies on, by program, each once.

        A statement has one session: the one it names as object or parent, else the one it matches.
        """
        places: dict[str, dict[Place, None]] = {}
        named: set[str] = set()
        matched: dict[str, Place] = {}
        for iri, relation in _iris(record):
            targets = self._targets.get(iri)
            if targets is None:
                continue
            for target in targets:
                if target.kind == "match":
                    continue
                as_recording = target.kind == "recording"
                place = Place(target.step, "recording" if as_recording else relation)
                places.setdefault(target.program, {})[place] = None
                if target.session and relation != "grouping" and not as_recording:
                    named.add(target.program)
            for program, session in _matching(record, targets).items():
                matched.setdefault(program, Place(session.id, relation))
        for program, place in matched.items():
            if program not in named:
                places.setdefault(program, {})[place] = None
        return places


def iris_of(plan: Plan) -> list[str]:
    """Return the IRIs by which a record may lie on a step of the plan."""
    return sorted({iri for iri, _ in _targets(plan)})


def _iris(record: Record) -> Iterator[tuple[str, Relation]]:
    yield record.object, "object"
    for iri in record.parents:
        yield iri, "parent"
    for iri in record.groupings:
        yield iri, "grouping"


def _targets(plan: Plan) -> Iterable[tuple[str, _Target]]:
    for activity in plan.activities:
        yield activity.id, _Target(plan.slug, activity.id, "step", None)
    for session in plan.sessions:
        yield session.id, _Target(plan.slug, session.id, "step", session)
        if session.recording is not None:
            yield session.recording, _Target(plan.slug, session.id, "recording", session)
        names = frozenset(iri.removeprefix("urn:uuid:") for iri in (session.id, *session.match))
        for iri in session.match:
            yield iri, _Target(plan.slug, session.id, "match", session, names)


def _matching(record: Record, targets: Iterable[_Target]) -> Mapping[str, Session]:
    """Return, by program, the session that a record on a `match` IRI belongs to.

    The tool's own id of the meeting decides where the plan knows it, else the time: the nearest
    start among the sessions whose window `[starts − 2 h, ends + 2 h]` holds the record.
    """
    found: dict[str, tuple[int, Session]] = {}
    for target in targets:
        session = target.session
        if target.kind != "match" or session is None:
            continue
        starts, ends = micros(session.starts), micros(session.ends)
        if record.session in target.names or record.registration in target.names:
            distance = -1
        elif starts - WINDOW <= record.timestamp <= ends + WINDOW:
            distance = abs(record.timestamp - starts)
        else:
            continue
        known = found.get(target.program)
        if known is None or distance < known[0]:
            found[target.program] = distance, session
    return {program: session for program, (_, session) in found.items()}
