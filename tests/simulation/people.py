"""Learners: what they are like, and under which accounts each tool knows them."""

from collections.abc import Iterator
from datetime import date, timedelta
from hashlib import sha1
from math import exp, log
from random import Random
from typing import Any, NamedTuple

from tests.simulation.programme import (
    BBB,
    DAY,
    EDX,
    FIRST_DAY,
    HOUR,
    JISC,
    LMS,
    WEEK,
    Programme,
    local,
)

Agent = dict[str, Any]

NEVER, ALWAYS = -99.0, 99.0
"""Shifts of the log-odds that settle the matter."""


class Habit(NamedTuple):
    """How a kind of learner differs from the average, in log-odds and factors."""

    weight: int
    live: float
    work: float
    lateness: float = 1
    makes_up: float = 0.3


HABITS = {
    "steady": Habit(30, live=0, work=0),
    "late": Habit(12, live=0, work=0.5, lateness=4),
    "fading": Habit(14, live=0, work=0),
    "never": Habit(6, live=NEVER, work=NEVER, makes_up=0),
    "withdrawn": Habit(14, live=0, work=0),
    "completing": Habit(10, live=2, work=ALWAYS, lateness=0.5, makes_up=1),
    "sync_only": Habit(7, live=1, work=NEVER),
    "async_only": Habit(7, live=NEVER, work=1, makes_up=0.6),
}

_IDENTITY = {
    "moodle": "lms",
    "old-moodle": "lms",
    "meeting": "lms",
    "facetoface": "lms",
    "cmi5": "lms",
    "scorm": "lms",
    "h5p": "capital",
    "fr": "digest",
    "openedx": "edx",
    "jisc": "jisc",
    "bbb": "bbb",
    "zoom": "zoom",
    "teams": "mail",
}

_GIVEN = ("Ada", "Bo", "Cem", "Dana", "Emil", "Farah", "Goran", "Hana", "Ines", "Jonas", "Kaja")
_FAMILY = ("Kaya", "Lind", "Okafor", "Petrova", "Novak", "Haddad", "Ilić", "Sato", "Moreau")
_LATENESS = (0.454, 2.25)
"""Beta of the chance to be late: mean 16.8 %, and more likely after having been late before."""


class Person(NamedTuple):
    """A learner, or a stranger (no cohort)."""

    number: int
    name: str
    cohort: str | None
    behaviour: str
    enrolled: date | None
    withdrawn: date | None
    arrives: int
    leaves: int
    """Nothing is heard of them from this moment on."""
    ability: float
    diligence: float
    lateness: float
    main: str
    agents: dict[str, Agent]

    @property
    def habit(self) -> Habit:
        """What their kind does."""
        return HABITS[self.behaviour]

    def agent(self, tool: str) -> Agent:
        """Return as whom a tool knows them."""
        return self.agents[_IDENTITY[tool]]

    @property
    def told_twice(self) -> bool:
        """Whether both tools of a doubly watched room see them."""
        return self.number % 3 == 0

    def entry(self) -> dict[str, Any]:
        """Return their entry of the program document."""
        known = {key(self.agents[name]) for name in ("lms", "mail", "edx", "jisc", "bbb")}
        main = {k: v for k, v in self.agents[self.main].items() if k in {"account", "mbox"}}
        also = sorted(known - {key(self.agents[self.main])})
        found: dict[str, Any] = {"name": self.name, **main, "also": also}
        if self.enrolled is not None:
            found["enrolled"] = self.enrolled.isoformat()
        if self.withdrawn is not None:
            found["withdrawn"] = self.withdrawn.isoformat()
        return found

    def link(self) -> list[str] | None:
        """Return the actors that a recorded link makes one person, if one is needed."""
        private = self.agents["zoom"]
        if private is self.agents["mail"]:
            return None
        return [key(self.agents["lms"]), key(private)]


def key(agent: Agent) -> str:
    """Return an agent's key as people write it."""
    if "account" in agent:
        return f"{agent['account']['homePage']}::{agent['account']['name']}"
    if "mbox" in agent:
        return str(agent["mbox"]).lower()
    return f"sha1:{agent['mbox_sha1sum']}"


