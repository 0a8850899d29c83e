"""Where a record lies: by object, parent or grouping, by the tool's own id, or by the time."""

from datetime import timedelta

import pytest

from lrs.plan import Plan
from projections.record import Record
from projections.rules.identity import Identities
from projections.rules.route import SESSION_FACTS, Place, Routed, Routes
from tests.rules.course import (
    FORUM,
    LAB,
    LAB_AGAIN,
    LOG,
    PAGE,
    RECORDING,
    ROOM,
    activity,
    day,
    key,
    learner,
    plan,
    record,
    session,
)

WEEKLY = plan(
    session(LAB, "10-09 14:00", match=(ROOM, "urn:uuid:of-the-first")),
    session(LAB_AGAIN, "10-16 14:00", match=(ROOM,)),
)


def route(record: Record, *plans: Plan) -> list[Routed]:
    return Routes(plans, Identities(LOG, plans)).route(record)


def steps(record: Record, *plans: Plan) -> set[str]:
    return {place.step for routed in route(record, *plans) for place in routed.places}


def test_a_record_lies_on_its_object_its_parents_and_its_groupings() -> None:
    planned = plan(activity(PAGE), activity(FORUM), session(LAB))
    (routed,) = route(
        record("posted", PAGE, "10-05", parents=("x", FORUM), groupings=(LAB,)), planned
    )
    assert set(routed.places) == {
        Place(PAGE, "object"),
        Place(FORUM, "parent"),
        Place(LAB, "grouping"),
    }
    assert (routed.program, routed.matched) == ("course", True)


def test_a_record_on_no_step_lies_nowhere() -> None:
    assert route(record("viewed", "https://elsewhere.example.org", "10-05"), plan(activity())) == []


def test_a_recording_is_not_its_session() -> None:
    (routed,) = route(record("viewed", RECORDING, "10-10"), plan(session(recording=RECORDING)))
    assert routed.places == (Place(LAB, "recording"),)


def test_a_record_may_lie_in_two_programs() -> None:
    plans = [plan(activity(PAGE), slug=slug) for slug in ("one", "two")]
    assert [each.program for each in route(record("viewed", PAGE, "10-05"), *plans)] == [
        "one",
        "two",
    ]


def test_someone_who_is_no_learner_of_the_program_is_not_matched() -> None:
    planned = plan(activity(PAGE), learners=(learner("bo"),))
    (routed,) = route(record("viewed", PAGE, "10-05", "ada"), planned)
    assert not routed.matched


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("10-09 11:59:59.999999", set()),
        ("10-09 12:00", {LAB}),
        ("10-09 17:00", {LAB}),
        ("10-09 17:00:00.000001", set()),
        ("10-16 12:00", {LAB_AGAIN}),
    ],
)
def test_a_recurring_room_is_told_apart_week_by_week(when: str, expected: set[str]) -> None:
    assert steps(record("join", ROOM, when), WEEKLY) == expected


def test_where_windows_overlap_the_nearest_start_wins() -> None:
    close = plan(
        session(LAB, "10-09 14:00", match=(ROOM,)),
        session(LAB_AGAIN, "10-09 16:00", match=(ROOM,)),
    )
    assert steps(record("join", ROOM, "10-09 14:59"), close) == {LAB}
    assert steps(record("join", ROOM, "10-09 15:01"), close) == {LAB_AGAIN}


def test_a_window_crosses_midnight() -> None:
    late = plan(
        session(LAB, "10-09 23:30", ends=day("10-09 23:30") + timedelta(hours=1), match=(ROOM,))
    )
    assert steps(record("leave", ROOM, "10-10 00:31"), late) == {LAB}


def test_the_tools_own_id_of_the_meeting_wins_over_the_time() -> None:
    by_id = plan(
        session(LAB, "10-09 14:00", match=(ROOM, "first-meeting")),
        session(LAB_AGAIN, "10-16 14:00", match=(ROOM,)),
    )
    late = record("join", ROOM, "10-16 14:00", registration="first-meeting")
    assert steps(late, by_id) == {LAB}


def test_a_session_named_by_its_own_id_is_not_matched_to_another_by_time() -> None:
    named = record("join", LAB, "10-16 14:00", parents=(ROOM,))
    assert steps(named, WEEKLY) == {LAB}


def test_a_parent_in_a_room_belongs_to_the_rooms_session() -> None:
    chat = record("posted", "https://bbb.example.org/m/1", "10-09 14:05", parents=(ROOM,))
    (routed,) = route(chat, WEEKLY)
    assert routed.places == (Place(LAB, "parent"),)


def test_an_opening_tells_of_the_session_and_of_nobody() -> None:
    opened = record("session-open", LAB, "10-09 13:58", "host")
    (routed,) = route(opened, WEEKLY)
    assert (routed.person, routed.matched) == (SESSION_FACTS, True)


def test_all_of_a_learners_actors_lead_to_one_person() -> None:
    other = "https://lms.example.org::42"
    planned = plan(activity(PAGE), learners=(learner("ada", actors=(other, key("ada"))),))
    found = {
        route(record("viewed", PAGE, "10-05", actor=actor), planned)[0].person
        for actor in (other, key("ada"))
    }
    assert len(found) == 1


def test_a_registration_is_named_in_a_plan_as_a_urn() -> None:
    meeting = "0b6cf2b0-14b3-4a32-8f2b-5b8a3ac7d1a5"
    by_id = plan(
        session(LAB, "10-09 14:00", match=(ROOM, f"urn:uuid:{meeting}")),
        session(LAB_AGAIN, "10-16 14:00", match=(ROOM,)),
    )
    assert steps(record("join", ROOM, "10-16 14:00", registration=meeting), by_id) == {LAB}
