"""Adobe Connect's attendance: the meeting that is meant out of a room's history, or a refusal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters
from adapters.attendance import Attendance
from adapters.statements import Occurrence, statements
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from tests.adapters.properties import covered, hurt, some_stays, told_again

FILES = Path(__file__).parent / "golden" / "adobe-connect"
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 2, 14, tzinfo=UTC)
OCCURRENCE = Occurrence(
    "https://connect.example.org/lab",
    "Coaching lab",
    "https://lrs.example.org/programs/new-manager",
    START,
    START + timedelta(hours=1),
    "live-online",
)
HEADER = "principal-id,login,session-name,date-created,date-end,participant-name"


def read(name: str, **options: object) -> Attendance:
    return read_bytes((FILES / name).read_bytes(), "auto", **{"expected": START, **options})


def read_bytes(content: bytes, tool: str = "adobe-connect", **options: object) -> Attendance:
    return adapters.read(tool, adapters.File(content), adapters.Options(**options))  # type: ignore[arg-type] # by name


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def test_the_planned_meeting_is_taken_out_of_the_rooms_history() -> None:
    found = read("room_history.csv")
    assert found.tool == "adobe-connect"
    assert minutes(found) == {"Ada Kaya": 57.5, "Bo": 53.5 + 1 / 120, "Cem Kaya": 10}
    assert (found.meeting.id, found.meeting.title) == ("1100001", "Coaching lab")
    assert found.meeting.starts == START + timedelta(minutes=1, milliseconds=500)
    assert [(w.code, w.line) for w in found.warnings] == [("other_meetings", None), ("no_leave", 5)]


def test_another_planned_day_takes_another_meeting() -> None:
    found = read("room_history.csv", expected=START - timedelta(days=7))
    assert minutes(found) == {"Ada Kaya": 60}


def test_a_history_is_refused_where_no_meeting_is_near_the_plan() -> None:
    with pytest.raises(AmbiguousAttendance, match="2 meetings"):
        read("room_history.csv", expected=START + timedelta(days=1))


def test_a_login_tells_who_somebody_is_and_a_guests_principal_does_not() -> None:
    ada, bo, cem = read("room_history.csv").participants
    assert (ada.key, ada.email, ada.confidence) == ("id:2200001", "ada@example.org", "high")
    assert (bo.key, bo.confidence) == ("name:bo", "low")
    assert (cem.key, cem.email) == ("id:2200003", None)


def test_who_has_not_left_stays_until_the_last_has() -> None:
    _, bo, _ = read("room_history.csv").participants
    assert bo.stays[0].closed_by_end
    assert bo.stays[0].left == START + timedelta(minutes=58.5, milliseconds=500)


def test_the_xml_of_the_report_is_read_like_its_table() -> None:
    found = read("report.xml")
    assert [person.key for person in found.participants] == ["id:2200001", "name:bo"]
    assert minutes(found)["Ada Kaya"] == 57.5
    assert found.participants[0].rows == (5,)


def test_a_spreadsheets_times_have_no_zone_and_need_the_callers() -> None:
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        read("central_resaved.csv")
    found = read("central_resaved.csv", timezone=BERLIN)
    assert minutes(found) == {"Ada Kaya": 50}


REFUSED = {
    "another file": (b"a,b\n1,2\n", "no Adobe Connect"),
    "only a header": (HEADER.encode(), "no participant"),
    "no name": (HEADER.encode() + b"\n1,,,2026-10-02T16:00:00Z,,\n", "no name"),
    "no join": (HEADER.encode() + b"\n1,,,,2026-10-02T16:00:00Z,Ada\n", "join time is missing"),
    "leaving first": (
        HEADER.encode() + b"\n1,,,2026-10-02T16:00:00Z,2026-10-02T15:00:00Z,Ada\n",
        "leaves before",
    ),
    "a wrong time": (HEADER.encode() + b"\n1,,,yesterday,,Ada\n", "no time"),
    "an error's answer": (b'<results><status code="no-access"/></results>', "no participant"),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        read_bytes(content)


STAYS = some_stays(1_500, 600)


def told(stays: list[tuple[int, int]]) -> timedelta:
    rows = [
        f"7,ada@example.org,Ada,{START + timedelta(seconds=a):%Y-%m-%dT%H:%M:%SZ},"
        f"{START + timedelta(seconds=b):%Y-%m-%dT%H:%M:%SZ},Ada"
        for a, b in stays
    ]
    (ada,) = read_bytes("\n".join([HEADER, *rows]).encode(), expected=START).participants
    return ada.present


@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    stays: list[tuple[int, int]], data: st.DataObject
) -> None:
    repeated = told_again(stays, data)
    assert told(stays) == told(repeated) == timedelta(seconds=covered(stays))


SAMPLES = [path.read_bytes() for path in sorted(FILES.iterdir())]
ODD = [b'"', b"<", b"9" * 30, b",", b"0001-01-01T00:00:00+14:00"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    return hurt(draw, draw(st.sampled_from(SAMPLES)), ODD)


@given(damaged() | st.binary(max_size=200))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    try:
        found = read_bytes(content, timezone=BERLIN, date_order="dmy", expected=START)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, OCCURRENCE)
