"""What a record takes over from its statement."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.facts import normalised_score
from projections.record import Record
from projections.vocabulary import HELD, classify
from tests.vocabulary.examples import MEETING
from tests.vocabulary.producers import (
    ADL,
    ADL_TYPE,
    AS,
    JSON,
    QUIZ,
    account,
    activity,
    adapter,
    bbb,
    moodle,
    plain,
)

STORED = datetime(2026, 10, 9, 14, 0, 1, 5, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def classified(statement: JSON) -> Record:
    found = classify(statement, 7, STORED)
    assert found is not None
    return found


def test_a_record_says_when_and_where_it_was() -> None:
    statement = plain(f"{ADL}completed") | {"timestamp": "2026-10-09T16:00:00.25+02:00"}
    found = classified(statement)
    assert (found.position, found.statement) == (7, statement["id"])
    assert found.timestamp == micros(datetime(2026, 10, 9, 14, 0, 0, 250_000, tzinfo=UTC))
    assert found.stored == micros(STORED)
    assert found.object == "https://tool.example.org/thing/1"


@pytest.mark.parametrize(
    ("actor", "key"),
    [
        ({"mbox": "mailto:Ada@Example.org"}, "mailto:ada@example.org"),
        ({"mbox_sha1sum": "A" * 40}, f"sha1:{'a' * 40}"),
        ({"openid": "https://ada.example.org"}, "openid:https://ada.example.org"),
        (account("42"), "https://lms.example.org::42"),
    ],
)
def test_a_record_is_its_actors(actor: JSON, key: str) -> None:
    assert classified(plain(f"{ADL}completed") | {"actor": actor}).actor == key


@pytest.mark.parametrize(
    "actor",
    [
        account("<unknown>"),
        account("not-trackable-9f5e1c2d", "https://h5p.example.org"),
        {"objectType": "Group", "member": [account("42")]},
    ],
)
def test_nobody_leaves_no_record(actor: JSON) -> None:
    assert classify(plain(f"{ADL}completed") | {"actor": actor}, 7, STORED) is None


def test_a_meeting_opens_and_closes_even_by_nobody() -> None:
    for verb in ("initialized", "terminated"):
        statement = bbb(f"{ADL}{verb}", name="<unknown>")
        assert classified(statement).actor == "https://bbb.example.org::<unknown>"
        group = {"objectType": "Group", "member": [account("42")]}
        assert classified(statement | {"actor": group}).actor == ""


@pytest.mark.parametrize(
    "target",
    [
        {"objectType": "StatementRef", "id": "6f2c2a4e-6a4c-4f0e-9f5e-1c2d3e4f5a6c"},
        {"objectType": "Agent", "mbox": "mailto:bo@example.org"},
        {
            "objectType": "SubStatement",
            "actor": account("42"),
            "verb": {"id": f"{ADL}completed"},
            "object": {"id": "https://lms.example.org/1"},
        },
    ],
)
def test_what_is_said_of_no_activity_completes_nothing(target: JSON) -> None:
    context = {"contextActivities": {"parent": [QUIZ]}}
    found = classified(plain(f"{ADL}completed", context=context) | {"object": target})
    assert (found.kind, found.object, found.parents) == ("other", "", (QUIZ["id"],))


def test_parents_and_groupings_are_named_in_order_also_a_single_one_by_itself() -> None:
    activities = {"parent": QUIZ, "grouping": [activity("urn:a"), activity("urn:b")]}
    found = classified(plain(f"{ADL}completed", context={"contextActivities": activities}))
    assert (found.parents, found.groupings) == ((QUIZ["id"],), ("urn:a", "urn:b"))


def test_result_and_duration_are_taken_over() -> None:
    result = {"success": True, "completion": False, "duration": "PT1H0.5S"}
    found = classified(plain(f"{ADL}terminated", result=result))
    assert (found.success, found.completion, found.duration) == (True, False, 3_600_500)


@pytest.mark.parametrize("duration", ["P1Y", "P2M"])
def test_a_duration_without_a_fixed_length_is_unknown(duration: str) -> None:
    assert classified(plain(f"{ADL}terminated", result={"duration": duration})).duration is None


def test_a_meetings_own_length_is_nobodys_presence() -> None:
    assert classified(bbb(f"{ADL}terminated", result={"duration": "PT1H"})).duration is None


def held(value: Any) -> tuple[int, int] | None:
    context = {"extensions": {HELD: value}}
    return classified(adapter(f"{ADL}attended", "zoom", context=context)).held


def test_a_tool_may_say_when_the_meeting_was_held() -> None:
    starts, ends = "2026-10-09T13:58:00Z", "2026-10-09T17:03:00+02:00"
    assert held({"starts": starts, "ends": ends}) == (
        micros(datetime(2026, 10, 9, 13, 58, tzinfo=UTC)),
        micros(datetime(2026, 10, 9, 15, 3, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    "value",
    [
        None,
        "2026-10-09",
        {},
        {"starts": "2026-10-09T14:00:00Z"},
        {"starts": "2026-10-09T14:00:00Z", "ends": "soon"},
        {"starts": "2026-10-09T14:00:00Z", "ends": 5},
        {"starts": "2026-10-09T14:00:00Z", "ends": "2026-10-09T14:00:00Z"},
    ],
)
def test_what_is_no_pair_of_times_in_order_says_nothing(value: Any) -> None:
    assert held(value) is None


def test_a_session_id_that_is_no_text_is_none() -> None:
    statement = bbb(f"{AS}join")
    statement["context"]["extensions"] = dict.fromkeys(statement["context"]["extensions"], 5)
    assert classified(statement).session is None


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ({"raw": 5, "min": 0, "max": 10, "scaled": 0}, 0.5),
        ({"raw": 5, "max": 10}, 0.5),
        ({"raw": 3, "min": 1, "max": 5}, 0.5),
        ({"raw": -5, "min": -10, "max": 0}, 0.5),
        ({"raw": 12, "max": 10}, 1.0),
        ({"scaled": 0.4}, 0.4),
        ({"raw": 7, "scaled": 0.7}, 0.7),
        ({"scaled": -0.5}, 0.0),
        ({"raw": 0, "min": 0, "max": 0, "scaled": 0}, None),
        ({"raw": 1, "min": 5, "max": 5}, None),
        ({"raw": -1, "max": -1}, None),
        ({"raw": 7}, None),
        ({}, None),
    ],
)
def test_a_score_is_normalised_by_the_contract(score: JSON, expected: float | None) -> None:
    assert normalised_score(score) == expected


def test_a_score_out_of_we_do_not_know_still_is_a_score() -> None:
    attempt = f"{ADL_TYPE}attempt"
    found = classified(moodle(f"{ADL}completed", "/quiz", attempt, result={"score": {"raw": 7}}))
    assert (found.kind, found.score) == ("quiz-scored", None)


numbers = st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(st.sampled_from(["raw", "min", "max", "scaled"]), numbers))
def test_every_score_is_unknown_or_between_0_and_1(score: dict[str, float]) -> None:
    found = normalised_score(score)
    assert found is None or 0 <= found <= 1


def test_an_attendance_in_an_unknown_place_is_not_given_a_mode() -> None:
    found = classified(plain(f"{ADL}attended", MEETING))
    assert (found.kind, found.mode) == ("attended", "unknown")
