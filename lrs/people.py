"""Decisions about who is who: links between actors, with a reason, and their reversal."""

import msgspec

from lrs.aggregate import Aggregate, Register
from lrs.errors import InvalidInput, InvalidQuery, NotFound
from lrs.events import Event, PeopleLinked, PersonUnlinked
from lrs.log import EventLog
from lrs.xapi.actor import actor_key, agent_from_key, mbox_sha1, parse_agent


class PeopleBook(Aggregate, frozen=True, kw_only=True):
    """The links in force: sets of actor keys that somebody said are one person."""

    links: tuple[frozenset[str], ...] = ()

    def after(self, event: Event) -> "PeopleBook":
        """Return the book after one more event."""
        links = self.links
        if isinstance(event, PeopleLinked):
            links = (*links, frozenset(event.actors))
        elif isinstance(event, PersonUnlinked):
            gone = _canonical(event.actor)
            kept = (frozenset(a for a in link if _canonical(a) != gone) for link in links)
            links = tuple(link for link in kept if len(link) > 1)
        return self._with(event, links=links)


class People:
    """Links and unlinks actors. Actors are actor keys, see `lrs.xapi.actor`."""

    def __init__(self, log: EventLog) -> None:
        self._register = Register(log, "people", PeopleBook)

    def link(self, actors: list[str], *, reason: str, by: str) -> None:
        """Record that these actors are one person. Raises `InvalidInput`."""
        if len(set(map(_canonical, actors))) < 2:
            message = "a link needs at least two different actors; a mailbox and its SHA-1 are one"
            raise InvalidInput(message, "actors")
        _require(reason)

        def decide(book: PeopleBook) -> Event:
            return PeopleLinked(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                actors=tuple(sorted(set(actors))),
                reason=reason,
            )

        self._register.change(decide)

    def unlink(self, actor: str, *, reason: str, by: str) -> None:
        """Take an actor out of every link. Raises `InvalidInput`, or `NotFound` if it is in none.

        A mailbox goes with its SHA-1, whichever of them the link names.
        """
        _require(reason)

        def decide(book: PeopleBook) -> Event:
            if _canonical(actor) not in {_canonical(a) for link in book.links for a in link}:
                raise NotFound(f"no recorded link holds {actor}")
            return PersonUnlinked(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                actor=actor,
                reason=reason,
            )

        self._register.change(decide)


def read_actor(actor: object, place: str) -> str:
    """Return the key of an actor that is given as a key or as an xAPI agent.

    Raises `InvalidInput` at `place`.
    """
    if isinstance(actor, str):
        try:
            agent = agent_from_key(actor)
        except InvalidQuery as fault:
            raise InvalidInput(fault.message, place) from None
    else:
        agent = parse_agent(msgspec.json.encode(actor).decode(), place)
    key = actor_key(agent)
    if key is None:
        raise InvalidInput("an anonymous group is nobody in particular", place)
    return key


def _canonical(actor: str) -> str:
    """Return the one key of an actor: a mailbox and its SHA-1 are the same, so the SHA-1 it is."""
    return mbox_sha1(actor) if actor.startswith("mailto:") else actor


def _require(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("a reason is needed", "reason")
