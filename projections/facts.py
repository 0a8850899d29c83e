"""What the vocabulary looks at in a statement, gathered once. Pure reading of a valid statement."""

from math import inf
from typing import Any

from projections.record import RecordKind

CLASSROOM = "https://w3id.org/xapi/virtual-classroom"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
EMOJI = f"{CLASSROOM}/extensions/emoji"
FOR = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/for"

_H5P_LIBRARY = "http://h5p.org/libraries/"
_H5P_EXTENSION = "http://h5p.org/x-api/"
_JISC = "http://xapi.jisc.ac.uk/"

JSON = dict[str, Any]


class Facts:
    """A statement as the rules see it: eagerly what every statement is asked, the rest on demand.

    Plain properties instead of cached ones: a cache costs more than what is asked once.
    """

    def __init__(self, statement: JSON) -> None:
        self.statement = statement
        self.object: JSON = statement["object"]
        self.definition: JSON = self.object.get("definition") or {}
        self.context: JSON = statement.get("context") or {}
        self.result: JSON = statement.get("result") or {}
        self.extensions: JSON = self.context.get("extensions") or {}
        self.type: str = self.definition.get("type", "")
        activities = self.context.get("contextActivities") or {}
        self.parents = listed(activities.get("parent"))
        self.groupings = listed(activities.get("grouping"))
        self.categories = [each["id"] for each in listed(activities.get("category"))]
        self.parent_types = _types(self.parents)
        self.live = any(
            iri.startswith(CLASSROOM) for iri in (self.type, *self.categories, *self.parent_types)
        )
        """Whether category, object or a parent belongs to the virtual classroom profile."""
        self.platform = str(self.context.get("platform", "")).lower()
        self.score = normalised_score(self.result["score"]) if "score" in self.result else None
        self.kind: RecordKind = "other"
        """Set once it is known; only rules of mode look at it."""

    @property
    def grouping_types(self) -> frozenset[str]:
        """The types of the groupings."""
        return _types(self.groupings)

    @property
    def h5p(self) -> bool:
        """Whether H5P sent it."""
        return any(iri.startswith(_H5P_LIBRARY) for iri in self.categories) or any(
            key.startswith(_H5P_EXTENSION) for key in self.definition.get("extensions") or ()
        )

    @property
    def jisc(self) -> bool:
        """Whether it follows a recipe of Jisc's."""
        return any(key.startswith(_JISC) for key in self.extensions)

    @property
    def scored(self) -> bool:
        """Whether it holds a score; one out of nothing is none, one out of we do not know is."""
        score = self.result.get("score") or {}
        return self.score is not None or ("raw" in score and "max" not in score)

    @property
    def finished(self) -> bool:
        """Whether the progress is complete."""
        progress = (self.result.get("extensions") or {}).get(PROGRESS)
        return isinstance(progress, int | float) and progress >= 100

    @property
    def emoji(self) -> object:
        """The emoji of a reaction."""
        return (self.result.get("extensions") or {}).get(EMOJI)


def listed(activities: Any) -> list[JSON]:
    """Return context activities as a list: a single one may be sent by itself."""
    if not activities:
        return []
    return activities if isinstance(activities, list) else [activities]


def _types(activities: list[JSON]) -> frozenset[str]:
    return frozenset([(each.get("definition") or {}).get("type", "") for each in activities])


def normalised_score(score: JSON) -> float | None:
    """Return a score as 0..1: (raw − min) / (max − min) if raw and max are there, else scaled.

    `min` is 0 by default. A score out of nothing (max is not above min) is none. What lies outside,
    such as a negative `scaled`, counts as the nearer end. `scaled` comes last because one producer
    has changed its meaning: 50 % may arrive as 0.5 or as 0.
    """
    raw, high = score.get("raw"), score.get("max")
    if raw is not None and high is not None:
        low = score.get("min", 0)
        span = high - low
        return _clamped((raw - low) / span) if 0 < span < inf else None
    scaled = score.get("scaled")
    return None if scaled is None else _clamped(scaled)


def _clamped(number: float) -> float:
    return float(min(1, max(0, number)))
