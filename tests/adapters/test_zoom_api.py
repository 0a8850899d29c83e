"""Answers of Zoom's API: one person out of many records, rooms that are no leaves, no addresses."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.attendance import Act, Stay
from adapters.zoom.api import participants_from_report
from adapters.zoom.questions import acts_from_report
from lrs.errors import UnreadableAttendance

FILES = Path(__file__).parent / "golden" / "zoom"
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
MEETING = {
    "uuid": "4444AAAiAAAAAiAiAiiAii==",
    "id": 85218486288,
    "topic": "Coaching lab",
    "start_time": "2026-10-19T12:00:00Z",
    "end_time": "2026-10-19T13:00:00Z",
}


def loaded(name: str) -> Any:
    return json.loads((FILES / name).read_text())


def at(minute: int, second: int = 0) -> datetime:
    return NOON + timedelta(minutes=minute, seconds=second)


def record(joined: int | None, left: int | None, **more: object) -> dict[str, object]:
    """Return a participant's record with times in minutes after noon."""
    times = [None if each is None else at(each).isoformat() for each in (joined, left)]
    return {"name": "Ada", "join_time": times[0], "leave_time": times[1], **more}


def test_pages_and_the_meetings_own_answer_make_one_attendance() -> None:
    meeting, *pages = loaded("api_report_participants.json")
    found = participants_from_report(pages, meeting)
    assert (found.tool, found.meeting.id, found.meeting.title) == (
        "zoom",
        "85218486288",
        "Coaching lab",
    )
    assert (found.meeting.starts, found.meeting.ends) == (at(0), at(60))
    assert [each.key for each in found.participants][:2] == ["id:adaaccount", "id:reg-bo"]
    assert [each.confidence for each in found.participants] == ["high", "high", "low", "low"]
    assert [(each.code, each.line) for each in found.warnings] == [
        ("waiting_room", 1),
        ("no_leave", 9),
    ]


def test_a_breakout_room_is_no_leave() -> None:
    meeting, *pages = loaded("api_report_participants.json")
    ada = participants_from_report(pages, meeting).participants[0]
    assert ada.stays == (Stay(at(0), at(50)),)
    within = [record(0, 60), record(10, 20, bo_mtg_id="room"), record(30, 70, bo_mtg_id="room")]
    (ada,) = participants_from_report([{"participants": within}], None).participants
    assert ada.stays == (Stay(at(0), at(70)),)


def test_who_comes_back_from_a_room_after_a_while_was_away() -> None:
    apart = [record(0, 10), record(10, 20, bo_mtg_id="room"), record(22, 30)]
    (ada,) = participants_from_report([{"participants": apart}], None).participants
    assert ada.stays == (Stay(at(0), at(20)), Stay(at(22), at(30)))
    assert ada.present == timedelta(minutes=28)


def test_rejoining_without_rooms_keeps_its_stays() -> None:
    rejoined = [record(0, 10), record(10, 20)]
    (ada,) = participants_from_report([{"participants": rejoined}], None).participants
    assert ada.stays == (Stay(at(0), at(10)), Stay(at(10), at(20)))


def test_one_person_is_known_by_account_registration_or_address_in_any_order() -> None:
    records = [
        record(0, 10, registrant_id="r", name="Ada on her phone"),
        record(5, 20, user_email="ADA@example.org"),
        record(20, 30, registrant_id="r", user_email="ada@example.org"),
        record(30, 40, id="Account", registrant_id="r"),
    ]
    for order in (records, records[::-1]):
        (ada,) = participants_from_report([{"participants": order}], None).participants
        assert (ada.key, ada.email, ada.confidence) == ("id:account", "ada@example.org", "high")
        assert ada.present == timedelta(minutes=40)


def test_a_name_alone_joins_nobody() -> None:
    records = [record(0, 10, id="Account"), record(20, 30)]
    found = participants_from_report([{"participants": records}], None)
    assert [each.key for each in found.participants] == ["id:account", "name:ada"]
    assert [each.code for each in found.warnings] == ["homonym"]


def test_addresses_of_networks_and_devices_are_not_kept() -> None:
    found = participants_from_report([loaded("api_metrics_participants.json")], MEETING)
    assert "192.0.2" not in repr(found)
    assert "f85e" not in repr(found)
    assert [each.role for each in found.participants] == ["attendee", "host"]


def test_pages_that_are_missing_are_warned_of() -> None:
    _, first, second = loaded("api_report_participants.json")
    whole = participants_from_report([first, second], MEETING)
    part = participants_from_report([first], MEETING)
    assert "pages_missing" not in {each.code for each in whole.warnings}
    assert "pages_missing" in {each.code for each in part.warnings}


def test_a_record_without_times_tells_its_seconds_or_only_that_somebody_was_there() -> None:
    records = [record(None, None, duration=90), record(None, None, name="Bo")]
    ada, bo = participants_from_report([{"participants": records}], None).participants
    assert (ada.present, ada.present_unknown) == (timedelta(seconds=90), False)
    assert (bo.stays, bo.present_unknown) == ((), True)


def test_an_unknown_status_and_a_record_without_a_name_are_left_out_and_warned_of() -> None:
    records = [record(0, 9, status="in_lobby"), record(0, 9, name=""), record(0, 9)]
    found = participants_from_report([{"participants": records}], None)
    assert [(each.code, each.line) for each in found.warnings] == [
        ("unknown_status", 1),
        ("no_name", 2),
    ]
    assert [each.rows for each in found.participants] == [(3,)]


REFUSED: dict[str, tuple[object, str, str]] = {
    "no list": ({"Ada": 1}, "a list", "participants"),
    "no object": (["Ada"], "an object", r"participants\[0\]"),
    "no time": (
        [record(0, 1), {"name": "A", "join_time": "now"}],
        "RFC 3339",
        r"participants\[1\]",
    ),
    "no zone": ([{"name": "A", "join_time": "2026-10-19T12:00:00"}], "RFC 3339", "participants"),
    "leaving first": ([record(9, 0)], "before joining", r"participants\[0\]"),
    "nobody": ([], "nobody", ""),
}


@pytest.mark.parametrize(("records", "reason", "place"), REFUSED.values(), ids=REFUSED.keys())
def test_payloads_of_another_form_are_refused_naming_the_place(
    records: object, reason: str, place: str
) -> None:
    with pytest.raises(UnreadableAttendance, match=reason) as refused:
        participants_from_report([{"participants": records}], MEETING)
    assert (refused.value.path or "").startswith(place.replace("\\", ""))


def test_answers_have_their_question_and_their_moment_where_its_zone_is_told() -> None:
    found = acts_from_report([loaded("api_report_polls.json")], None)
    (ada,) = found.participants
    assert ada.acts == (
        Act("answered-poll", at(10, 5) + timedelta(milliseconds=660), "Very", "How clear was it?"),
        Act("answered-poll", None, "Mail;Chat", "Which?"),
    )
    assert [each.code for each in found.warnings] == ["anonymous"]


def test_questions_of_a_q_and_a_are_asked() -> None:
    (bo,) = acts_from_report([loaded("api_report_qa.json")], MEETING).participants
    assert bo.acts == (Act("asked", at(20), "Will it be recorded?"),)
