"""Live sessions as meeting tools, imports and registers tell of them."""

from collections.abc import Iterator

from tests.simulation.deeds import Deed
from tests.simulation.moodle import TEACHER, Moodle
from tests.simulation.people import Agent, Person
from tests.simulation.programme import BBB, Activity, Programme, Session
from tests.simulation.voice import (
    ACROSSX,
    ACROSSX_TYPE,
    ADL,
    ADL_TYPE,
    AS,
    AS1,
    CLASSROOM,
    JSON,
    SESSION_ID,
    TINCAN,
    Ids,
    Said,
    Voice,
    activity,
    duration,
    zulu,
)

NOBODY: Agent = {"account": {"homePage": BBB, "name": "<unknown>"}}
HELD = "https://w3id.org/bichron/extensions/held"
PROFILE = activity(CLASSROOM, f"{ADL_TYPE}profile")


class Live(Voice):
    """What every session has: a recording, which Moodle keeps as a link."""

    step: Session

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        link = activity(self.step.recording, f"{ADL_TYPE}link")
        self._recording = link, Moodle(programme, step, ids).context()

    def watch(self, person: Person, deed: Deed) -> Iterator[Said]:
        target, context = self._recording
        actor = person.agent("moodle")
        yield self.sent(actor, f"{TINCAN}viewed", target, deed.at, context, repeats=True)

    def held(self) -> Iterator[Said]:
        """Yield what the tool says of the meeting itself."""
        yield from ()


class BigBlueButton(Live):
    """A recurring room: which of its meetings is told by the time, or by the meeting's own id."""

    repeats = True

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        self.room = activity(
            self.step.rooms[-1], f"{CLASSROOM}/activity-types/virtual-classroom", name={"en": "Lab"}
        )
        self.context = self._context(self.step.instance)

    def _context(self, instance: str, *parents: JSON) -> JSON:
        activities: JSON = {"category": [PROFILE]}
        if parents:
            activities["parent"] = list(parents)
        return {
            "registration": f"2b0e1c19-5ba4-4e5d-aeb7-{self.programme.number:012x}",
            "contextActivities": activities,
            "extensions": {SESSION_ID: instance},
        }

    def held(self) -> Iterator[Said]:
        if self.step.opened is None or self.step.closed is None:
            return
        opened, closed = self.step.opened, self.step.closed
        yield self.sent(NOBODY, f"{ADL}initialized", self.room, opened, self.context)
        result = {"duration": duration(closed - opened)}
        yield self.sent(NOBODY, f"{ADL}terminated", self.room, closed, self.context, result)

    def stay(self, person: Person, deed: Deed) -> Iterator[Said]:
        for verb, at in (("join", deed.at), ("leave", deed.until)):
            if at is not None:
                actor = person.agent("bbb")
                iri = f"{AS}{verb}"
                yield self.sent(actor, iri, self.room, at, self.context, repeats=deed.plain)

    def try_room(self, person: Person, deed: Deed) -> Iterator[Said]:
        context = self._context(f"0e1fffff-0000-4000-8000-{person.number:012x}")
        yield self.sent(person.agent("bbb"), f"{AS}join", self.room, deed.at, context)

    def say(self, person: Person, deed: Deed) -> Iterator[Said]:
        return self._part(person, deed, f"{ACROSSX}posted", f"{ACROSSX_TYPE}message")

    def ask(self, person: Person, deed: Deed) -> Iterator[Said]:
        return self._part(person, deed, f"{ADL}asked", f"{ADL_TYPE}cmi.interaction")

    def vote(self, person: Person, deed: Deed) -> Iterator[Said]:
        return self._part(
            person, deed, f"{ADL}answered", f"{ADL_TYPE}cmi.interaction", {"response": "0"}
        )

    def hand(self, person: Person, deed: Deed) -> Iterator[Said]:
        result = {"extensions": {f"{CLASSROOM}/extensions/emoji": "U+1F590"}}
        verb = f"{CLASSROOM}/verbs/reacted"
        yield self.sent(person.agent("bbb"), verb, self.room, deed.at, self.context, result)

    def _part(
        self, person: Person, deed: Deed, verb: str, kind: str, result: JSON | None = None
    ) -> Iterator[Said]:
        iri = f"{BBB}/part/{self.step.number}/{person.number}.{deed.kind}.{deed.label}"
        context = self._context(self.step.instance, self.room)
        target = activity(iri, kind)
        yield self.sent(person.agent("bbb"), verb, target, deed.at, context, result)


