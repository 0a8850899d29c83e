"""Who is who: actors that are one person, as plans, equal mailboxes and recorded links say."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID, uuid5

from lrs.events import Event, PeopleLinked, PersonUnlinked
from lrs.plan import Plan
from lrs.xapi.actor import mbox_sha1

MAILBOX = "mailto:"


class Identities:
    """Persons of one log at one moment. Two built from the same facts are equal in all they answer.

    A person's id is derived from the log's own random id and the smallest of the person's actor
    keys: it tells nothing to whoever does not know the log.
    """

    def __init__(
        self, log_id: UUID, plans: Iterable[Plan] = (), links: Iterable[frozenset[str]] = ()
    ) -> None:
        self._log_id = log_id
        groups = [learner.actors for plan in plans for learner in plan.learners]
        self._actors: dict[str, frozenset[str]] = {}
        self._person: dict[str, str] = {}
        for actors in _components([*groups, *map(tuple, links)]):
            person = self._name(min(actors))
            self._actors[person] = actors
            self._person.update(dict.fromkeys(actors, person))

    def resolve(self, actor: str) -> str:
        """Return the id of the person behind an actor."""
        person = self._person.get(actor)
        if person is None and actor.startswith(MAILBOX):
            person = self._person.get(mbox_sha1(actor))
        return person or self._name(actor)

    def actors_of(self, person: str) -> frozenset[str]:
        """Return a person's known actors; empty for someone whom no plan and no link names."""
        return self._actors.get(person, frozenset())

    def moved(self, later: "Identities") -> frozenset[str]:
        """Return the actors who are another person in `later` than here."""
        known = frozenset[str]().union(*self.everybody(), *later.everybody())
        return frozenset(actor for actor in known if self.resolve(actor) != later.resolve(actor))

    def everybody(self) -> Iterable[frozenset[str]]:
        """Return the actors of each person whom a plan or a link names."""
        return self._actors.values()

    def _name(self, actor: str) -> str:
        return str(uuid5(self._log_id, actor))


def canonical_actor(actor: str) -> str:
    """Return the one key of an actor: a mailbox and its SHA-1 are the same, so the SHA-1 it is."""
    return mbox_sha1(actor) if actor.startswith(MAILBOX) else actor


class Decision(NamedTuple):
    """A recorded link and those of its actors who are still in it: all, some, or none."""

    event: PeopleLinked
    standing: frozenset[str]


def decisions_after(decisions: tuple[Decision, ...], event: Event) -> tuple[Decision, ...]:
    """Return the recorded links, also those undone, after one more event."""
    if isinstance(event, PeopleLinked):
        return (*decisions, Decision(event, frozenset(event.actors)))
    if isinstance(event, PersonUnlinked):
        return tuple(Decision(each.event, _without(each.standing, event)) for each in decisions)
    return decisions


def links_after(links: tuple[frozenset[str], ...], event: Event) -> tuple[frozenset[str], ...]:
    """Return the recorded links after one more event; unlinking takes an actor out of all of them."""
    if isinstance(event, PeopleLinked):
        return (*links, frozenset(event.actors))
    if isinstance(event, PersonUnlinked):
        return tuple(kept for link in links if (kept := _without(link, event)))
    return links


def _without(link: frozenset[str], event: PersonUnlinked) -> frozenset[str]:
    """Return who is left of a link, if more than one; a mailbox goes with its SHA-1."""
    gone = canonical_actor(event.actor)
    kept = frozenset(actor for actor in link if canonical_actor(actor) != gone)
    return kept if len(kept) > 1 else frozenset()


def _components(groups: Iterable[Iterable[str]]) -> list[frozenset[str]]:
    """Return the actors that are one person, chained through shared actors and equal mailboxes."""
    joined: dict[str, set[str]] = {}
    for group in groups:
        whole: set[str] = set()
        for actor in group:
            whole |= joined.get(actor, {actor})
            if actor.startswith(MAILBOX):
                digest = mbox_sha1(actor)
                whole |= joined.get(digest, {digest})
        for actor in whole:
            joined[actor] = whole
    distinct: Mapping[int, set[str]] = {id(whole): whole for whole in joined.values()}
    return [frozenset(whole) for whole in distinct.values()]
