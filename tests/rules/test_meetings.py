"""Sessions one by one, and attendance by learners' own clocks."""

from typing import Any

from lrs.plan import Attendance
from tests.rules.course import (
    LAB,
    LAB_AGAIN,
    RECORDING,
    Course,
    day,
    learner,
    plan,
    record,
    session,
)


def there(iri: str, when: str, who: str = "ada", minutes: int = 60) -> Any:
    return record("attended", iri, when, who, duration=minutes * 60_000)


def test_each_session_tells_who_was_expected_and_who_came() -> None:
    planned = plan(
        session(LAB, recording=RECORDING, attendance=Attendance(share=0.5)),
        session(LAB_AGAIN, "10-16 14:00"),
        session("to come", "10-30 14:00"),
        learners=(
            learner("ada"),
            learner("bo"),
            learner("cem"),
            learner("new", enrolled=day("10-10")),
        ),
    )
    course = Course(
        planned,
        there(LAB, "10-09 14:00"),
        there(LAB, "10-09 14:00", "bo", 10),
        record("viewed", RECORDING, "10-12", "cem"),
        there(LAB_AGAIN, "10-16 14:00", "new", 30),
    )
    lab, again, later = course.combined("10-20")["sessions"]
    figures = ("expected", "attended", "partial", "absent", "minutes", "recordings")
    assert [lab[name] for name in figures] == [3, 1, 1, 1, 70, 1]
    assert [again[name] for name in figures] == [4, 1, 0, 3, 30, 0]
    assert [later[name] for name in figures] == [4, 0, 0, 0, 0, 0]
    assert (lab["id"], lab["starts"]) == (LAB, "2026-10-09T14:00:00Z")


def test_the_hour_is_that_of_each_learners_clock() -> None:
    learners = (
        learner("london", timezone="Europe/London"),
        learner("delhi", timezone="Asia/Kolkata"),
        learner("auckland", timezone="Pacific/Auckland"),
        learner("utc"),
    )
    planned = plan(
        session(LAB, "10-09 14:00"), session(LAB_AGAIN, "10-30 14:00"), learners=learners
    )
    course = Course(planned, there(LAB, "10-09 14:00", "delhi"))
    assert course.combined("10-20")["hours"] == [
        {
            "hour": hour,
            "expected": 1,
            "attended": came,
            "partial": 0,
            "absent": 1 - came,
            "attendance": came,
        }
        for hour, came in ((3, 0), (14, 0), (15, 0), (19, 1))
    ]
    # In winter, London's clock shows 14; Auckland's is in summer since September.
    hours = {row["hour"]: row["expected"] for row in course.combined("11-01")["hours"]}
    assert hours == {3: 2, 14: 3, 15: 1, 19: 2}


def test_of_alternatives_the_one_that_counts_tells_the_hour() -> None:
    planned = plan(
        session(LAB, "10-09 09:00", group="g"), session(LAB_AGAIN, "10-16 19:00", group="g")
    )
    (row,) = Course(planned, there(LAB_AGAIN, "10-16 19:00")).combined()["hours"]
    assert (row["hour"], row["expected"], row["attended"]) == (19, 1, 1)
    (absent,) = Course(planned).combined()["hours"]
    assert (absent["hour"], absent["absent"]) == (9, 1)
    assert Course(planned).combined("10-12")["hours"] == []
