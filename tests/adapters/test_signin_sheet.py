"""Sign-in sheets: who was there, with minutes where the sheet tells them, or a refusal."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import adapters
from adapters.attendance import Attendance, time_covered
from adapters.signin_sheet import SigninSheetReader
from adapters.signin_sheet.workbook import LARGEST_UNPACKED, MOST_ROWS
from adapters.statements import Occurrence, statements
from lrs.errors import AmbiguousAttendance, UnreadableAttendance
from tests.adapters.properties import covered, hurt, some_stays, told_again

FILES = Path(__file__).parent / "golden" / "signin-sheet"
BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 10, 2, 14, tzinfo=UTC)
OCCURRENCE = Occurrence(
    "https://lms.example.org/events/7",
    "Coaching lab",
    "https://lrs.example.org/programs/new-manager",
    START,
    START + timedelta(hours=1),
    "in-person",
)


def read(name: str, **options: object) -> Attendance:
    return read_bytes((FILES / name).read_bytes(), "auto", name, **{"timezone": BERLIN, **options})


def read_bytes(
    content: bytes, tool: str = "signin-sheet", name: str | None = None, **options: object
) -> Attendance:
    return adapters.read(tool, adapters.File(content, name), adapters.Options(**options))  # type: ignore[arg-type] # by name


def sheet(text: str, **options: object) -> Attendance:
    return read_bytes(text.encode(), **{"timezone": BERLIN, "expected": START, **options})


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    made, content = Workbook(), BytesIO()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    made.save(content)
    return content.getvalue()


def repacked(content: bytes, parts: dict[str, bytes]) -> bytes:
    """Return a workbook with some of its parts replaced."""
    with ZipFile(BytesIO(content)) as old:
        return archive({name: old.read(name) for name in old.namelist()} | parts)


def archive(parts: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return packed.getvalue()


def minutes(attendance: Attendance) -> dict[str, float]:
    return {p.name: p.present / timedelta(minutes=1) for p in attendance.participants}


def test_times_of_day_are_on_the_day_above_the_table() -> None:
    found = read("times_en.csv")
    assert (found.tool, found.meeting.title) == ("signin-sheet", "Coaching lab")
    assert minutes(found) == {"Ada Kaya": 64, "Bo Lindqvist": 57}
    ada, bo = found.participants
    assert ada.stays[0].joined == datetime(2026, 10, 13, 11, 58, tzinfo=UTC)
    assert (ada.key, bo.key, bo.confidence) == ("mail:ada@example.org", "name:bo lindqvist", "low")


def test_who_wrote_no_time_out_stays_until_the_last_one_and_who_has_not_signed_is_left_out() -> (
    None
):
    found = read("times_en.csv")
    assert found.participants[1].stays[0].closed_by_end
    assert [(w.code, w.line) for w in found.warnings] == [("not_signed", 7), ("no_leave", 6)]


def test_a_workbooks_cells_are_times_of_their_kind_on_whichever_sheet() -> None:
    found = read("zeiten_de.xlsx")
    assert found.tool == "signin-sheet"
    assert minutes(found) == {"Ada Kaya": 60, "Bo Lindqvist": 30, "Dee Okafor": 30}
    assert found.meeting.title == "Coaching-Labor"
    assert found.participants[0].stays[0].joined == START
    assert [person.rows for person in found.participants] == [(5,), (6,), (7,)]


def test_signatures_alone_are_attendance_without_minutes_and_need_no_zone() -> None:
    found = read("signatures_fr.csv", timezone=None)
    assert [person.name for person in found.participants] == ["Ada Kaya", "Bo Lindqvist"]
    assert all(person.present_unknown and person.stays == () for person in found.participants)
    assert found.meeting.title == "Laboratoire de coaching"


def test_ticks_in_a_japanese_workbook_are_attendance_without_minutes() -> None:
    found = read("presence_ja.xlsx", timezone=None)
    assert [person.name for person in found.participants] == ["佐藤花", "田中"]
    assert all(person.present_unknown for person in found.participants)


def test_headers_in_two_languages_and_the_day_in_the_files_name() -> None:
    found = read("presence_es 2026-10-02.csv")
    assert minutes(found) == {"Ada Kaya": 60, "Cem Kaya": 30}
    assert found.participants[0].stays[0].joined == START


def test_the_planned_day_places_times_of_a_sheet_without_any() -> None:
    found = sheet("Name,In,Out\nAda,16:00,17:00\n")
    assert found.participants[0].stays[0][:2] == (START, START + timedelta(hours=1))


def test_a_column_of_days_places_each_row() -> None:
    text = "Name,Date,In,Out\nAda,13.10.2026,16:00,17:00\nAda,14.10.2026,16:00,16:30\n"
    (ada,) = sheet(text).participants
    assert [stay.joined.day for stay in ada.stays] == [13, 14]
    assert ada.present == timedelta(minutes=90)


def test_a_night_shift_goes_past_midnight_once() -> None:
    late = datetime(2026, 10, 2, 21, 30, tzinfo=UTC)
    found = sheet("Name,In,Out\nAda,23:40,0:20\nBo,0:10,0:40\n", expected=late)
    assert minutes(found) == {"Ada": 40, "Bo": 30}
    assert found.participants[1].stays[0].joined == datetime(2026, 10, 2, 22, 10, tzinfo=UTC)


def test_hours_of_half_a_day_without_saying_which_are_refused_or_warned_of() -> None:
    with pytest.raises(UnreadableAttendance, match="AM and PM"):
        sheet("Name,In,Out\nAda,11:00,3:00\nBo,9:00,5:00\n")
    found = sheet("Name,In,Out\nAda,4:00,5:00\n")
    assert "far_from_plan" in [warned.code for warned in found.warnings]


def test_an_ambiguous_day_and_a_missing_zone_or_day_are_refused_naming_what_settles_them() -> None:
    text = "Name,Date,In,Out\nAda,03/04/2026,16:00,17:00\n"
    with pytest.raises(AmbiguousAttendance, match="--date-order"):
        sheet(text)
    assert sheet(text, date_order="dmy").participants[0].stays[0].joined.month == 4
    with pytest.raises(AmbiguousAttendance, match="--timezone"):
        sheet("Name,In,Out\nAda,16:00,17:00\n", timezone=None)
    with pytest.raises(AmbiguousAttendance, match="column `date`"):
        sheet("Name,In,Out\nAda,16:00,17:00\n", expected=None)


def test_only_one_time_tells_that_somebody_was_there_not_for_how_long() -> None:
    found = sheet("Name,In,Out\nAda,16:00,\nBo,,17:00\n")
    ada, bo = found.participants
    assert ada.stays[0].closed_by_end
    assert bo.present_unknown
    assert [(w.code, w.line) for w in found.warnings] == [("no_leave", 2), ("minutes_unknown", 3)]
    (ada,) = sheet("Name,Arrival\nAda,16:00\n").participants
    assert ada.present_unknown


def test_who_is_marked_absent_is_left_out_whatever_else_stands_there() -> None:
    found = sheet("Name,Present,In,Out\nAda,yes,,\nBo,no,16:00,17:00\nCem,,,\nDee,,16:00,16:30\n")
    assert minutes(found) == {"Ada": 0, "Dee": 30}
    assert [(w.code, w.line) for w in found.warnings] == [("not_signed", 3)]


def test_a_column_that_nobody_filled_tells_nothing() -> None:
    found = sheet("Name,In,Out,Signature\nAda,16:00,17:00,\n")
    assert minutes(found) == {"Ada": 60}


def test_a_list_of_names_is_attendance_when_it_is_said_to_be_a_sheet_and_no_guess_otherwise() -> (
    None
):
    names = b"Name,Email\nAda,ada@example.org\n"
    (ada,) = read_bytes(names).participants
    assert ada.present_unknown
    assert not SigninSheetReader().recognises(adapters.File(names))


def test_a_name_on_two_lines_without_an_address_is_warned_of() -> None:
    found = sheet("Name,Signature\nAda,x\nada,x\n")
    assert [(w.code, w.line) for w in found.warnings] == [("same_name", 3)]


def test_a_workbook_of_something_else_is_refused_saying_what_to_do() -> None:
    content = workbook([["Quarter", "Turnover"], ["Q1", 7]])
    with pytest.raises(UnreadableAttendance, match="wanted as CSV"):
        read_bytes(content, "auto")


def test_it_is_the_last_reader_that_auto_asks() -> None:
    assert list(adapters.READERS)[-1] == "signin-sheet"


MADE = workbook([["Name", "In", "Out"], ["Ada", "16:00", "17:00"]])
ROW = '<row r="{}"><c r="A{}" t="inlineStr"><is><t>x</t></is></c></row>'
DOCTYPE = b'<!DOCTYPE w [<!ENTITY a "aaaa">]>'
LARGE = {"xl/worksheets/sheet1.xml": b" " * (LARGEST_UNPACKED + 1)}
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
REFUSED = {
    "empty": (b"", "empty"),
    "another table": (b"a,b\n1,2\n", "no sign-in sheet"),
    "nobody": (b"Name,In\n", "nobody"),
    "nobody signed": (b"Name,Signature\nAda,\n", "nobody has signed"),
    "all absent": (b"Name,Present\nAda,no\n", "nobody on the sheet"),
    "a strange mark": (b"Name,Present\nAda,perhaps\n", "neither present nor absent"),
    "no name": (b"Name,Signature\n,x\n", "no name"),
    "no time": (b"Name,In\nAda,soon\n", "no time"),
    "more than a room holds": (b"Name,Signature\n" + b"Ada,x\n" * (MOST_ROWS + 1), "more than"),
    "an old workbook": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "XLSX"),
    "a cut workbook": (MADE[:-200], "damaged"),
    "no archive": (b"PK\x03\x04 and nothing more", "damaged"),
    "another archive": (archive({"content.xml": b"<office/>"}), "no XLSX"),
    "a bomb": (repacked(MADE, LARGE), "unpacks to"),
    "a document type": (repacked(MADE, {"xl/workbook.xml": DOCTYPE + b"<w/>"}), "document type"),
    "no sheets": (repacked(MADE, {"xl/workbook.xml": b"<w/>"}), "damaged|no sign-in sheet"),
    "a far row": (
        repacked(MADE, {"xl/worksheets/sheet1.xml": SHEET % ROW.format(1048576, 1048576).encode()}),
        f"more than {MOST_ROWS} rows",
    ),
}


@pytest.mark.parametrize(("content", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableAttendance, match=reason):
        read_bytes(content, timezone=BERLIN, expected=START)


def test_a_sheet_that_claims_to_be_vast_is_read_as_far_as_it_is_filled() -> None:
    vast = SHEET.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    cells = "".join(
        f'<row r="{number}">'
        + "".join(
            f'<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("AB", row, strict=True)
        )
        + "</row>"
        for number, row in enumerate((("Name", "Signature"), ("Ada", "x")), 1)
    )
    found = read_bytes(repacked(MADE, {"xl/worksheets/sheet1.xml": vast % cells.encode()}))
    assert [person.name for person in found.participants] == ["Ada"]


STAYS = some_stays(90, 60)


def told(stays: list[tuple[int, int]]) -> timedelta:
    local = START.astimezone(BERLIN)
    rows = [
        f"Ada,{local + timedelta(minutes=a):%H:%M},{local + timedelta(minutes=b):%H:%M}"
        for a, b in stays
    ]
    (ada,) = sheet("\n".join(["Name,In,Out", *rows])).participants
    return time_covered(ada.stays)


@given(stays=STAYS, data=st.data())
def test_any_order_split_or_repetition_of_stays_gives_the_same_minutes(
    stays: list[tuple[int, int]], data: st.DataObject
) -> None:
    repeated = told_again(stays, data)
    assert told(stays) == told(repeated) == timedelta(minutes=covered(stays))


SAMPLES = [path.read_bytes() for path in sorted(FILES.iterdir())]
ODD = [b'"', b"<", b"9" * 30, b",", b"-1", b"25:70", b"x", b"s"]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    content = draw(st.sampled_from(SAMPLES))
    if not content.startswith(b"PK") or draw(st.booleans()):
        return hurt(draw, content, ODD)
    # Within the archive, so that more than the archive's own checks are met.
    with ZipFile(BytesIO(content)) as archive:
        name = draw(st.sampled_from(sorted(archive.namelist())))
        return repacked(content, {name: hurt(draw, archive.read(name), ODD) or b" "})


@given(damaged() | st.binary(max_size=200))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content: bytes) -> None:
    try:
        found = read_bytes(content, timezone=BERLIN, date_order="dmy", expected=START)
    except UnreadableAttendance:
        return
    assert found.participants
    assert statements(found, OCCURRENCE)