class MoodleMeeting(Live):
    """BigBlueButton as Moodle sees it; of some learners BigBlueButton tells the same once more."""

    repeats = True

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        self.room = activity(self.step.rooms[0], f"{ADL_TYPE}meeting")
        self.context = Moodle(programme, step, ids).context()
        self._other = BigBlueButton(programme, step, ids)

    def held(self) -> Iterator[Said]:
        if self.step.opened is None or self.step.closed is None:
            return
        yield self.sent(TEACHER, f"{AS1}create", self.room, self.step.opened, self.context)
        yield self.sent(TEACHER, f"{TINCAN}adjourned", self.room, self.step.closed, self.context)

    def stay(self, person: Person, deed: Deed) -> Iterator[Said]:
        if person.told_twice:
            yield from self._other.stay(person, deed)
        actor = person.agent("meeting")
        for verb, at in (("join", deed.at), ("leave", deed.until)):
            if at is not None:
                iri = f"{AS1}{verb}"
                yield self.sent(actor, iri, self.room, at, self.context, repeats=deed.plain)


class Import(Live):
    """A meeting tool's file, imported: `attended` for each person, `join` and `leave` for stays."""

    def __init__(self, programme: Programme, step: Activity | Session, ids: Ids) -> None:
        super().__init__(programme, step, ids)
        self.meeting = activity(step.id, f"{ADL_TYPE}meeting")
        categories = [PROFILE, activity(f"https://w3id.org/bichron/adapter/{step.tool}")]
        self.context: JSON = {
            "platform": step.tool.title(),
            "contextActivities": {"category": categories},
            "extensions": {SESSION_ID: self.step.instance},
        }
        if self.step.opened is not None and self.step.closed is not None:
            held = {"starts": zulu(self.step.opened), "ends": zulu(self.step.closed)}
            self.context["extensions"][HELD] = held

    def stay(self, person: Person, deed: Deed) -> Iterator[Said]:
        # A second device goes by another of the person's mailboxes, if they have one.
        actor = person.agent("zoom" if deed.label == 0 else "teams")
        over = deed.until or self.step.closed or self.step.ends
        present = max(0, over - deed.at)
        yield self._attended(actor, deed.at, present)
        yield self.sent(actor, f"{AS}join", self.meeting, deed.at, self.context)
        if deed.until is not None:
            yield self.sent(actor, f"{AS}leave", self.meeting, deed.until, self.context)

    def present(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._attended(person.agent("teams"), deed.at, deed.spent or 0)

    def _attended(self, actor: Agent, at: int, present: int) -> Said:
        result = {"duration": duration(present), "completion": True}
        return self.sent(actor, f"{ADL}attended", self.meeting, at, self.context, result)


class JiscRegister(Live):
    """Card readers and registers after Jisc's recipe: told at the planned start, absences too."""

    def attend(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._registered(person, deed, present=True)

    def miss(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._registered(person, deed, present=False)

    def stamp(self, at: int) -> str:
        return zulu(at)[:-1]

    def _registered(self, person: Person, deed: Deed, *, present: bool) -> Said:
        event = activity(self.step.id, "http://xapi.jisc.ac.uk/event_timetabled")
        context: JSON = {
            "platform": "Moodle",
            "extensions": {"http://xapi.jisc.ac.uk/courseArea": {}},
            "instructor": TEACHER,
        }
        result = {"completion": present, "duration": "PT1H30M"}
        actor = person.agent("jisc")
        return self.sent(actor, f"{ADL}attended", event, deed.at, context, result)


class FaceToFace(Live):
    """Moodle's face-to-face: about the activity, not the date; told when the register was taken."""

    repeats = True

    def attend(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._registered(person, deed, whole=True)

    def attend_part(self, person: Person, deed: Deed) -> Iterator[Said]:
        yield self._registered(person, deed, whole=False)

    def sign_up(self, person: Person, deed: Deed) -> Iterator[Said]:
        actor, context = person.agent("facetoface"), self._recording[1]
        yield self.sent(actor, f"{ADL}registered", self._target(), deed.at, context)

    def _target(self) -> JSON:
        return activity(self.step.rooms[0], f"{ACROSSX_TYPE}face-to-face-discussion")

    def _registered(self, person: Person, deed: Deed, *, whole: bool) -> Said:
        target = self._target()
        context = {**self._recording[1], "instructor": TEACHER}
        result = {"completion": whole, "duration": "PT90M"}
        actor = person.agent("facetoface")
        return self.sent(actor, f"{ADL}attended", target, deed.at, context, result)
