"""Moodle's log stores, since 2025 and until 2023, and Jisc's recipes for it."""

from collections.abc import Iterator
from datetime import datetime

from tests.simulation.deeds import Deed
from tests.simulation.people import Person
from tests.simulation.programme import LMS, ZONE, Activity, Programme, Session
from tests.simulation.voice import (
    ADL,
    ADL_TYPE,
    AS,
    AS1,
    EDLM,
    JSON,
    TINCAN,
    TINCAN_TYPE,
    Ids,
    Said,
    Voice,
    activity,
    duration,
    points,
    zulu,
)

TEACHER = {"account": {"homePage": LMS, "name": "teacher"}, "name": "Gil Ray"}
SITE = activity(LMS, f"{TINCAN_TYPE}lms", name={"en": "Our campus"})
FOR = "https://yetanalytics.com/profiles/prepositions/concepts/context-extensions/for"
CRON = "4cb9c06f-94cf-4e9f-aa2f-06fca75858de"
"""Moodle's registration: the run that sends, no attempt and no enrolment."""
TYPES = {
    "content": f"{ADL_TYPE}module",
    "quiz": f"{ADL_TYPE}assessment",
    "post": f"{EDLM}activity-types/forum",
    "assignment": f"{EDLM}activity-types/assignment",
}