def learners(programme: Programme, count: int) -> Iterator[Person]:
    """Yield a programme's learners; each depends on seed and number alone."""
    names = list(HABITS)
    weights = [habit.weight for habit in HABITS.values()]
    for number in range(count):
        rng = Random(f"{programme.seed}/{programme.number}/{number}")
        behaviour = rng.choices(names, weights)[0]
        yield _person(programme, number, behaviour, rng)


def strangers(programme: Programme, count: int) -> Iterator[Person]:
    """Yield people who do the same and are not in the plan."""
    for number in range(count):
        rng = Random(f"{programme.seed}/{programme.number}/stranger/{number}")
        person = _person(programme, 1_000_000 + number, "steady", rng)
        yield person._replace(cohort=None)


def _person(programme: Programme, number: int, behaviour: str, rng: Random) -> Person:
    cohort = programme.cohorts[number % len(programme.cohorts)]
    enrolled = {
        "first": FIRST_DAY - timedelta(days=14),
        "second": None,
        "late": FIRST_DAY + timedelta(days=14),
    }[cohort]
    since = enrolled or FIRST_DAY
    withdrawn = _withdrawal(programme, since, rng) if behaviour == "withdrawn" else None
    common = rng.gauss(0, 1)
    lateness = rng.betavariate(*_LATENESS) * HABITS[behaviour].lateness
    name = f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)} {number}"
    return Person(
        number=number,
        name=name,
        cohort=cohort,
        behaviour=behaviour,
        enrolled=enrolled,
        withdrawn=withdrawn,
        arrives=local(_arrival(behaviour, since)),
        leaves=_leaves(programme, behaviour, withdrawn, rng),
        ability=0.6 * common + 0.8 * rng.gauss(0, 1),
        diligence=0.6 * common + 0.8 * rng.gauss(0, 1),
        lateness=min(lateness, 0.9),
        main="mail" if number % 3 == 0 else "lms",
        agents=_agents(programme.number, number, name, rng),
    )


def _arrival(behaviour: str, since: date) -> date:
    """Return from which day on something is heard; who completes makes up for a late enrolment."""
    return FIRST_DAY - timedelta(days=14) if behaviour == "completing" else since


def _withdrawal(programme: Programme, since: date, rng: Random) -> date:
    """Return a day: for two in five before they began, else any day of the programme's."""
    if rng.random() < 0.4:
        return since
    return since + timedelta(days=rng.randrange(1, (programme.last_day - since).days))


def _leaves(programme: Programme, behaviour: str, withdrawn: date | None, rng: Random) -> int:
    if withdrawn is not None:
        stray = 10 * DAY if rng.random() < 0.1 else 0
        return local(withdrawn) + stray
    if behaviour == "fading":
        return programme.begins + int(rng.uniform(2 * WEEK, programme.ends - programme.begins))
    return programme.ends + 30 * DAY + HOUR


def _agents(course: int, number: int, name: str, rng: Random) -> dict[str, Agent]:
    local_part = f"learner.{number}.{course}"
    address = f"mailto:{local_part}@example.org"
    mail: Agent = {"objectType": "Agent", "name": name, "mbox": address}
    digest = sha1(address.encode(), usedforsecurity=False).hexdigest()
    private = rng.random() < 0.05
    return {
        "lms": {**_account(LMS, f"{course}-{number}"), "name": name},
        "mail": mail,
        "capital": {**mail, "mbox": f"mailto:{local_part.title()}@Example.org"},
        "digest": {"objectType": "Agent", "mbox_sha1sum": digest},
        "edx": _account(EDX, f"{number:08x}-{course:04x}-4000-8000-0000000000ed"),
        "jisc": _account(JISC, f"STU{course}.{number}"),
        "bbb": _account(BBB, f"{name} ({course})"),
        "zoom": {**mail, "mbox": f"mailto:{local_part}@home.example.org"} if private else mail,
    }


def _account(home_page: str, name: str) -> Agent:
    return {"objectType": "Agent", "account": {"homePage": home_page, "name": name}}


def chance(base: float, shift: float) -> float:
    """Return a probability whose log-odds are shifted."""
    return 1 / (1 + exp(min(700, -(log(base / (1 - base)) + shift))))
