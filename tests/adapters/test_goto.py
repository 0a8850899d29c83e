"""GoTo's attendee reports and the APIs' attendees: the right people and minutes, or a refusal."""

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
from adapters.goto import GotoReader, attendee_rows
from adapters.statements import Occurrence, statements
from adapters.text import lines
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version
from tests.adapters.properties import hurt, some_stays

GOLDEN = Path(__file__).parent / "golden"
FILES = GOLDEN / "goto"
BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)
LAB = Occurrence(
    "https://goto.example.org/lab",
    "Coaching lab",
    "course",
    NOON,
    NOON + timedelta(hours=1),
    "live-online",
)
HEADER = "Name,Email Address,Join Time,Leave Time,Time in Session (minutes)"


def read(name: str, tool: str = "auto", **options: Any) -> Attendance:
    file = adapters.File((FILES / name).read_bytes(), name)
    return adapters.read(tool, file, adapters.Options(**options))


def read_rows(
    *rows: str, begins: str = "October 19, 2026 2:00 PM CEST", **options: Any
) -> Attendance:
    about = ["GoToMeeting", "Meeting Date,Meeting Duration", f'"{begins}",60 minutes', "Details"]
    content = "\n".join([*about, HEADER, *rows]).encode()
    return adapters.read("auto", adapters.File(content), adapters.Options(**options))


def read_json(payload: Any, **options: Any) -> Attendance:
    file = adapters.File(json.dumps(payload).encode())
    return adapters.read("auto", file, adapters.Options(**options))


