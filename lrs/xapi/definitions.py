"""What statements together say of an activity or an agent (1.0.3 Communication 2.4 and 2.5)."""

from collections.abc import Iterable, Iterator
from typing import Any

from lrs.xapi.filters import agent_term
from lrs.xapi.rules.actors import IDENTIFIERS

Object = dict[str, Any]


def activity(iri: str, statements: Iterable[Object]) -> Object:
    """Return an activity as statements, oldest first, define it; bare if they do not.

    Language maps are united, of everything else the latest word counts.
    """
    definition: Object = {}
    for statement in statements:
        for each in _objects(statement):
            if each.get("id") == iri and each.get("objectType", "Activity") == "Activity":
                definition = _united(definition, each.get("definition", {}))
    found: Object = {"objectType": "Activity", "id": iri}
    return found | {"definition": definition} if definition else found


def person(agent: Object, names: Iterable[str]) -> Object:
    """Return a Person of one agent's identifier and the names that it goes by."""
    listed = sorted(set(names))
    found: Object = {"objectType": "Person"}
    if listed:
        found["name"] = listed
    return found | {name: [agent[name]] for name in IDENTIFIERS if name in agent}


def names_of(agent: Object, statements: Iterable[Object]) -> Iterator[str]:
    """Yield the names that an agent bears itself and in statements."""
    wanted = agent_term(agent)
    if "name" in agent:
        yield agent["name"]
    for statement in statements:
        for each in _objects(statement):
            named = "name" in each and any(name in each for name in IDENTIFIERS)
            if named and agent_term(each) == wanted:
                yield each["name"]


def _objects(value: Any) -> Iterator[Object]:
    """Yield every object in a statement, but for what stands in extensions."""
    if isinstance(value, dict):
        yield value
        for name, inner in value.items():
            if name != "extensions":
                yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _united(known: Object, later: Object) -> Object:
    maps = {
        name: known[name] | later[name]
        for name in ("name", "description", "extensions")
        if name in known and name in later
    }
    return known | later | maps
