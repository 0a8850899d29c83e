"""Activities, their definitions and interactions (1.0.3 Data 2.4.4.1; 2.0, 4.2.2.3)."""

from typing import Any

from lrs.errors import InvalidStatement
from lrs.xapi.paths import within
from lrs.xapi.rules.scalars import a_language_map, a_string, an_iri, extensions
from lrs.xapi.rules.shapes import an_array, an_object, has_only, one_of

COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")

INTERACTIONS: dict[str, tuple[str, ...]] = {
    "true-false": (),
    "choice": ("choices",),
    "fill-in": (),
    "long-fill-in": (),
    "matching": ("source", "target"),
    "performance": ("steps",),
    "sequencing": ("choices",),
    "likert": ("scale",),
    "numeric": (),
    "other": (),
}
"""The types of interaction, each with the component lists that it may have."""

_components = an_array(an_object({"id": a_string, "description": a_language_map}, "id"))


def components(value: Any) -> None:
    """Check for interaction components: their ids are distinct and not empty."""
    _components(value)
    seen = set()
    for index, component in enumerate(value):
        name = component["id"]
        if not name:
            raise InvalidStatement("must not be empty", within(index, "id"))
        if name in seen:
            raise InvalidStatement(f"repeats the id {name[:80]!r}", within(index, "id"))
        seen.add(name)


_DEFINITION = {
    "name": a_language_map,
    "description": a_language_map,
    "type": an_iri,
    "moreInfo": an_iri,
    "extensions": extensions,
    "interactionType": one_of(*INTERACTIONS),
    "correctResponsesPattern": an_array(a_string),
    **dict.fromkeys(COMPONENT_LISTS, components),
}
_OF_INTERACTIONS = frozenset({*COMPONENT_LISTS, "correctResponsesPattern"})


def definition(value: Any) -> None:
    """Check for an activity's definition."""
    has_only(value, _DEFINITION)
    if _OF_INTERACTIONS.isdisjoint(value):
        return
    kind = value.get("interactionType")
    if kind is None:
        raise InvalidStatement("is required with an interaction's properties", "interactionType")
    for name in COMPONENT_LISTS:
        if name in value and name not in INTERACTIONS[kind]:
            raise InvalidStatement(f"has no place in an interaction of type {kind}", name)


activity = an_object(
    {"objectType": one_of("Activity"), "id": an_iri, "definition": definition}, "id"
)
