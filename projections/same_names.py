"""Which actors of a log may be one learner: a guess for somebody to confirm, never a decision.

A mailbox and its SHA-1 are one. Beyond that, actors under different systems are taken for one person
if they bear the same full name and no system knows two of that name.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import normalize

from lrs.xapi.actor import agent_from_key
from projections.rules.identity import canonical_actor
from projections.sightings import Seen

_UNWRITABLE = re.compile("[\x00-\x1f\x7f]+")


class Someone(NamedTuple):
    """Actors taken for one person: mailboxes first, then accounts, then the others."""

    actors: tuple[Seen, ...]
    name: str
    by_name: bool
    """Whether only the name says that they are one."""


def people(actors: Iterable[Seen]) -> list[Someone]:
    """Return the people behind actors, by name."""
    known: dict[str, list[Seen]] = defaultdict(list)
    for actor in actors:
        known[canonical_actor(actor.key)].append(actor)
    groups: list[list[Seen]] = []
    by_name: dict[str, list[list[Seen]]] = defaultdict(list)
    for group in known.values():
        name = _full_name(group)
        (by_name[name] if name else groups).append(group)
    found = [_someone(group, by_name=False) for group in groups]
    for namesakes in by_name.values():
        systems = [_system(group[0].key) for group in namesakes]
        if len(set(systems)) == len(systems):
            joined = [actor for group in namesakes for actor in group]
            found.append(_someone(joined, by_name=len(namesakes) > 1))
        else:
            found += [_someone(group, by_name=False) for group in namesakes]
    return sorted(found, key=lambda each: (each.name.casefold(), each.actors[0].key))


def shown_name(actor: Seen) -> str:
    """Return what an actor is called: a meeting tool's account may be a name and nothing else."""
    name = actor.name or agent_from_key(actor.key).get("account", {}).get("name", "")
    return " ".join(_UNWRITABLE.sub(" ", name).split())


def _someone(actors: list[Seen], *, by_name: bool) -> Someone:
    ordered = tuple(sorted(actors, key=lambda actor: (_rank(actor.key), actor.key)))
    named = next((actor for actor in ordered if actor.name), ordered[0])
    return Someone(ordered, shown_name(named) or ordered[0].key, by_name)


def _full_name(group: list[Seen]) -> str:
    """Return a name to compare by; nothing for a single word, which too many people share."""
    name = next(filter(None, map(shown_name, group)), "")
    folded = normalize("NFKC", name).casefold()
    return folded if " " in folded else ""


def _system(key: str) -> str:
    if key.startswith(("mailto:", "sha1:")):
        return "mail"
    return str(agent_from_key(key).get("account", {}).get("homePage", "openid"))


def _rank(key: str) -> int:
    if key.startswith("mailto:"):
        return 0
    return 2 if key.startswith(("sha1:", "openid:")) else 1
