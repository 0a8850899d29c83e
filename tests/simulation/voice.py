"""What tools have in common when they speak xAPI."""

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any, NamedTuple

from tests.simulation.deeds import Deed
from tests.simulation.people import Agent, Person
from tests.simulation.programme import LMS, Activity, Programme, Session

JSON = dict[str, Any]

ADL = "http://adlnet.gov/expapi/verbs/"
ADL_TYPE = "http://adlnet.gov/expapi/activities/"
AS = "http://activitystrea.ms/"
AS1 = "http://activitystrea.ms/schema/1.0/"
TINCAN = "http://id.tincanapi.com/verb/"
TINCAN_TYPE = "http://id.tincanapi.com/activitytype/"
ACROSSX = "https://w3id.org/xapi/acrossx/verbs/"
ACROSSX_TYPE = "https://w3id.org/xapi/acrossx/activities/"
CLASSROOM = "https://w3id.org/xapi/virtual-classroom"
CMI5 = "https://w3id.org/xapi/cmi5/"
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/"
SESSION_ID = f"{CMI5}context/extensions/sessionid"
ADMIN: Agent = {"account": {"homePage": LMS, "name": "admin"}, "name": "Admin"}


class Said(NamedTuple):
    """A statement as a tool sends it."""

    at: int
    statement: JSON
    repeats: bool = False
    """The tool sends no ids and tries again: the same may arrive under another id."""


class Ids:
    """Statement ids, one after another from a seed."""

    def __init__(self, rng: Random) -> None:
        self._bits = rng.getrandbits

    def next(self) -> str:
        """Return an id that has not been used yet."""
        digits = f"{self._bits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class Voice:
    """One tool on one step: a method for each kind of deed, which yields what is sent.

    What no method is for, the tool does not tell.
    """

    repeats = False

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        self.programme = programme
        self.step = step
        self.ids = ids
        self.course = activity(
            f"{LMS}/course/view.php?id={programme.number}", f"{CMI5}activitytype/course"
        )

    def tell(self, person: Person, deed: Deed) -> Iterator[Said]:
        """Yield what the tool sends about a deed."""
        found: Iterator[Said] = getattr(self, deed.kind.replace("-", "_"))(person, deed)
        return found

    def sent(
        self,
        actor: Agent,
        verb: str,
        target: JSON,
        at: int,
        context: JSON,
        result: JSON | None = None,
        *,
        repeats: bool | None = None,
    ) -> Said:
        """Return a statement."""
        statement = {
            "id": self.ids.next(),
            "actor": actor,
            "verb": {"id": verb, "display": {"en": verb.rpartition("/")[2]}},
            "object": target,
            "context": context,
            "timestamp": self.stamp(at),
        }
        if result is not None:
            statement["result"] = result
        return Said(at, statement, self.repeats if repeats is None else repeats)

    def voiding(self, said: Said) -> Said:
        """Return the statement that takes another back."""
        target = {"objectType": "StatementRef", "id": said.statement["id"]}
        return self.sent(ADMIN, f"{ADL}voided", target, said.at + 1, {}, repeats=False)

    def stamp(self, at: int) -> str:
        """Return a moment as the tool writes it."""
        return zulu(at)


def activity(iri: str, kind: str = "", **definition: Any) -> JSON:
    """Return an activity with its type."""
    found: JSON = {"objectType": "Activity", "id": iri}
    if kind:
        definition["type"] = kind
    return found | ({"definition": definition} if definition else {})


def uuid_of(programme: Programme, person: Person, step: Activity | Session, label: int = 0) -> str:
    """Return a UUID for a person's attempt on a step."""
    return f"{person.number:08x}-{programme.number:04x}-4000-8{label:03x}-{step.number:012x}"


def duration(milliseconds: int) -> str:
    """Return an amount of time in ISO 8601."""
    return f"PT{milliseconds // 1000}.{milliseconds % 1000:03d}S"


def zulu(at: int) -> str:
    """Return a moment in UTC with milliseconds."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"


def number(text: str) -> int | float:
    """Return decimal text as the number that stands in JSON."""
    return float(text) if "." in text else int(text)


def points(deed: Deed, *, scale: str) -> JSON:
    """Return a result's score; `scale` says what the tool makes of `scaled`.

    `unit`: 0 to 1 of what can be had; `of-max`: raw by max (old Moodle); `bipolar`: −1 to 1 (Moodle
    since 2025); `only`: 0 to 1 and nothing else.
    """
    assert deed.score is not None
    raw, low, high = (number(text) for text in deed.score)
    unit = (raw - low) / (high - low)
    if scale == "only":
        return {"scaled": unit}
    scaled = {"unit": unit, "of-max": raw / high, "bipolar": unit * 2 - 1}[scale]
    return {"raw": raw, "min": low, "max": high, "scaled": round(scaled, 4)}
