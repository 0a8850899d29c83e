"""Which session a meeting was: by a whole name in its id or match, and by when it began."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest

from lrs.plan import read_plan, validate_document
from lrs.sessions import Held, session_held
from tests.adapters.vendors import NOON, at
from tests.projections import course

ROOM = 85218486288


class Told(NamedTuple):
    """A meeting, as a tool tells of it."""

    names: tuple[str, ...]
    starts: datetime


def instance(*names: str, starts: datetime = NOON) -> Told:
    return Told(names, starts)


def planned(*sessions: dict[str, Any]) -> list[Held]:
    """Return sessions of one program: each an hour from noon on, in the room, but for what is said."""
    told = course.document()
    (lab,) = told["sessions"]
    usual = {"match": [], "starts": at(0), "ends": at(60)}
    told["sessions"] = [
        lab | usual | {"id": f"https://zoom.us/j/{ROOM}/{number}"} | each
        for number, each in enumerate(sessions or ({},))
    ]
    plan = read_plan(validate_document(told))
    return [Held(plan.slug, each) for each in plan.sessions]


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        ("https://zoom.us/j/85218486288", "85218486288"),
        ("https://zoom.us/j/85218486288?pwd=x", "85218486288"),
        ("https://meet.google.com/abc-defg-hij", "abc-defg-hij"),
        ("https://meet.google.com/ABC-DEFG-HIJ", "abc-defg-hij"),
        (
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_MjAy%40thread.v2/0?context=x",
            "19:meeting_MjAy@thread.v2",
        ),
        ("https://site.webex.com/j.php?MTID=m12", "https://site.webex.com/j.php?MTID=m12"),
    ],
)
def test_a_session_names_a_meeting_by_id_or_match(iri: str, name: str) -> None:
    matching = {"id": "https://x.example.org/s", "match": [iri]}
    for sessions in (planned({"id": iri}), planned(matching)):
        assert session_held(instance(name), sessions) == (sessions[0], "")


@pytest.mark.parametrize("name", ["8521848628", "5218486288", "85218486288-1", "852", ""])
def test_part_of_a_name_names_nothing(name: str) -> None:
    held, reason = session_held(instance(name), planned())
    assert held is None
    assert reason == "no session's id or match names this meeting"


def test_a_meeting_begins_within_two_hours_of_its_session() -> None:
    sessions = planned()
    inside = (NOON - timedelta(hours=2), NOON + timedelta(hours=3))
    for moment in inside:
        assert session_held(instance(str(ROOM), starts=moment), sessions)[0] is not None
    second = timedelta(seconds=1)
    for moment in (inside[0] - second, inside[1] + second):
        held, reason = session_held(instance(str(ROOM), starts=moment), sessions)
        assert held is None
        assert "within two hours" in reason


def test_of_two_sessions_the_nearer_start_counts() -> None:
    sessions = planned({}, {"starts": at(120), "ends": at(180)})
    for minutes, expected in ((-100, 0), (59, 0), (61, 1), (200, 1)):
        starts = NOON + timedelta(minutes=minutes)
        held, _ = session_held(instance(str(ROOM), starts=starts), sessions)
        assert held == sessions[expected]
