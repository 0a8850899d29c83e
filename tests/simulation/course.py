"""A simulated course: its plan, its people, what is true of them, and what the tools send.

Everything follows from the seed. `statements` is what a store is fed with; `lives` is the truth,
made from the same deeds by other code.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain
from random import Random
from typing import NamedTuple

from tests.simulation.courseware import H5P, Cmi5, French, OpenEdx, Scorm
from tests.simulation.deeds import Deed, Score, deeds_of
from tests.simulation.document import document
from tests.simulation.live import (
    BigBlueButton,
    FaceToFace,
    Import,
    JiscRegister,
    Live,
    MoodleMeeting,
)
from tests.simulation.moodle import CRON, Jisc, Moodle, OldMoodle, Site
from tests.simulation.people import Person, key, learners, strangers
from tests.simulation.programme import DAY, HOUR, Activity, Programme, Session
from tests.simulation.standing import engagements
from tests.simulation.truth import Life
from tests.simulation.voice import JSON, Ids, Said, Voice

ACTIVITY_VOICES: dict[str, type[Voice]] = {
    "moodle": Moodle,
    "old-moodle": OldMoodle,
    "jisc": Jisc,
    "cmi5": Cmi5,
    "scorm": Scorm,
    "h5p": H5P,
    "openedx": OpenEdx,
    "fr": French,
}
SESSION_VOICES: dict[str, type[Live]] = {
    "bbb": BigBlueButton,
    "meeting": MoodleMeeting,
    "zoom": Import,
    "teams": Import,
    "jisc": JiscRegister,
    "facetoface": FaceToFace,
}


class Faults(NamedTuple):
    """How often what goes wrong. None of it may change a report."""

    resent: float = 0.01
    """The same statement under the same id once more."""
    repeated: float = 0.01
    """The same again under another id, by tools that send none."""
    mistaken: float = 0.02
    """Each week of each learner: something that never happened, voided later."""
    delayed: float = 0.02
    """It arrives days late."""


class Course:
    """One programme with so many learners."""

    def __init__(
        self,
        *,
        seed: int = 0,
        number: int = 0,
        learners_count: int = 60,
        weeks: int = 12,
        cohorts: int = 3,
        faults: Faults | None = None,
    ) -> None:
        self.programme = Programme(seed=seed, number=number, weeks=weeks, cohorts=cohorts)
        self.people = list(learners(self.programme, learners_count))
        self.strangers = list(strangers(self.programme, 1 + learners_count // 50))
        self.faults = faults or Faults()

    def document(self, last_day: date | None = None) -> JSON:
        """Return the program document, or one by which the programme ends on another day."""
        return document(self.programme, self.people, last_day)

    def links(self) -> Iterator[list[str]]:
        """Yield the actors that recorded links have to make one person."""
        return (link for person in self.people if (link := person.link()))

    def lives(self) -> list[Life]:
        """Return the truth about every learner."""
        return [
            Life(self.programme, person, deeds_of(self.programme, person)) for person in self.people
        ]

    def unmatched(self) -> set[str]:
        """Return the actors who took part and are in no plan."""
        found: set[str] = set()
        for person in self.strangers:
            for deed in deeds_of(self.programme, person):
                if deed.step is not None and any(engagements(deed)):
                    found |= set(_identities(person, deed))
        return found

    def statements(self) -> Iterator[JSON]:
        """Yield everything that is sent, learner by learner, with what goes wrong.

        What is sent again comes after the learner's other statements.
        """
        for said in self.said():
            yield said.statement

    def arrivals(self) -> list[JSON]:
        """Return everything in order of arrival: mostly of time, some of it days late."""
        rng = Random(f"{self.programme.seed}/{self.programme.number}/arrivals")
        late = self.faults.delayed

        def arrival(said: Said) -> int:
            return said.at + (int(rng.expovariate(1 / (2 * DAY))) if rng.random() < late else 0)

        return [said.statement for said in sorted(self.said(), key=arrival)]

    def said(self) -> Iterator[Said]:
        """Yield everything that is sent."""
        speaker = Speaker(self.programme, self.faults)
        yield from speaker.meetings()
        for person in chain(self.people, self.strangers):
            yield from speaker.of(person, deeds_of(self.programme, person))


class Speaker:
    """All the tools of a programme."""

    def __init__(self, programme: Programme, faults: Faults) -> None:
        self._programme = programme
        self._faults = faults
        self._rng = Random(f"{programme.seed}/{programme.number}/speaker")
        self._ids = Ids(self._rng)
        self._site = Site(programme, programme.activities[0], self._ids)
        self._live = {
            each.number: SESSION_VOICES[each.tool](programme, each, self._ids)
            for each in programme.sessions
        }
        self._voices: dict[int, Voice] = {
            each.number: ACTIVITY_VOICES[each.tool](programme, each, self._ids)
            for each in programme.activities
        } | dict(self._live)

    def meetings(self) -> Iterator[Said]:
        """Yield when meetings began and ended."""
        for voice in self._live.values():
            yield from voice.held()

    def of(self, person: Person, deeds: Iterable[Deed]) -> Iterator[Said]:
        """Yield what the tools send of one person, and what goes wrong with it."""
        chance, faults = self._rng.random, self._faults
        again: list[Said] = []
        for deed in deeds:
            for said in self._tell(person, deed):
                yield said
                luck = chance()
                if luck < faults.resent:
                    again.append(said)
                elif said.repeats and luck < faults.resent + faults.repeated:
                    again.append(self._repeated(said))
        yield from again
        yield from self._mistakes(person)

    def _tell(self, person: Person, deed: Deed) -> Iterator[Said]:
        voice = self._site if deed.step is None else self._voices[deed.step.number]
        return voice.tell(person, deed)

    def _repeated(self, said: Said) -> Said:
        again = {**said.statement, "id": self._ids.next()}
        if again["context"].get("registration") == CRON:
            again["context"] = {**again["context"], "registration": self._ids.next()}
        return said._replace(statement=again)

    def _mistakes(self, person: Person) -> Iterator[Said]:
        """Yield things that never happened, and that they are taken back."""
        for week in self._programme.weeks:
            if self._rng.random() >= self._faults.mistaken:
                continue
            steps: list[Activity | Session] = [*week.activities[:2], *week.sessions]
            step = self._rng.choice(steps)
            deed = _mistake(step, week.sessions[0].starts - self._rng.randrange(HOUR, 5 * DAY))
            voice = self._voices[step.number]
            wrong = list(voice.tell(person, deed))
            yield from wrong
            yield from (voice.voiding(said) for said in wrong)


def batches(statements: Iterable[JSON], size: int) -> Iterator[list[JSON]]:
    """Yield statements in batches of at most `size`, none of which holds an id twice."""
    batch: dict[str, JSON] = {}
    for statement in statements:
        if len(batch) == size or statement["id"] in batch:
            yield list(batch.values())
            batch = {}
        batch[statement["id"]] = statement
    if batch:
        yield list(batch.values())


def _mistake(step: Activity | Session, at: int) -> Deed:
    if isinstance(step, Session):
        kind = {"jisc": "attend", "facetoface": "attend", "teams": "present"}.get(step.tool, "stay")
        return Deed(kind, step, step.starts, step.ends, spent=step.ends - step.starts)
    if step.kind == "quiz":
        return Deed("attempt", step, at, at + 7, 60_000, Score("10", "0", "10"), label=80)
    return Deed("finish", step, at, at + 7, 60_000, label=80)


def _identities(person: Person, deed: Deed) -> Iterator[str]:
    """Yield as whom a person is known from a deed."""
    assert deed.step is not None
    tool = deed.step.tool
    if deed.kind == "watch":
        tool = "moodle"
    elif tool == "zoom" and deed.label:
        tool = "teams"
    elif isinstance(deed.step, Activity) and deed.kind == "view" and tool == "jisc":
        tool = "moodle"
    yield key(person.agent(tool))
    if tool == "meeting" and person.told_twice:
        yield key(person.agent("bbb"))
