"""What a program document means: moments in UTC, and defaults."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.local_time import beginning, end
from lrs.plan import Attendance, Plan, Rules, read_plan, validate_document
from tests.plan.documents import FORUM, FULL, LAB, MINIMAL, QUIZ, Steps, put, without


def plan(document: object) -> Plan:
    return read_plan(validate_document(document))


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type] # year, month, day, …


def test_local_times_are_read_on_the_clock_of_the_program() -> None:
    (lab,) = plan(FULL).sessions
    assert (lab.starts, lab.ends) == (utc(2026, 10, 9, 12), utc(2026, 10, 9, 13))


def test_an_offset_settles_the_time_whatever_the_zone() -> None:
    document = put("2026-10-08T18:00:00-05:00", "activities", 0, "due")
    assert plan(document).activities[0].due == utc(2026, 10, 8, 23)


def test_without_a_zone_times_are_in_utc() -> None:
    assert plan(without("timezone")).sessions[0].starts == utc(2026, 10, 9, 14)


def test_a_bare_start_is_the_days_first_moment_and_a_bare_end_includes_its_day() -> None:
    found = plan(FULL)
    assert found.starts == utc(2026, 9, 27, 22)
    assert found.ends == utc(2026, 12, 18, 23)


def test_a_bare_due_date_includes_its_day() -> None:
    assert plan(FULL).activities[1].due == utc(2026, 10, 20, 22)


def test_enrolment_begins_with_the_program_unless_the_learner_says_otherwise() -> None:
    ada, bo = plan(FULL).learners
    assert ada.enrolled == utc(2026, 9, 28, 22)
    assert bo.enrolled == plan(FULL).starts
    assert [learner.enrolled for learner in plan(without("starts")).learners] == [
        utc(2026, 9, 28, 22),
        None,
    ]


def test_a_withdrawal_begins_with_its_day() -> None:
    ada, bo = plan(FULL).learners
    assert (ada.withdrawn, bo.withdrawn) == (None, utc(2026, 11, 1, 23))


def test_a_learner_lives_on_a_clock_of_their_own_which_moves_no_date() -> None:
    ada, bo = plan(put("Asia/Tokyo", "cohorts", 0, "learners", 0, "timezone")).learners
    assert (ada.timezone, bo.timezone) == ("Asia/Tokyo", "Europe/Berlin")
    assert ada.enrolled == plan(FULL).learners[0].enrolled


def test_a_learner_has_every_actor_once_the_main_one_first() -> None:
    ada, bo = plan(FULL).learners
    assert ada.actors == ("mailto:ada@example.org",)
    assert bo.actors == (
        "https://lms.example.org::42",
        "mailto:bo@example.org",
        "https://forum.example.org::bo",
    )


def test_the_plan_keeps_what_the_document_says() -> None:
    found = plan(FULL)
    assert found.rules == Rules(5, 10)
    assert found.cohorts == ("autumn", "winter")
    assert [learner.cohort for learner in found.learners] == ["autumn", "autumn"]
    assert [activity.id for activity in found.activities] == [QUIZ, FORUM]
    quiz, lab = found.activities[0], found.sessions[0]
    assert (quiz.required, quiz.weight, quiz.minutes, quiz.pass_mark) == (False, 2.5, 20, 0.6)
    assert (lab.prepares, lab.reinforces, lab.reinforce_within_days) == ((QUIZ,), (FORUM,), 7)
    assert (lab.group, lab.attendance) == ("lab", Attendance(5, 0.5))
    assert lab.match == ("https://bbb.example.org/room/7",)


def test_what_is_left_out_has_the_contracts_default() -> None:
    found = plan(MINIMAL)
    assert (found.title, found.timezone, found.starts, found.ends) == ("course", "UTC", None, None)
    assert found.rules == Rules(7, 14)
    bare = {
        "slug": "bare",
        "cohorts": [{"id": "all", "learners": [{"mbox": "mailto:Ada@example.org"}]}],
        "activities": [{"id": QUIZ, "mode": "async", "kind": "quiz"}],
        "sessions": [
            {"id": LAB, "mode": "in-person", "starts": "2026-10-09", "ends": "2026-10-09"}
        ],
    }
    found = plan(bare)
    (quiz,), (lab,), (ada,) = found.activities, found.sessions, found.learners
    assert (quiz.title, quiz.required, quiz.weight, quiz.due, quiz.pass_mark) == (
        QUIZ,
        True,
        1,
        None,
        None,
    )
    assert (lab.group, lab.reinforce_within_days, lab.attendance) == (LAB, 14, Attendance(0, 0))
    assert (lab.starts, lab.ends) == (utc(2026, 10, 9), utc(2026, 10, 10))
    assert ada.name == "mailto:ada@example.org"


@pytest.mark.parametrize(
    ("zone", "text", "moment"),
    [
        # Berlin goes from 02:00 to 03:00 in March, and from 03:00 back to 02:00 in October.
        ("Europe/Berlin", "2026-03-29T02:30:00", utc(2026, 3, 29, 1, 30)),
        ("Europe/Berlin", "2026-10-25T02:30:00", utc(2026, 10, 25, 0, 30)),
        ("Europe/Berlin", "2026-10-25T02:30:00+01:00", utc(2026, 10, 25, 1, 30)),
        # Beirut skips midnight: the day begins at 01:00 on the clock.
        ("Asia/Beirut", "2026-03-29", utc(2026, 3, 28, 22)),
        # Havana turns back from 01:00 to midnight: the day begins with the first of the two.
        ("America/Havana", "2026-11-01", utc(2026, 11, 1, 4)),
    ],
)
def test_times_at_a_change_of_clocks_follow_rfc_5545(
    zone: str, text: str, moment: datetime
) -> None:
    assert beginning(text, ZoneInfo(zone)) == moment


@given(
    st.dates(date(1901, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu", "Africa/Cairo"]),
)
def test_days_follow_each_other_without_a_gap(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    following = (day + timedelta(days=1)).isoformat()
    assert end(day.isoformat(), zone) == beginning(following, zone)
    assert timedelta(hours=22) <= end(day.isoformat(), zone) - beginning(day.isoformat(), zone)


@pytest.mark.parametrize("steps", [("ends",), ("sessions", 0, "ends"), ("activities", 0, "due")])
def test_the_last_year_that_can_be_said_has_an_end(steps: Steps) -> None:
    plan(put("2999-12-31", *steps))
