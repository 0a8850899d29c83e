"""Class and Collaborate: the session that is meant, with its people and minutes, or a refusal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adapters
from adapters.attendance import Attendance, dry_run
from adapters.statements import Occurrence, statements
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from tests.adapters.properties import covered, hurt, some_stays, told_again

FILES = Path(__file__).parent / "golden" / "class"
START = datetime(2026, 10, 2, 14, tzinfo=UTC)
OCCURRENCE = Occurrence(
    "https://class.example.org/s-7",
    "Coaching lab",
    "https://lrs.example.org/programs/new-manager",
    START,
    START + timedelta(hours=1),
    "live-online",
)
HEADER = (
    "SessionName,SessionIdentifier,RoomOpened,RoomClosed,NameOfAttendee,Username,"
    "AttendeeFirstJoinTime,AttendeeLastLeaveTime,AttendeeTotalTimeInSession,AttendeeTotalRejoins"
)

OPENED = ("Lab", "s-7", "10/02/2026 13:55", "10/02/2026 15:02")


def read(name: str, **options: object) -> Attendance:
    return read_bytes((FILES / name).read_bytes(), "auto", **{"expected": START, **options})


def read_bytes(content: bytes, tool: str = "class", **options: object) -> Attendance:
    return adapters.read(tool, adapters.File(content), adapters.Options(**options))  # type: ignore[arg-type] # by name


def row(*cells: str) -> bytes:
    return f"{HEADER}\n{','.join(cells)}\n".encode()


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def test_a_session_is_taken_out_of_an_institutions_report() -> None:
    found = read("institution.csv")
    assert found.tool == "class"
    assert (found.meeting.id, found.meeting.title) == ("i-70", "Coaching lab")
    assert (found.meeting.starts, found.meeting.ends) == (
        datetime(2026, 10, 2, 13, 55, tzinfo=UTC),
        datetime(2026, 10, 2, 15, 2, tzinfo=UTC),
    )
    assert minutes(found) == {
        "Ada Kaya": pytest.approx(62 + 2 / 3),
        "Bo": pytest.approx(40 + 1 / 6),
        "Phone participant": 10,
        "Dee Okafor": 32,
    }


def test_times_are_utc_and_need_no_zone_and_the_seconds_come_from_the_time_in_all() -> None:
    ada = read("institution.csv").participants[0]
    assert ada.stays[0][:2] == (
        datetime(2026, 10, 2, 13, 58, tzinfo=UTC),
        datetime(2026, 10, 2, 15, 0, 40, tzinfo=UTC),
    )


def test_who_came_again_has_no_stays_and_who_has_not_left_stays_until_the_room_closed() -> None:
    found = read("institution.csv")
    _, bo, _, dee = found.participants
    assert bo.stays == ()
    assert dee.stays[0].closed_by_end
    assert [(w.code, w.line) for w in found.warnings] == [
        ("other_meetings", None),
        ("only_total", 3),
        ("no_leave", 5),
    ]


def test_who_came_again_has_no_stays_even_if_away_for_seconds_only() -> None:
    times = ("10/02/2026 14:00", "10/02/2026 15:00", "00:59:40", "1")
    (ada,) = read_bytes(row(*OPENED, "Ada", "", *times)).participants
    assert (ada.stays, ada.present) == ((), timedelta(minutes=59, seconds=40))


def test_the_username_is_what_identifies_and_a_number_is_never_shown() -> None:
    found = read("institution.csv")
    ada, bo, phone, _ = found.participants
    assert (ada.key, ada.email, ada.role) == ("id:akaya", "ada@example.org", "moderator")
    assert (bo.key, bo.confidence) == ("name:bo", "low")
    assert phone.key.startswith("phone:")
    assert "1234567" not in str(dry_run(found, []))


def test_a_recurring_session_is_told_apart_by_its_instance() -> None:
    found = read("institution.csv", expected=START + timedelta(days=11))
    assert found.meeting.id == "i-71"
    assert minutes(found) == {"Ada Kaya": 60}


def test_older_reports_without_instances_and_addresses_are_read() -> None:
    found = read("session_2019.csv", expected=None)
    assert found.meeting.id == "s-7"
    assert found.participants[0].key == "id:akaya"


def test_a_report_saved_again_with_its_days_first_is_read_by_what_it_bears_out() -> None:
    found = read("resaved_semicolons.csv", expected=None)
    assert found.participants[0].stays[0].joined == datetime(2026, 10, 13, 13, 58, tzinfo=UTC)


def test_two_sessions_at_the_planned_time_are_not_guessed_at() -> None:
    text = (FILES / "institution.csv").read_text()
    text += text.splitlines()[1].replace("s-7,i-70", "s-8,i-80").replace("Coaching lab", "Another")
    with pytest.raises(AmbiguousAttendance, match="Another, Coaching lab"):
        read_bytes(text.encode(), expected=START)


def test_a_row_that_is_there_twice_counts_once() -> None:
    again = (FILES / "institution.csv").read_text().splitlines()
    found = read_bytes("\n".join([*again, again[2]]).encode(), expected=START)
    assert minutes(found)["Bo"] == pytest.approx(40 + 1 / 6)


REFUSED = {
    "another file": (b"a,b\n1,2\n", "no file of Class"),
    "only a header": (HEADER.encode(), "no participant"),
    "no name": (row(*OPENED, "", "", "10/02/2026 14:00", "", "", "0"), "no name"),
    "no join": (row(*OPENED, "Ada", "", "", "", "", "0"), "join time is missing"),
    "a wrong time": (row(*OPENED, "Ada", "", "soon", "", "", "0"), "no time"),
    "a wrong total": (row(*OPENED, "Ada", "", "10/02/2026 14:00", "", "long", "0"), "hours"),
    "leaving first": (
        row(*OPENED, "Ada", "", "10/02/2026 14:00", "10/02/2026 13:00", "", "0"),
        "no order|leaves before",
    ),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        read_bytes(content)


STAYS = some_stays(90, 60)


def told(stays: list[tuple[int, int]]) -> timedelta:
    rows = [
        f"Lab,s-7,{START:%m/%d/%Y %H:%M},,Ada,akaya,{START + timedelta(minutes=a):%m/%d/%Y %H:%M},"
        f"{START + timedelta(minutes=b):%m/%d/%Y %H:%M},{timedelta(minutes=b - a)},0"
        for a, b in stays
    ]
    (ada,) = read_bytes("\n".join([HEADER, *rows]).encode()).participants
    return ada.present


@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    stays: list[tuple[int, int]], data: st.DataObject
) -> None:
    repeated = told_again(stays, data)
    assert told(stays) == told(repeated) == timedelta(minutes=covered(stays))


SAMPLES = [path.read_bytes() for path in sorted(FILES.iterdir())]
ODD = [b'"', b"9" * 30, b",", b"00:00:00", b"1"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    return hurt(draw, draw(st.sampled_from(SAMPLES)), ODD)


@given(damaged() | st.binary(max_size=200))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    try:
        found = read_bytes(content, expected=START)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, OCCURRENCE)