class Moodle(Voice):
    """Moodle since 2025: parents from the module up to the course, scores scaled to −1…1."""

    repeats = True

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        kind = step.kind if isinstance(step, Activity) else "content"
        self.target = activity(step.id, TYPES[kind], name={"en": f"Module {step.number}"})
        section = f"{LMS}/course/section.php?id={programme.number * 100 + step.week}"
        self.above = [activity(section, f"{TINCAN_TYPE}section"), self.course]
        self.on_module = self.context()
        self.in_module = self.context(self.target)

    def context(self, *parents: JSON) -> JSON:
        """Return the context of something within these modules."""
        return {
            "platform": "Moodle",
            "language": "en",
            "registration": CRON,
            "contextActivities": {"parent": [*parents, *self.above], "category": [SITE]},
        }

    def view(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor = person.agent("moodle")
        yield self.sent(actor, f"{TINCAN}viewed", self.target, deed.at, self.on_module)

    def finish(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor, result = person.agent("moodle"), {"completion": True}
        yield self.sent(actor, f"{ADL}completed", self.target, deed.at, self.on_module, result)

    def unfinish(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor = person.agent("moodle")
        yield self.sent(actor, f"{EDLM}verbs/uncompleted", self.target, deed.at, self.on_module)

    def answer(self, person: Person, deed: Deed) -> Iterator[Said]:
        question = f"{LMS}/question/question.php?id={self.step.number}"
        target = activity(question, f"{ADL_TYPE}cmi.interaction", interactionType="choice")
        result = {"response": "x", "success": True, "score": {"raw": 1, "min": 0, "max": 1}}
        context = self.context(self._attempt(person, deed), self.target)
        actor = person.agent("moodle")
        yield self.sent(actor, f"{ADL}answered", target, deed.at, context, result)

    def attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        # `success` only says that the grade reaches a pass grade, which nobody has set.
        result = {
            "score": points(deed, scale="bipolar"),
            "completion": True,
            "success": True,
            "duration": duration(deed.spent or 0),
        }
        yield self._finished(person, deed, result)

    def empty_attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        score = {"raw": 0, "max": 0, "scaled": 0}
        yield self._finished(person, deed, {"score": score, "completion": True, "success": True})

    def post(self, person: Person, deed: Deed) -> Iterator[Said]:
        verb = f"{AS1}create" if deed.label == 0 else f"{TINCAN}replied"
        kind = "discussion" if deed.label == 0 else "forum-reply"
        target = activity(self._post(person, deed), f"{TINCAN_TYPE}{kind}")
        yield self.sent(person.agent("moodle"), verb, target, deed.at, self.in_module)

    def unpost(self, person: Person, deed: Deed) -> Iterator[Said]:
        target = activity(self._post(person, deed), f"{TINCAN_TYPE}discussion")
        yield self.sent(person.agent("moodle"), f"{AS}delete", target, deed.at, self.in_module)

    def submit(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor, target = person.agent("moodle"), self._submission()
        yield self.sent(actor, f"{AS1}submit", target, deed.at, self.in_module)

    def grade(self, person: Person, deed: Deed) -> Iterator[Said]:
        """The teacher acts; the learner is whom it is for."""
        context = {**self.in_module, "extensions": {FOR: person.agent("moodle")}}
        result = {"score": points(deed, scale="bipolar")}
        verb = "https://w3id.org/xapi/tla/verbs/scored"
        yield self.sent(TEACHER, verb, self._submission(), deed.at, context, result)

    def _finished(self, person: Person, deed: Deed, result: JSON) -> Said:
        actor, target = person.agent("moodle"), self._attempt(person, deed)
        return self.sent(actor, f"{ADL}completed", target, deed.at, self.in_module, result)

    def _attempt(self, person: Person, deed: Deed) -> JSON:
        place = f"attempt.php?attempt={person.number}.{deed.label}&cmid="
        iri = self.step.id.replace("view.php?id=", place)
        return activity(iri, f"{ADL_TYPE}attempt")

    def _post(self, person: Person, deed: Deed) -> str:
        return f"{LMS}/mod/forum/discuss.php?d={self.step.number}#p{person.number}.{deed.label}"

    def _submission(self) -> JSON:
        return activity(f"{self.step.id}#submission", f"{EDLM}activity-types/submission")


class OldMoodle(Moodle):
    """Moodle until 2023: local time, everything in the grouping, quizzes named by themselves."""

    def context(self, *parents: JSON) -> JSON:
        """Return the context, which only this version's grouping knows."""
        return {
            "platform": "Moodle",
            "language": "en",
            "contextActivities": {
                "grouping": [SITE, *parents, self.course],
                "category": [activity("http://moodle.org", f"{TINCAN_TYPE}source")],
            },
        }

    def stamp(self, at: int) -> str:
        return datetime.fromtimestamp(at / 1000, ZONE).isoformat(timespec="milliseconds")

    def answer(self, person: Person, deed: Deed) -> Iterator[Said]:
        """Nothing is told of single questions."""
        yield from ()

    def attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor = person.agent("old-moodle")
        result = {"score": points(deed, scale="of-max"), "completion": True, "success": True}
        yield self.sent(actor, f"{ADL}completed", self.target, deed.at, self.on_module, result)

    def empty_attempt(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield from self.view(person, deed)

    def submit(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor = person.agent("old-moodle")
        yield self.sent(actor, f"{AS}submit", self.target, deed.at, self.on_module)

    def grade(self, person: Person, deed: Deed) -> Iterator[Said]:
        context = {**self.on_module, "instructor": TEACHER}
        result = {"score": points(deed, scale="of-max")}
        actor = person.agent("old-moodle")
        yield self.sent(actor, f"{ADL}scored", self.target, deed.at, context, result)


class Jisc(Moodle):
    """Jisc's recipes: no zone in a timestamp, a submission is an uncompleted completion."""

    repeats = False

    def context(self, *parents: JSON) -> JSON:
        area = {"http://xapi.jisc.ac.uk/uddModInstanceID": f"MOD_{self.programme.number}"}
        context: JSON = {
            "platform": "Moodle",
            "extensions": {"http://xapi.jisc.ac.uk/courseArea": area},
        }
        if parents:
            context["contextActivities"] = {"parent": list(parents)}
        return context

    def stamp(self, at: int) -> str:
        return zulu(at)[:-1]

    def post(self, person: Person, deed: Deed) -> Iterator[Said]:
        target = activity(self._post(person, deed), "http://xapi.jisc.ac.uk/forum-post")
        actor = person.agent("jisc")
        yield self.sent(actor, f"{AS1}create", target, deed.at, self.in_module)

    def unpost(self, person: Person, deed: Deed) -> Iterator[Said]:
        target = activity(self._post(person, deed), "http://xapi.jisc.ac.uk/forum-post")
        actor = person.agent("jisc")
        yield self.sent(actor, f"{AS1}delete", target, deed.at, self.in_module)

    def submit(self, person: Person, deed: Deed) -> Iterator[Said]:
        target = activity(self.step.id, f"{ADL_TYPE}assessment")
        result = {"completion": False}
        actor = person.agent("jisc")
        yield self.sent(actor, f"{ADL}completed", target, deed.at, self.on_module, result)

    def grade(self, person: Person, deed: Deed) -> Iterator[Said]:
        context = {**self.on_module, "instructor": TEACHER}
        target = activity(self.step.id, f"{ADL_TYPE}assessment")
        result = {"score": points(deed, scale="unit")}
        yield self.sent(person.agent("jisc"), f"{ADL}scored", target, deed.at, context, result)


class Site(Moodle):
    """The campus itself: enrolments and log-ins, which say nothing of learning."""

    def enrol(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor, context = person.agent("moodle"), self.context()
        yield self.sent(actor, f"{EDLM}verbs/enrolled", self.course, deed.at, context)

    def login(self, person: Person, deed: Deed) -> Iterator[Said]:
        verb = "https://brindlewaye.com/xAPITerms/verbs/loggedin/"
        context = {"platform": "Moodle", "registration": CRON}
        yield self.sent(person.agent("moodle"), verb, SITE, deed.at, context)
