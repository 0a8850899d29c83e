"""Content and quizzes of authoring tools and players: cmi5, SCORM, H5P, Open edX, xapi-fr."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tests.simulation.deeds import Deed
from tests.simulation.people import Person
from tests.simulation.programme import EDX, LMS, Activity, Programme, Session
from tests.simulation.truth import normalised
from tests.simulation.voice import (
    ACROSSX,
    ADL,
    ADL_TYPE,
    AS1,
    CMI5,
    JSON,
    SESSION_ID,
    TINCAN_TYPE,
    Ids,
    Said,
    Voice,
    activity,
    duration,
    points,
    uuid_of,
)

PROGRESS = f"{CMI5}result/extensions/progress"


class Cmi5(Voice):
    """An assignable unit: one registration for each learner, one session for each launch."""

    def context(self, person: Person, label: int, *, moves_on: bool = False) -> JSON:
        categories = ["cmi5", "moveon"] if moves_on else ["cmi5"]
        return {
            "registration": uuid_of(self.programme, person, self.step),
            "contextActivities": {
                "category": [activity(f"{CMI5}context/categories/{c}") for c in categories],
                "grouping": [activity(f"https://publisher.example.org/au/{self.step.number}")],
            },
            "extensions": {SESSION_ID: uuid_of(self.programme, person, self.step, label + 1)},
        }

    def view(self, person: Person, deed: Deed) -> Iterator[Said]:
        for verb, early in (("launched", 4_100), ("initialized", 0)):
            yield self._told(person, deed, verb, deed.at - early)

    def finish(self, person: Person, deed: Deed) -> Iterator[Said]:
        spent = {"duration": duration(deed.spent or 0)}
        progress = {"extensions": {PROGRESS: 80}}
        yield self._told(person, deed, "progressed", deed.at - 5, progress)
        result = {"completion": True, **spent}
        yield self._told(person, deed, "completed", deed.at, result, moves_on=True)
        yield self._told(person, deed, "terminated", deed.until or deed.at, spent)

    def waive(self, person: Person, deed: Deed) -> Iterator[Said]:
        target, context = activity(self.step.id), self.context(person, 0, moves_on=True)
        result = {"success": True, "completion": True}
        verb = "https://w3id.org/xapi/adl/verbs/waived"
        yield self.sent(person.agent("cmi5"), verb, target, deed.at, context, result)

    def answer(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield from ()

    def attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        score, spent = points(deed, scale="only"), {"duration": duration(deed.spent or 0)}
        verb = "passed" if score["scaled"] >= 0.6 else "failed"
        result = {"score": score, "success": verb == "passed", **spent}
        yield self._told(person, deed, verb, deed.at, result, moves_on=True)
        yield self._told(person, deed, "terminated", deed.until or deed.at, spent)

    def empty_attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, deed, "failed", deed.at, {"success": False}, moves_on=True)

    def _told(
        self,
        person: Person,
        deed: Deed,
        verb: str,
        at: int,
        result: JSON | None = None,
        *,
        moves_on: bool = False,
    ) -> Said:
        context = self.context(person, deed.label, moves_on=moves_on)
        target = activity(self.step.id)
        return self.sent(person.agent("cmi5"), ADL + verb, target, at, context, result)


class Scorm(Voice):
    """The SCORM wrapper: pass and completion are told on terminating; resuming voids."""

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        self.target = activity(step.id, f"{ADL_TYPE}lesson")
        attempt = activity(f"{step.id}&attempt=1", f"{ADL_TYPE}attempt")
        self.context: JSON = {
            "contextActivities": {
                "grouping": [attempt, activity(f"{LMS}/scorm", f"{ADL_TYPE}course")],
                "category": [activity("https://w3id.org/xapi/scorm")],
            }
        }

    def view(self, person: Person, deed: Deed) -> Iterator[Said]:
        wrong = self._told(person, "terminated", deed.at - 2, {"completion": True, "success": True})
        yield wrong
        yield self.voiding(wrong)
        yield self._told(person, "suspended", deed.at - 1)
        yield self._told(person, "resumed", deed.at)

    def finish(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "completed", deed.at)
        yield self._told(person, "terminated", deed.until or deed.at, {"completion": True})

    def answer(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "responded", deed.at, {"response": "a", "success": True})

    def attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        score = {"score": points(deed, scale="unit")}
        yield self._told(person, "scored", deed.at, score)
        result = {**score, "completion": True, "success": normalised(deed) >= 0.5}
        yield self._told(person, "terminated", deed.until or deed.at, result)

    def empty_attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "failed", deed.at)

    def _told(self, person: Person, verb: str, at: int, result: JSON | None = None) -> Said:
        actor = person.agent("scorm")
        return self.sent(actor, ADL + verb, self.target, at, self.context, result)


class H5P(Voice):
    """H5P: parts of a content speak too, with a score of their own, and must not count."""

    repeats = True

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        self.target = self._content(step.id)
        self.part = self._content(f"{step.id}&subContentId=1")
        category = [activity("http://h5p.org/libraries/H5P.QuestionSet-1.20")]
        self.context: JSON = {"contextActivities": {"category": category}}
        self.within: JSON = {"contextActivities": {"category": category, "parent": [self.target]}}

    def _content(self, iri: str) -> JSON:
        local = {"http://h5p.org/x-api/h5p-local-content-id": self.step.number}
        return activity(iri, f"{ADL_TYPE}cmi.interaction", extensions=local)

    def view(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "attempted", deed.at)

    def finish(self, person: Person, deed: Deed) -> Iterator[Said]:
        part = {"score": {"raw": 1, "min": 0, "max": 1, "scaled": 1}, "completion": True}
        yield self._told(person, "completed", deed.at - 900, part, part=True)
        yield self._told(person, "completed", deed.at, {"completion": True})

    def answer(self, person: Person, deed: Deed) -> Iterator[Said]:
        result = {"score": {"raw": 1, "min": 0, "max": 1, "scaled": 1}, "success": True}
        yield self._told(person, "answered", deed.at, result, part=True)

    def attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        result = {"score": points(deed, scale="unit"), "completion": True}
        yield self._told(person, "completed", deed.at, result)

    def empty_attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        score = {"raw": 0, "max": 0, "scaled": 0}
        yield self._told(person, "completed", deed.at, {"score": score, "completion": True})

    def _told(
        self, person: Person, verb: str, at: int, result: JSON | None = None, *, part: bool = False
    ) -> Said:
        target, context = (self.part, self.within) if part else (self.target, self.context)
        return self.sent(person.agent("h5p"), ADL + verb, target, at, context, result)


class OpenEdx(Voice):
    """Open edX: microseconds, anonymous ids, up to three statements for one submission."""

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        course = activity(f"{EDX}/course/{programme.number}", f"{ADL_TYPE}course")
        self.context: JSON = {"contextActivities": {"parent": [course]}}
        self.forum: JSON = {
            "contextActivities": {"parent": [course], "grouping": [activity(step.id)]}
        }

    def stamp(self, at: int) -> str:
        moment = datetime.fromtimestamp(at // 1000, UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}000+00:00"

    def view(self, person: Person, deed: Deed) -> Iterator[Said]:
        target = activity(self.step.id, f"{TINCAN_TYPE}resource")
        yield self._told(person, f"{ADL}experienced", target, deed.at)

    def finish(self, person: Person, deed: Deed) -> Iterator[Said]:
        target = activity(self.step.id, f"{TINCAN_TYPE}resource")
        result = {"completion": True, "extensions": {PROGRESS: 100.0}}
        yield self._told(person, f"{ADL}progressed", target, deed.at, result)

    def answer(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield from ()

    def attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        problem = activity(self.step.id, f"{ADL_TYPE}cmi.interaction", interactionType="other")
        question = activity(self.step.id, f"{ADL_TYPE}question")
        result = {"score": points(deed, scale="unit"), "success": False}
        yield self._told(person, f"{ADL}attempted", problem, deed.at - 326)
        yield self._told(person, f"{ACROSSX}evaluated", problem, deed.at, result)
        yield self._told(person, f"{ADL}attempted", question, deed.at + 41, result)

    def empty_attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        problem = activity(self.step.id, f"{ADL_TYPE}cmi.interaction", interactionType="other")
        yield self._told(person, f"{ADL}attempted", problem, deed.at)

    def post(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, f"{ACROSSX}posted", self._thread(person, deed), deed.at)

    def unpost(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, f"{AS1}delete", self._thread(person, deed), deed.at)

    def _thread(self, person: Person, deed: Deed) -> JSON:
        iri = f"{EDX}/discussion/{self.programme.number}/{self.step.number}.{person.number}"
        return activity(f"{iri}.{deed.label}", f"{TINCAN_TYPE}discussion")

    def _told(
        self, person: Person, verb: str, target: JSON, at: int, result: JSON | None = None
    ) -> Said:
        context = self.forum if "/discussion/" in target["id"] else self.context
        return self.sent(person.agent("openedx"), verb, target, at, context, result)


class French(Voice):
    """xapi-fr: a tick that the learner sets and takes back."""

    def view(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "navigated-in", deed.at)

    def finish(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "marked-completion", deed.at, {"completion": True})

    def unfinish(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._told(person, "marked-completion", deed.at, {"completion": False})

    def _told(self, person: Person, verb: str, at: int, result: JSON | None = None) -> Said:
        target = activity(self.step.id, f"{ADL_TYPE}lesson-content-page")
        iri = f"http://vocab.xapi.fr/verbs/{verb}"
        context: JSON = {"contextActivities": {"grouping": [self.course]}}
        return self.sent(person.agent("fr"), iri, target, at, context, result)
