"""Webex's attendee reports and the API's participants: the right people and minutes, or a refusal."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import adapters
from adapters.attendance import Attendance, Participant
from adapters.statements import Occurrence, statements
from adapters.text import lines
from adapters.webex import WebexReader, participant_rows
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version
from tests.adapters.properties import covered, hurt, some_stays, told_again

GOLDEN = Path(__file__).parent / "golden"
FILES = GOLDEN / "webex"
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
LAB = Occurrence(
    "https://webex.example.org/lab",
    "Coaching lab",
    "course",
    NOON,
    NOON + timedelta(hours=1),
    "live-online",
)
HEADER = (
    "Meeting Name,Meeting Start Time,Meeting End Time,Name,Attendee Email,"
    "Join Time,Leave Time,Attendance Duration"
)
HELD = "Lab,2026-10-19 14:00:00,2026-10-19 15:00:00"


def read(name: str, tool: str = "auto", **options: Any) -> Attendance:
    file = adapters.File((FILES / name).read_bytes(), name)
    return adapters.read(tool, file, adapters.Options(**{"timezone": BERLIN, **options}))


def read_rows(*rows: str, **options: Any) -> Attendance:
    content = "\n".join([HEADER, *rows]).encode()
    options = {"timezone": BERLIN, **options}
    return adapters.read("auto", adapters.File(content), adapters.Options(**options))


def read_json(payload: Any, **options: Any) -> Attendance:
    file = adapters.File(json.dumps(payload).encode())
    return adapters.read("auto", file, adapters.Options(**options))


def payload(name: str = "meeting_participants.json") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FILES / name).read_bytes())
    return found


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def codes(attendance: Attendance) -> list[tuple[str, int | None]]:
    return [(warned.code, warned.line) for warned in attendance.warnings]


# Reports.


def test_an_events_guarded_times_are_read_and_two_devices_count_once() -> None:
    found = read("event_2021.csv")
    assert (found.tool, found.meeting.title) == ("webex", "Coaching lab")
    assert (found.meeting.starts, found.meeting.ends) == (NOON, NOON + timedelta(hours=1))
    assert minutes(found) == {
        "Ada Kaya": 50.5,
        "Bo": 1,
        "Call-in User_2": 20,
        "Phone participant": 30,
    }
    assert codes(found) == []


def test_a_guests_made_up_address_is_none_and_no_telephone_number_is_kept() -> None:
    ada, bo, caller, phone = read("event_2021.csv").participants
    assert (ada.key, ada.confidence) == ("mail:ada@example.org", "medium")
    assert (bo.key, bo.email, bo.confidence) == ("name:bo", None, "low")
    assert caller.key == "name:call-in user_2"
    assert phone.key.startswith("phone:")
    assert "555" not in str(phone)


def test_breakout_rooms_are_no_leaves_and_the_lobby_does_not_count() -> None:
    found = read("meeting_pt_breakouts.csv")
    assert minutes(found) == {"Ada K.": 60, "Bo": 40}
    assert [person.role for person in found.participants] == ["host", "attendee"]
    assert codes(found) == [("lobby", 3)]


def test_a_resaved_report_of_two_meetings_gives_the_planned_one_without_who_never_came() -> None:
    found = read("meeting_en_resaved.csv", expected=NOON)
    assert minutes(found) == {"Ada Kaya": 60, "Bo": 30}
    ada, bo = found.participants
    assert (ada.email, ada.role) == ("ada@example.org", "host")
    assert [stay.closed_by_end for stay in bo.stays] == [True]
    assert codes(found) == [("no_leave", 3), ("no_show", 4)]


def test_of_two_meetings_neither_is_taken_for_the_session_of_another_day() -> None:
    with pytest.raises(AmbiguousAttendance, match=r"2026-10-12, 2026-10-19.*--session"):
        read("meeting_en_resaved.csv")


def test_a_meeting_that_the_host_started_again_is_one() -> None:
    found = read_rows(
        f"{HELD},Ada,,2026-10-19 14:00:00,2026-10-19 15:00:00,60 mins",
        "Lab,2026-10-19 15:10:00,2026-10-19 15:30:00,Ada,,"
        "2026-10-19 15:10:00,2026-10-19 15:30:00,20 mins",
    )
    assert minutes(found) == {"Ada": 80}
    assert found.meeting.ends == NOON + timedelta(minutes=90)


def test_a_duration_closes_a_stay_without_a_leave_and_stands_alone_without_a_join() -> None:
    found = read_rows(
        f"{HELD},Ada,,2026-10-19 14:00:00,,25 mins", f"{HELD},Bo,,,2026-10-19 15:00:00,10 mins"
    )
    assert minutes(found) == {"Ada": 25, "Bo": 10}
    assert found.participants[1].stays == ()
    assert codes(found) == [("no_leave", 2), ("no_leave", 3)]


def test_times_count_where_the_duration_differs_by_more_than_rounding() -> None:
    found = read_rows(f"{HELD},Ada,,2026-10-19 14:00:00,2026-10-19 14:30:00,40 mins")
    assert minutes(found) == {"Ada": 30}
    assert codes(found) == [("duration_differs", 2)]


def test_times_without_a_zone_and_dates_in_either_order_are_refused_with_the_option() -> None:
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        read("event_2021.csv", timezone=None)
    row = "Lab,3/4/2026 14:00,3/4/2026 15:00,Ada,,3/4/2026 14:00,3/4/2026 15:00,60 mins"
    with pytest.raises(AmbiguousAttendance, match="--date-order"):
        read_rows(row)
    (ada,) = read_rows(row, date_order="dmy").participants
    assert ada.stays[0].joined == datetime(2026, 4, 3, 12, tzinfo=UTC)


REFUSED = {
    "a wrong time": (f"{HELD},Ada,,yesterday,2026-10-19 15:00:00,1 min", "no time"),
    "leaving first": (f"{HELD},Ada,,2026-10-19 15:00:00,2026-10-19 14:00:00,1 min", "before join"),
    "no name": (f"{HELD},,,2026-10-19 14:00:00,2026-10-19 15:00:00,1 min", "no name"),
    "an endless duration": (f"{HELD},Ada,,2026-10-19 14:00:00,,{'9' * 12} mins", "calendar"),
    "no end at all": (",,,Ada,,2026-10-19 14:00:00,,", "leave time is missing"),
}


@pytest.mark.parametrize(("row", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_row_that_cannot_be_read_is_refused_with_its_line(row: str, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason) as refused:
        read_rows(row)
    assert refused.value.path == "line 2"


def test_a_report_of_nobody_is_refused() -> None:
    with pytest.raises(UnreadableAttendance, match="no participant"):
        read_rows(f"{HELD},Ada,,,,0 mins")


# The API.


def test_the_apis_devices_unite_without_the_lobby_and_the_epoch_is_no_time() -> None:
    found = read("meeting_participants.json", timezone=None)
    assert (found.meeting.id, found.meeting.starts) == ("5f0e_I_1001", NOON)
    assert minutes(found) == {"Ada Kaya": 50, "Bo": 30, "Phone participant": 5, "Dua": 0}
    ada, bo, phone, dua = found.participants
    assert [person.role for person in (ada, bo)] == ["host", "co-host"]
    assert [stay.closed_by_end for stay in bo.stays] == [True]
    assert phone.key.startswith("phone:")
    assert "555" not in str(found)
    assert dua.present_unknown
    assert codes(found) == [("no_leave", 2), ("lobby", 3), ("no_leave", 5)]


def test_attendee_reports_of_the_api_have_offsets_and_a_title() -> None:
    found = read("attendee_reports.json", timezone=None)
    assert found.meeting.title == "Coaching lab"
    assert minutes(found) == {"Ada Kaya": 40}
    assert found.participants[0].stays[0].joined == NOON
    assert codes(found) == [("no_show", 3)]


def test_breakout_sessions_of_the_api_belong_to_the_stay() -> None:
    items = payload("attendee_reports.json")["items"][:1]
    items[0]["breakoutSessionsAttended"] = [
        {"joinedTime": "2026-10-19T12:10:00Z", "leftTime": "2026-10-19T12:40:00Z"}
    ]
    assert minutes(read_json({"items": items})) == {"Ada Kaya": 40}


def test_a_meetings_end_that_the_caller_knows_closes_what_is_open() -> None:
    rows, _ = participant_rows(payload()["items"], NOON + timedelta(minutes=90))
    bo = next(row.stay for row in rows if row.name == "Bo")
    assert bo is not None
    assert bo.left == NOON + timedelta(minutes=90)


def test_a_list_of_several_meetings_gives_the_planned_one() -> None:
    items = payload()["items"]
    other = [
        each | {"meetingId": "aa_I_2", "meetingStartTime": "2026-10-12T12:00:00Z"} for each in items
    ]
    found = read_json({"items": [*other, *items]}, expected=NOON)
    assert found.meeting.id == "5f0e_I_1001"
    assert found.participants[0].rows == (6, 6, 6)
    with pytest.raises(AmbiguousAttendance, match="2 meetings"):
        read_json({"items": [*other, *items]})


def test_a_damaged_item_is_refused_with_its_place() -> None:
    for change, place in (
        ({"meetingId": None}, "items[1]"),
        ({"displayName": "", "email": ""}, "items[1]"),
        ({"devices": {}}, "items[1].devices"),
        ({"devices": [{"joinedTime": "2026-10-19T12:00"}]}, "items[1].devices[0]"),
        ({"devices": [], "leftTime": "2026-10-19T11:00:00Z"}, "items[1]"),
    ):
        items = payload()["items"]
        items[1] |= change
        with pytest.raises(UnreadableAttendance) as refused:
            read_json({"items": items})
        assert refused.value.path == place


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_the_statements_of_every_file_are_valid_in_both_versions(name: str) -> None:
    for each in statements(read(name, expected=NOON), LAB):
        found = orjson.loads(each.to_json())
        validate(found, Version.V1_0_3)
        validate(found, Version.V2_0)


def test_a_report_that_somebody_saved_as_a_workbook_is_the_same() -> None:
    workbook = Workbook()
    text = adapters.File((FILES / "event_2021.csv").read_bytes()).text
    for line in lines(text, "\t"):
        workbook.active.append(line.cells)
    content = BytesIO()
    workbook.save(content)
    file = adapters.File(content.getvalue(), "report.xlsx")
    found = adapters.read("auto", file, adapters.Options(timezone=BERLIN))
    assert found.participants == read("event_2021.csv").participants


# Other tools' files, statements, and what no file may do.


def test_no_other_tools_file_is_taken_for_webexs() -> None:
    others = [path for path in GOLDEN.rglob("*.*") if path.parent != FILES]
    assert [path.name for path in others if recognised(path)] == []
    for path in FILES.iterdir():
        assert read(path.name, expected=NOON).tool == "webex"


def recognised(path: Path) -> bool:
    try:
        return WebexReader().recognises(adapters.File(path.read_bytes(), path.name))
    except UnreadableAttendance:
        return False


def told_by_report(stays: list[tuple[int, int]]) -> Participant:
    rows = [f"{HELD},Ada,,{local(a)},{local(b)},{b - a} mins" for a, b in stays]
    (ada,) = read_rows(*rows).participants
    return ada


def local(minute: int) -> str:
    moment = (NOON + timedelta(minutes=minute)).astimezone(BERLIN)
    return f'"=""{moment:%Y-%m-%d %H:%M:%S}"""'


