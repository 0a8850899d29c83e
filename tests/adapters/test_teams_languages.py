"""Teams files saved again by a spreadsheet, in languages nobody knows, with times of any spelling."""

import codecs
import csv
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.attendance import Attendance
from adapters.reader import File, Options
from adapters.teams import TeamsReader
from adapters.teams.words import HEADERS, SUMMARY
from adapters.text import heading
from lrs.errors import UnreadableAttendance

FILES = Path(__file__).parent / "golden" / "teams"
TABLES = sorted(FILES.glob("*.csv"))
REPORTS = [path for path in TABLES if path.name.startswith(("report", "sections"))]
BERLIN = ZoneInfo("Europe/Berlin")
READER = TeamsReader()


def read(content: str | bytes, **options: Any) -> Attendance:
    file = File(content.encode() if isinstance(content, str) else content)
    return READER.read(file, Options(**{"timezone": BERLIN, **options}))


def golden(name: str) -> Attendance:
    return read((FILES / name).read_bytes())


def tabs(text: str) -> str:
    return text.replace("|", "\t")


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "utf-16"])
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_a_file_saved_again_by_a_spreadsheet_is_the_same(
    path: Path, encoding: str, delimiter: str
) -> None:
    assert seen(read(saved(table(path), delimiter).encode(encoding))) == seen(golden(path.name))


DELIMITERS = {
    "list_2021_pt.csv": ";",
    "live_event.csv": ",",
    "report_2022_en_resaved.csv": ",",
    "sections_webinar_utc.csv": ",",
}


def table(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    text = content.decode("utf-16" if content.startswith(codecs.BOM_UTF16_LE) else "utf-8-sig")
    delimiter = DELIMITERS.get(path.name, "\t")
    return list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))


def saved(cells: Sequence[Sequence[str]], delimiter: str) -> str:
    """Return a table as a spreadsheet saves it: all rows of the same length."""
    out = StringIO(newline="")
    width = max(len(row) for row in cells)
    csv.writer(out, delimiter=delimiter).writerows(
        [*row, *[""] * (width - len(row))] if row else [] for row in cells
    )
    return out.getvalue()


def seen(attendance: Attendance) -> list[tuple[Any, ...]]:
    return [(p.key, p.email, p.role, p.stays, p.total, p.acts) for p in attendance.participants]


KNOWN = frozenset[str]().union(*HEADERS.values(), *SUMMARY.values())


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.name)
def test_a_language_nobody_knows_is_read_by_structure(path: Path) -> None:
    def translated(cell: str) -> str:
        if "(UPN)" in cell:
            return "Zz (UPN)"
        plain = heading(cell).replace("(utc)", "").strip()
        return cell.replace(cell.removesuffix(" (UTC)"), "Zz") if plain in KNOWN else cell

    text = saved([[translated(cell) for cell in row] for row in table(path)], "\t")
    assert "Zz" in text
    found = read(text, timezone=None if "utc" in path.name else BERLIN)
    assert found.meeting == golden(path.name).meeting
    assert told(found) == told(golden(path.name))


def told(attendance: Attendance) -> list[tuple[Any, ...]]:
    return [(p.name, p.role, p.stays, p.total) for p in attendance.participants]


def test_words_for_join_and_leave_that_nobody_knows_are_told_apart_by_what_comes_first() -> None:
    text = tabs(
        "Aaa|Bbb|Ccc\n"
        "Ada|Yy|19.10.2026, 14:20:00\n"
        "Ada|Xx|19.10.2026, 14:00:00\n"
        "Bo|Xx|19.10.2026, 14:10:00\n"
    )
    ada, bo = read(text).participants
    assert (ada.present, bo.present) == (timedelta(minutes=20), timedelta(minutes=10))
    assert READER.recognises(File(codecs.BOM_UTF16_LE + text.encode("utf-16-le")))
    assert not READER.recognises(File(text.encode()))
    unclear = tabs("Aaa|Bbb|Ccc\nAda|Xx|19.10.2026, 14:00:00\nBo|Yy|19.10.2026, 14:10:00\n")
    with pytest.raises(UnreadableAttendance, match="which of these"):
        read(unclear + tabs("Ada|Zz|19.10.2026, 14:10:00\nBo|Ww|19.10.2026, 14:20:00\n"))


SPELT = {
    "10/19/26, 2:00:05 PM": True,
    "10/19/2026 2:00:05\u202fPM": True,
    "19/10/2026 à 14:00:05": True,
    "19.10.26, 14:00:05": True,
    "19. 10. 2026 14:00:05": True,
    "19.10.2026 klo 14.00.05": True,
    "19.10.2026 г., 14:00:05": True,
    "19/10/26, 2:00:05 p. m.": True,
    "2026/10/19 下午2:00:05": True,
    "2026. 10. 19. 오후 2:00:05": True,
    "26. 10. 19. 오후 2:00:05": True,
    "2026年10月19日 14:00:05": True,
    "2026-10-19 14:00:05": True,
    "19/10/2569 14:00:05": True,
    "١٩\u200f/١٠\u200f/٢٠٢٦ ٢:٠٠:٠٥ م": True,
    "1405/07/27 14:00:05": False,
    "19/10/2026": False,
    "14:00:05": False,
    "19/10/2026 25:00:00": False,
    "19/10/26, 14:00:05 PM": False,
}


@pytest.mark.parametrize(("text", "readable"), SPELT.items(), ids=range(len(SPELT)))
def test_a_time_is_read_in_many_spellings_or_refused(text: str, readable: bool) -> None:
    listed = tabs(f"Full Name|User Action|Timestamp\nAda|Joined|{text}\n")
    if readable:
        (ada,) = read(listed).participants
        assert ada.stays[0].joined == datetime(2026, 10, 19, 12, 0, 5, tzinfo=UTC)
    else:
        with pytest.raises(UnreadableAttendance):
            read(listed)
