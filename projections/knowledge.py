"""What is planned and who is who, as known at one moment of the log."""

from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

from lrs.events import Event, PeopleLinked, PersonUnlinked, ProgramPlanned, ProgramWithdrawn
from lrs.log import EventLog, stream_id
from lrs.plan import Plan, read_plan
from projections.rules.identity import Identities, links_after
from projections.rules.route import Routes

STREAMS = ("programs", "people")
KEPT = 4


class Knowledge(NamedTuple):
    """Plans, links and what follows from them. Immutable."""

    plans: dict[str, Plan]
    links: tuple[frozenset[str], ...]
    identities: Identities
    routes: Routes

    def after(self, log: EventLog, event: Event) -> "Knowledge":
        """Return what is known after one more event."""
        plans, links = _after(dict(self.plans), self.links, event)
        return _knowledge(log, plans, links)


def known_at(log: EventLog, moment: datetime) -> Knowledge:
    """Return what was known from all that was stored at or before a moment."""
    plans: dict[str, Plan] = {}
    links: tuple[frozenset[str], ...] = ()
    documents: dict[str, Event] = {}
    for stream in STREAMS:
        for event in log.stream(stream):
            if event.timestamp is None or event.timestamp > moment:
                break
            if isinstance(event, ProgramPlanned):
                documents[event.slug] = event  # read only the last of each
            elif isinstance(event, ProgramWithdrawn):
                documents.pop(event.slug, None)
            else:
                links = links_after(links, event)
    for event in documents.values():
        plans, links = _after(plans, links, event)
    return _knowledge(log, plans, links)


def person_behind(log: EventLog, actor: str) -> tuple[str, frozenset[str]]:
    """Return the id of the person whom an actor (or that id) names now, and every actor of theirs."""
    identities = known_at(log, log.head().stored).identities
    if ":" not in actor:
        return actor, identities.actors_of(actor)
    person = identities.resolve(actor)
    return person, identities.actors_of(person) | {actor}


class KnowledgeKept:
    """What was known at the moments asked for last. Safe from any thread.

    Plans are large and change rarely: compiling them for every report would cost more than it.
    """

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._kept: OrderedDict[tuple[int, ...], Knowledge] = OrderedDict()
        self._erasures = 0

    def at(self, moment: datetime) -> Knowledge:
        """Return what was known from all that was stored at or before a moment."""
        erasures = self._log.erasures()
        if erasures != self._erasures:  # it changed what was known at every moment
            self._kept, self._erasures = OrderedDict(), erasures
        versions = (erasures, *(self._version(stream, moment) for stream in STREAMS))
        known = self._kept.get(versions)
        if known is None:
            known = known_at(self._log, moment)
            self._kept[versions] = known
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return known

    def _version(self, stream: str, moment: datetime) -> int:
        return self._log.version_at(stream_id(stream), moment)


def _after(
    plans: dict[str, Plan], links: tuple[frozenset[str], ...], event: Event
) -> tuple[dict[str, Plan], tuple[frozenset[str], ...]]:
    if isinstance(event, ProgramPlanned):
        plans[event.slug] = read_plan(bytes(event.document))
    elif isinstance(event, ProgramWithdrawn):
        plans.pop(event.slug, None)
    elif isinstance(event, PeopleLinked | PersonUnlinked):
        links = links_after(links, event)
    return plans, links


def _knowledge(
    log: EventLog, plans: dict[str, Plan], links: tuple[frozenset[str], ...]
) -> Knowledge:
    identities = Identities(log.log_id(), plans.values(), links)
    return Knowledge(plans, links, identities, Routes(plans.values(), identities))
