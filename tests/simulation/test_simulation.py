"""A simulated course through the front door, on both engines: the reports say what is so."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import pytest

from lrs.settings import Settings
from projections.rules.report import canonical
from tests.conftest import ENGINES
from tests.simulation.course import Course, Faults
from tests.simulation.deeds import deeds_of
from tests.simulation.house import House, opened
from tests.simulation.people import HABITS
from tests.simulation.programme import FIRST_DAY, after
from tests.simulation.standing import standing
from tests.simulation.truth import Life
from tests.simulation.verdict import Verdict, judge, judge_drop_off

LEARNERS = 60
SIXTH_WEEK = FIRST_DAY + timedelta(days=41)

NewSettings = Callable[[str], Settings]


class Fed(NamedTuple):
    """A store that has taken in a course, and the truth about it."""

    house: House
    course: Course
    lives: list[Life]

    @property
    def ask(self) -> Callable[..., dict[str, Any]]:
        return partial(self.house.ask, self.course.programme.slug)


@pytest.fixture(scope="module", params=ENGINES)
def fed(request: pytest.FixtureRequest, new_settings: NewSettings) -> Iterator[Fed]:
    """A store whose links are recorded when half of the statements have arrived."""
    course = Course(seed=1, learners_count=LEARNERS)
    with opened(new_settings(request.param)) as house:
        house.plan(course)
        arrivals = course.arrivals()
        middle = len(arrivals) // 2
        house.receive(arrivals[:middle])
        house.runner.catch_up()
        house.link(course)
        house.receive(arrivals[middle:])
        house.runner.catch_up()
        yield Fed(house, course, course.lives())


def test_every_figure_of_every_report_is_the_truth(fed: Fed) -> None:
    verdict = judge(fed.course.programme, fed.lives, fed.ask)
    assert verdict.differences == []
    assert verdict.compared > 100 * LEARNERS


def test_a_cohort_by_itself_is_the_truth_about_it(fed: Fed) -> None:
    verdict = judge(fed.course.programme, fed.lives, fed.ask, cohort="late")
    assert verdict.differences == []


def test_whoever_takes_part_and_is_in_no_plan_is_listed_and_nobody_else(fed: Fed) -> None:
    assert fed.house.unmatched(fed.course.programme.slug) == fed.course.unmatched() != set()


def test_a_programme_that_ends_in_the_middle_is_judged_there(fed: Fed) -> None:
    verdict = Verdict()
    fed.house.plan(fed.course, SIXTH_WEEK)
    try:
        fed.house.runner.catch_up()
        report = fed.ask("drop-off")
    finally:
        fed.house.plan(fed.course)
        fed.house.runner.catch_up()
    judge_drop_off(verdict, fed.course.programme, fed.lives, report, after(SIXTH_WEEK))
    assert verdict.differences == []


def test_a_replay_of_the_log_is_the_truth_too(fed: Fed) -> None:
    position = fed.house.store.log.head().position
    replayed = partial(fed.ask, as_of=f"position:{position}")
    verdict = Verdict()
    judge_drop_off(verdict, fed.course.programme, fed.lives, replayed("drop-off"))
    assert verdict.differences == []
    for name in ("combined", "drop-off"):
        assert _bytes(replayed(name), position=False) == _bytes(fed.ask(name), position=False)


@pytest.mark.parametrize("engine", ENGINES)
def test_neither_order_of_arrival_nor_duplicates_change_a_byte(
    engine: str, new_settings: NewSettings
) -> None:
    # A tool that sends the same under another id is left out: which of the two a report names is
    # a matter of which came first.
    course = Course(seed=2, learners_count=15, faults=Faults(resent=0, repeated=0))
    in_order = course.arrivals()
    twice = [*in_order, *in_order]
    Random(2).shuffle(twice)
    with opened(new_settings(engine)) as one, opened(new_settings(engine)) as other:
        one.plan(course)
        one.link(course)
        one.receive(in_order)
        other.receive(twice)
        other.link(course)
        other.plan(course)
        first, second = _all_reports(one, course), _all_reports(other, course)
    assert first == second


def test_everything_that_can_be_so_is_so_of_somebody() -> None:
    """A simulation that never gets into trouble would prove nothing."""
    course = Course(seed=1, learners_count=LEARNERS)
    lives = course.lives()
    programme = course.programme
    horizon = programme.ends
    states = {standing(life.upto(horizon), horizon).state for life in lives}
    assert states == {"active", "at_risk", "dropped", "completed", "withdrawn", "not_started"}
    assert {life.pattern for life in lives} == {"both", "sync_only", "async_only", "neither"}
    prepared = {life.readiness(s).state for life in lives for s in programme.sessions}
    assert prepared == {"ready", "late", "partly", "not_started"}
    assert {life.person.behaviour for life in lives} == set(HABITS)
    deeds = {deed.kind for life in lives for deed in life.deeds}
    assert {"unfinish", "unpost", "waive", "miss", "attend-part", "try-room"} <= deeds
    verbs = [statement["verb"]["id"] for statement in course.statements()]
    assert sum(verb.endswith("/voided") for verb in verbs) > 20
    assert list(course.links())


def test_a_seed_always_gives_the_same_course_and_another_another() -> None:
    def sent(seed: int) -> list[dict[str, Any]]:
        return Course(seed=seed, learners_count=5).arrivals()

    assert sent(3) == sent(3) != sent(4)
    few, more = (Course(seed=3, learners_count=count) for count in (5, 9))
    for one, same in zip(few.people, more.people, strict=False):
        assert deeds_of(few.programme, one) == deeds_of(more.programme, same)


def _all_reports(house: House, course: Course) -> list[bytes]:
    house.runner.catch_up()
    slug = course.programme.slug
    sessions = [house.ask(slug, "readiness", s.id) for s in course.programme.sessions]
    reports = [*sessions, house.ask(slug, "drop-off"), house.ask(slug, "combined")]
    return [_bytes(report) for report in reports]


def _bytes(report: dict[str, Any], *, position: bool = True) -> bytes:
    """Return a report's bytes but for its clock and what each store names persons by."""
    left_out = {"as_of"} if position else {"as_of", "position"}
    learners = [{**row, "person": row["name"]} for row in report["learners"]]
    kept = {name: value for name, value in report.items() if name not in left_out}
    return canonical({**kept, "learners": learners})
