"""Contexts (1.0.3 Data 2.4.6; 2.0, 4.2.2.5) and references to statements."""

from typing import Any

from lrs.xapi.rules.activities import activity
from lrs.xapi.rules.actors import actor, agent, group
from lrs.xapi.rules.scalars import a_language, a_string, a_uuid, an_iri, extensions
from lrs.xapi.rules.shapes import Check, an_array, an_object, one_of
from lrs.xapi.versions import Version

CONTEXT_TYPES = ("parent", "grouping", "category", "other")

statement_reference = an_object(
    {"objectType": one_of("StatementRef"), "id": a_uuid}, "objectType", "id"
)

_array_of_activities = an_array(activity)


def activities(value: Any) -> None:
    """Check for activities in an array, or a single one as version 0.95 wrote it (2.4.6.2)."""
    if type(value) is list:
        _array_of_activities(value)
    else:
        activity(value)


_relevant_types = an_array(an_iri, at_least=1)
_context_agent = an_object(
    {"objectType": one_of("contextAgent"), "agent": agent, "relevantTypes": _relevant_types},
    *("objectType", "agent"),
)
_context_group = an_object(
    {"objectType": one_of("contextGroup"), "group": group, "relevantTypes": _relevant_types},
    *("objectType", "group"),
)

_CONTEXT: dict[str, Check] = {
    "registration": a_uuid,
    "instructor": actor,
    "team": group,
    "contextActivities": an_object(dict.fromkeys(CONTEXT_TYPES, activities)),
    "revision": a_string,
    "platform": a_string,
    "language": a_language,
    "statement": statement_reference,
    "extensions": extensions,
}

context: dict[Version, Check] = {
    Version.V1_0_3: an_object(_CONTEXT),
    Version.V2_0: an_object(
        {
            **_CONTEXT,
            "contextAgents": an_array(_context_agent),
            "contextGroups": an_array(_context_group),
        }
    ),
}
