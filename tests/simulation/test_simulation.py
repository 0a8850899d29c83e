"""A simulated course through the front door, on both engines: the reports say what is so."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import pairwise
from random import Random
from statistics import fmean
from typing import Any, NamedTuple

import pytest

from lrs.settings import Settings
from projections.rules.report import canonical
from tests.conftest import ENGINES
from tests.simulation.beside import judge_foresight, judge_meetings, judge_modes
from tests.simulation.course import Course, Faults
from tests.simulation.deeds import deeds_of
from tests.simulation.house import House, opened
from tests.simulation.judging import judge, judge_drop_off
from tests.simulation.people import HABITS
from tests.simulation.programme import FIRST_DAY, Session, after
from tests.simulation.standing import standing
from tests.simulation.truth import Life
from tests.simulation.verdict import Report, Verdict

LEARNERS = 60
SIXTH_WEEK = FIRST_DAY + timedelta(days=41)

NewSettings = Callable[[str], Settings]


class Fed(NamedTuple):
    """A store that has taken in a course, and the truth about it."""

    house: House
    course: Course
    lives: list[Life]

    @property
    def ask(self) -> Callable[..., Report]:
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


def test_the_figures_beside_are_the_truth_too(fed: Fed) -> None:
    programme = fed.course.programme
    verdict = Verdict()
    for session in programme.sessions[-3:]:
        report = fed.ask("readiness", session=session.id)
        judge_foresight(verdict, programme, session, fed.lives, report)
    judge_meetings(verdict, programme, fed.lives, fed.ask("combined"))
    judge_modes(verdict, programme, fed.lives, fed.ask("drop-off"))
    assert verdict.differences == []
    assert verdict.compared > 150


def test_a_cohort_by_itself_is_the_truth_about_it(fed: Fed) -> None:
    programme = fed.course.programme
    few = programme.sessions[1:3]
    verdict = judge(programme, fed.lives, fed.ask, cohort="late", sessions=few)
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
        left_out = "position"
        assert _comparable(replayed(name), left_out) == _comparable(fed.ask(name), left_out)


@pytest.mark.parametrize("engine", ENGINES)
def test_neither_order_of_arrival_nor_duplicates_change_a_byte(
    engine: str, new_settings: NewSettings
) -> None:
    course = Course(seed=2, learners_count=15, faults=Faults(resent=0, repeated=0))
    first, second = _in_two_orders(course, new_settings, engine)
    assert list(map(canonical, first)) == list(map(canonical, second))


def test_what_is_sent_again_under_another_id_changes_no_byte_in_any_order(
    new_settings: NewSettings,
) -> None:
    course = Course(seed=4, learners_count=10, faults=Faults(repeated=0.4))
    first, second = _in_two_orders(course, new_settings, "sqlite")
    assert list(map(canonical, first)) == list(map(canonical, second))


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


def test_the_figures_are_those_of_real_courses() -> None:
    """After OULAD: a sixth to a fifth late, and again after once; attendance falls over the weeks."""
    course = Course(seed=0, learners_count=300)
    lives = course.lives()
    dated = [activity for activity in course.programme.activities if activity.due]
    late = [[not life.on_time(a) for a in dated if a in life.facts] for life in lives]
    pairs = [pair for each in late for pair in pairwise(each)]
    assert 0.15 < fmean(this for each in late for this in each) < 0.25
    assert fmean(after_late for before, after_late in pairs if before) > 0.35
    assert fmean(after_early for before, after_early in pairs if not before) < 0.2
    scores = [float(score) for life in lives if (score := life.score()) is not None]
    assert 0.7 < fmean(scores) < 0.85
    assert 0.08 < fmean(life.person.withdrawn is not None for life in lives) < 0.2
    first, last = course.programme.sessions[1], course.programme.sessions[-2]
    assert _attended(lives, first) > _attended(lives, last) + 0.1


def test_a_seed_always_gives_the_same_course_and_another_another() -> None:
    def sent(seed: int) -> list[dict[str, Any]]:
        return Course(seed=seed, learners_count=5).arrivals()

    assert sent(3) == sent(3) != sent(4)
    few, more = (Course(seed=3, learners_count=count) for count in (5, 9))
    for one, same in zip(few.people, more.people, strict=False):
        assert deeds_of(few.programme, one) == deeds_of(more.programme, same)


def _attended(lives: list[Life], session: Session) -> float:
    return fmean(life.attendances[session].state == "attended" for life in lives)


def _in_two_orders(
    course: Course, new_settings: NewSettings, engine: str
) -> tuple[list[Report], list[Report]]:
    """Return a course's reports from two stores: in order, and everything twice in any order."""
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
        return _all_reports(one, course), _all_reports(other, course)


def _all_reports(house: House, course: Course) -> list[Report]:
    house.runner.catch_up()
    slug = course.programme.slug
    sessions = [house.ask(slug, "readiness", s.id) for s in course.programme.sessions]
    reports = [*sessions, house.ask(slug, "drop-off"), house.ask(slug, "combined")]
    return [_comparable(report) for report in reports]


def _comparable(report: Report, *left_out: str) -> Report:
    """Return a report without its clock, and persons by their names: stores name each their own."""
    learners = [{**row, "person": row["name"]} for row in report["learners"]]
    kept = {name: value for name, value in report.items() if name not in {"as_of", *left_out}}
    return {**kept, "learners": learners}