def told_by_items(stays: list[tuple[int, int]]) -> Participant:
    items = [
        {"displayName": "Ada", "meetingId": "m_I_1", "state": "end"} | span(a, b) for a, b in stays
    ]
    (ada,) = read_json({"items": items}).participants
    return ada


def told_by_devices(stays: list[tuple[int, int]]) -> Participant:
    item = {"displayName": "Ada", "meetingId": "m_I_1", "state": "end"}
    (ada,) = read_json({"items": [item | {"devices": [span(a, b) for a, b in stays]}]}).participants
    return ada


def span(a: int, b: int) -> dict[str, str]:
    return {
        "joinedTime": (NOON + timedelta(minutes=a)).isoformat(),
        "leftTime": (NOON + timedelta(minutes=b)).isoformat(),
    }


STAYS = some_stays(120, 60, most=5)


@pytest.mark.parametrize("told", [told_by_report, told_by_items, told_by_devices])
@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    told: Callable[[list[tuple[int, int]]], Participant],
    stays: list[tuple[int, int]],
    data: st.DataObject,
) -> None:
    repeated = told_again(stays, data)
    assert told(stays).present == told(repeated).present == timedelta(minutes=covered(stays))


SAMPLES = [path.read_bytes() for path in sorted(FILES.iterdir())]
SAMPLES += [(FILES / "event_2021.csv").read_bytes().decode("utf-16").encode()]
ODD = [b"-1", b"null", b'"', b"9" * 30, b"\\ud800", b",", b"0", b"true", b"[", b"9999", b"\n"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    return hurt(draw, draw(st.sampled_from(SAMPLES)), ODD)


@given(damaged() | st.binary(max_size=200), st.sampled_from([NOON, None]))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    content: bytes, expected: datetime | None
) -> None:
    options = adapters.Options(timezone=BERLIN, expected=expected, date_order="mdy")
    try:
        found = adapters.read("webex", adapters.File(content), options)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, LAB)