def payload(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((FILES / name).read_bytes())
    return found


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def codes(attendance: Attendance) -> list[tuple[str, int | None]]:
    return [(warned.code, warned.line) for warned in attendance.warnings]


# Reports.


def test_a_meetings_times_of_day_get_their_day_and_zone_from_its_start_also_past_midnight() -> None:
    found = read("meeting_2020.csv")
    late = datetime(2026, 10, 19, 21, 30, tzinfo=UTC)
    assert (found.tool, found.meeting.id, found.meeting.title) == (
        "goto",
        "906283421",
        "Coaching lab",
    )
    assert (found.meeting.starts, found.meeting.ends) == (late, late + timedelta(minutes=70))
    assert minutes(found) == {"Ada Kaya": 72, "Bo Lindqvist": 10, "Phone participant": 10}
    ada, bo, phone = found.participants
    assert ada.stays[0].joined == late - timedelta(minutes=2)
    assert (bo.confidence, bo.stays[0].joined) == ("low", late + timedelta(minutes=40))
    assert phone.key.startswith("phone:")
    assert "555" not in str(found)


def test_a_webinars_registrants_who_never_came_are_left_out_and_rejoins_unite() -> None:
    found = read("webinar.csv")
    assert (found.meeting.id, found.meeting.title) == ("123456789", "Coaching lab")
    assert (found.meeting.starts, found.meeting.ends) == (NOON, NOON + timedelta(hours=1))
    assert minutes(found) == {"Ada Kaya": 50, "Bo Lindqvist": 5}
    assert found.participants[0].rows == (12, 13)
    assert codes(found) == [("no_show", 15)]


def test_who_did_not_attend_is_left_out_whatever_times_are_told_of_them() -> None:
    header = "Attended,Interest Rating,First Name,Email,Join Time,Leave Time,Time in Session"
    rows = ["Yes,1,Ada,,2026-10-19 14:00,2026-10-19 14:30,30 minutes"]
    rows += ["No,1,Bo,,2026-10-20 14:00,2026-10-20 14:30,30 minutes"]
    content = "\n".join([header, *rows]).encode()
    found = adapters.read("auto", adapters.File(content), adapters.Options(timezone=BERLIN))
    assert minutes(found) == {"Ada": 30}


def test_a_resaved_training_has_totals_where_times_are_missing() -> None:
    found = read("training_resaved.csv", timezone=BERLIN)
    assert (found.meeting.id, found.meeting.starts) == ("778899", NOON)
    assert minutes(found) == {"Ada Kaya": 60, "Bo Lindqvist": 25}
    assert found.participants[1].stays == ()
    assert codes(found) == [("no_leave", 7), ("no_show", 8)]


def test_an_abbreviation_of_several_zones_asks_for_the_callers() -> None:
    row, begins = "Ada,,2:00 PM,2:30 PM,30", "October 19, 2026 2:00 PM IST"
    with pytest.raises(AmbiguousAttendance, match=r"IST .*--timezone"):
        read_rows(row, begins=begins)
    (ada,) = read_rows(row, begins=begins, timezone=ZoneInfo("Asia/Kolkata")).participants
    assert ada.stays[0].joined == datetime(2026, 10, 19, 8, 30, tzinfo=UTC)


def test_offsets_and_zones_in_the_file_come_before_the_callers() -> None:
    for begins in (
        "2026-10-19 09:00 GMT-5",
        "Oct 19, 2026 9:00 AM CDT",
        "10/19/2026 17:30 UTC+0330",
    ):
        found = read_rows("Ada,,,,12", begins=begins, timezone=BERLIN)
        assert found.meeting.starts == NOON + timedelta(hours=2)


def test_without_a_zone_or_with_dates_in_either_order_the_option_is_named() -> None:
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        read("training_resaved.csv")
    row = "Ada,,3/4/2026 14:00,3/4/2026 15:00,60"
    with pytest.raises(AmbiguousAttendance, match="--date-order"):
        read_rows(row, begins="", timezone=BERLIN)
    (ada,) = read_rows(row, begins="", timezone=BERLIN, date_order="dmy").participants
    assert ada.stays[0].joined == datetime(2026, 4, 3, 12, tzinfo=UTC)


def test_times_of_day_without_any_day_take_the_planned_one_or_ask_for_it() -> None:
    row = "Ada,,2:00 PM,2:30 PM,30"
    (ada,) = read_rows(row, begins="", timezone=BERLIN, expected=NOON).participants
    assert ada.stays[0].joined == NOON
    with pytest.raises(AmbiguousAttendance, match="--session"):
        read_rows(row, begins="", timezone=BERLIN)


def test_times_count_where_the_time_in_session_differs() -> None:
    found = read_rows("Ada,,2:00 PM,2:30 PM,50")
    assert minutes(found) == {"Ada": 30}
    assert codes(found) == [("duration_differs", 6)]


def test_what_follows_the_attendees_is_no_attendee() -> None:
    found = read_rows("Ada,,2:00 PM,2:30 PM,30", "", "Polls", "Bo,,2:00 PM,2:30 PM,30")
    assert minutes(found) == {"Ada": 30}


REFUSED = {
    "a wrong time": ("Ada,,noon,2:30 PM,30", "no time"),
    "no half day": ("Ada,,14:00 PM,14:30 PM,30", "half day"),
    "leaving first": ("Ada,,2026-10-19 15:00,2026-10-19 14:00,30", "before joining"),
    "no name": (",,2:00 PM,2:30 PM,30", "no name"),
}


@pytest.mark.parametrize(("row", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_a_row_that_cannot_be_read_is_refused_with_its_line(row: str, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason) as refused:
        read_rows(row)
    assert refused.value.path == "line 6"


def test_an_old_or_damaged_workbook_is_refused_saying_what_is_wanted_instead() -> None:
    for sign, reason in ((b"PK\x03\x04", "damaged"), (b"\xd0\xcf\x11\xe0", "or CSV")):
        file = adapters.File(sign + bytes(200), "Attendees.xls")
        with pytest.raises(UnreadableAttendance, match=reason):
            adapters.read("goto", file, adapters.Options())


def test_a_report_of_nobody_is_refused() -> None:
    for rows in ([], ["Ada,,,,0"]):
        with pytest.raises(UnreadableAttendance, match="who was there"):
            read_rows(*rows)


# The APIs.


def test_a_webinars_attendees_have_keys_beyond_what_a_float_holds() -> None:
    found = read("webinar_attendees.json")
    assert found.meeting.id == "9007199254740995"
    assert minutes(found) == {"Ada Kaya": 50, "Bo Lindqvist": 10}
    ada, bo = found.participants
    assert (ada.key, ada.confidence) == ("mail:ada@example.org", "medium")
    assert (bo.key, bo.confidence) == ("id:9007199254740994", "high")
    assert codes(found) == [("no_show", 3)]


def test_a_trainings_attendees_have_totals_in_minutes_where_parts_are_missing() -> None:
    found = read("training_attendees.json")
    assert minutes(found) == {"Ada Kaya": 40, "Bo Lindqvist": 12}
    assert codes(found) == [("no_show", 3)]


def test_a_part_without_its_end_leaves_the_total_and_a_warning() -> None:
    attendees = payload("webinar_attendees.json")
    del attendees[0]["attendance"][1]["leaveTime"]
    (whole,) = (row for row in attendee_rows(attendees)[0] if row.line == 1)
    assert (whole.stay, whole.total) == (None, timedelta(minutes=50))
    del attendees[0]["attendanceTimeInSeconds"]
    rows, warnings = attendee_rows(attendees)
    assert [row.stay is None for row in rows if row.line == 1] == [False]
    assert ("no_leave", 1) in [(warned.code, warned.line) for warned in warnings]


def test_attendees_of_several_sessions_are_those_of_the_planned_one() -> None:
    attendees = payload("webinar_attendees.json")
    attendees[1] |= {"sessionKey": 2}
    attendees[1]["attendance"] = [
        {"joinTime": "2026-10-12T12:00:00Z", "leaveTime": "2026-10-12T12:10:00Z"}
    ]
    assert minutes(read_json({"data": attendees}, expected=NOON)) == {"Ada Kaya": 50}
    with pytest.raises(AmbiguousAttendance, match="2 meetings"):
        read_json(attendees)


def test_a_damaged_attendee_is_refused_with_its_place() -> None:
    for change, place in (
        ({"attendance": 1}, "attendees[0].attendance"),
        ({"attendance": [{"joinTime": "12:00"}]}, "attendees[0].attendance[0]"),
        ({"attendanceTimeInSeconds": -5}, "attendees[0]"),
        ({"firstName": 1.5, "lastName": None, "email": "x"}, "attendees[0]"),
    ):
        attendees = payload("webinar_attendees.json")
        attendees[0] |= change
        with pytest.raises(UnreadableAttendance) as refused:
            read_json(attendees)
        assert refused.value.path == place


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.iterdir()))
def test_the_statements_of_every_file_are_valid_in_both_versions(name: str) -> None:
    for each in statements(read(name, timezone=BERLIN), LAB):
        found = orjson.loads(each.to_json())
        validate(found, Version.V1_0_3)
        validate(found, Version.V2_0)


def test_a_report_that_somebody_saved_as_a_workbook_is_the_same() -> None:
    workbook = Workbook()
    text = adapters.File((FILES / "webinar.csv").read_bytes()).text
    for line in lines(text, ","):
        workbook.active.append(line.cells)
    content = BytesIO()
    workbook.save(content)
    file = adapters.File(content.getvalue(), "report.xlsx")
    found = adapters.read("auto", file, adapters.Options(timezone=BERLIN))
    assert found.participants == read("webinar.csv").participants


# Other tools' files, statements, and what no file may do.


def test_no_other_tools_file_is_taken_for_gotos() -> None:
    others = [path for path in GOLDEN.rglob("*.*") if path.parent != FILES]
    assert [path.name for path in others if recognised(path)] == []
    for path in FILES.iterdir():
        assert read(path.name, timezone=BERLIN).tool == "goto"


def recognised(path: Path) -> bool:
    try:
        return GotoReader().recognises(adapters.File(path.read_bytes(), path.name))
    except UnreadableAttendance:
        return False


def test_zooms_webinar_report_with_the_same_times_is_not_gotos() -> None:
    report = (
        b"Attendee Report\nTopic,Webinar ID,Actual Start Time,Actual Duration (minutes)\n"
        b"Lab,1,x,60\nAttendee Details\n"
        b"Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes)\n"
    )
    assert not GotoReader().recognises(adapters.File(report))


def told_by_report(stays: list[tuple[int, int]]) -> Participant:
    (ada,) = read_rows(*[f"Ada,,{clock(a)},{clock(b)},{b - a}" for a, b in stays]).participants
    return ada


def clock(minute: int) -> str:
    return f"{2 + minute // 60}:{minute % 60:02} PM"


def told_by_webinar(stays: list[tuple[int, int]]) -> Participant:
    (ada,) = read_json(
        [{"firstName": "Ada", "attendanceTimeInSeconds": 60, "attendance": spans(stays)}]
    ).participants
    return ada


def told_by_training(stays: list[tuple[int, int]]) -> Participant:
    (ada,) = read_json([{"givenName": "Ada", "inSessionTimes": spans(stays)}]).participants
    return ada


def spans(stays: list[tuple[int, int]]) -> list[dict[str, str]]:
    return [
        {
            "joinTime": (NOON + timedelta(minutes=a)).isoformat(),
            "leaveTime": (NOON + timedelta(minutes=b)).isoformat(),
        }
        for a, b in stays
    ]


STAYS = some_stays(120, 60, most=5)


@pytest.mark.parametrize("told", [told_by_report, told_by_webinar, told_by_training])
@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    told: Callable[[list[tuple[int, int]]], Participant],
    stays: list[tuple[int, int]],
    data: st.DataObject,
) -> None:
    covered = len({minute for a, b in stays for minute in range(a, b)})
    pieces = [
        piece
        for a, b in stays
        for cut in [data.draw(st.integers(a + 1, b))]
        for piece in ((a, cut), (a, b))
    ]
    repeated = data.draw(st.permutations(pieces + pieces[:2]))
    assert told(stays).present == told(repeated).present == timedelta(minutes=covered)


SAMPLES = [path.read_bytes() for path in sorted(FILES.iterdir())]
ODD = [b"-1", b"null", b'"', b"9" * 30, b"\\ud800", b",", b"0", b"true", b" GMT+99", b"9999", b"\n"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    return hurt(draw, draw(st.sampled_from(SAMPLES)), ODD)


@given(damaged() | st.binary(max_size=200), st.sampled_from([NOON, None]))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    content: bytes, expected: datetime | None
) -> None:
    options = adapters.Options(timezone=BERLIN, expected=expected, date_order="dmy")
    try:
        found = adapters.read("goto", adapters.File(content), options)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, LAB)
