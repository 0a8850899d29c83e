"""Workbooks of strangers (XLSX) as rows of text, within bounds of size."""

import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from io import BytesIO
from warnings import catch_warnings, simplefilter
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook

from adapters.text import LARGEST_CELL, Line, clean
from lrs.errors import UnreadableAttendance

LARGEST_UNPACKED = 32 * 1024 * 1024
MOST_PARTS, MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 2_000, 20, 10_000, 100
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"
# Before it stands only a time of day, which spreadsheets count from a day of 1899 or 1904.
_FIRST_DAY = date(1905, 1, 1)
# A damaged workbook shows by whatever its reader stumbles over.
_DAMAGES = (
    BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
)


def is_workbook(content: bytes) -> bool:
    """Return whether a file is a workbook, or an archive that might be one."""
    return content.startswith((_ZIP, _OLE))


def sheets(content: bytes) -> list[list[Line]]:
    """Return a workbook's sheets as rows of text, numbered from 1; blank rows are empty.

    Moments are written with their year first, times of day with 24 hours, truth as TRUE or FALSE;
    of formulas the last result is taken. Raises `UnreadableAttendance` for what is damaged, too
    large, or no XLSX.
    """
    if content.startswith(_OLE):
        message = (
            "an old or locked workbook is not read; save it as XLSX without a password, or CSV"
        )
        raise UnreadableAttendance(message)
    try:
        with ZipFile(BytesIO(content)) as archive:
            _check(archive)
        return list(_read(content))
    except _DAMAGES as error:
        message = f"the workbook is damaged ({type(error).__name__})"
        raise UnreadableAttendance(message) from None


def _check(archive: ZipFile) -> None:
    """Refuse an archive that unpacks to too much, or whose XML declares a document type.

    `zipfile` never unpacks more of a part than the archive says it has.
    """
    parts = archive.infolist()
    if "xl/workbook.xml" not in archive.namelist():
        raise UnreadableAttendance("the file is an archive but no XLSX workbook")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > LARGEST_UNPACKED or len(parts) > MOST_PARTS:
        message = f"the workbook unpacks to {unpacked} bytes in {len(parts)} parts"
        raise UnreadableAttendance(f"{message}; {LARGEST_UNPACKED} in {MOST_PARTS} are allowed")
    for part in parts:
        # Entities can make little text very large; without NULs UTF-16 shows them, too.
        if b"<!DOCTYPE" in archive.read(part).replace(b"\0", b""):
            raise UnreadableAttendance(f"{part.filename[:40]} declares a document type")


def _read(content: bytes) -> Iterator[list[Line]]:
    with catch_warnings():
        simplefilter("ignore")  # of styles and extensions, which say nothing about attendance
        workbook = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        with closing(workbook):
            for sheet in workbook.worksheets[:MOST_SHEETS]:
                # A sheet may claim a million rows of which nobody has filled one.
                rows = sheet.iter_rows(
                    max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS, values_only=True
                )
                yield list(_lines(rows))


def _lines(rows: Iterator[tuple[object, ...]]) -> Iterator[Line]:
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS:
            raise UnreadableAttendance(f"the sheet has more than {MOST_ROWS} rows")
        cells = [clean(_text(value, f"line {number}")) for value in row]
        yield Line(number, cells if any(cells) else [])


def _text(value: object, where: str) -> str:
    match value:
        case None:
            text = ""
        case bool():
            text = str(value).upper()
        case datetime():
            text = _moment(value)
        case time():
            text = value.replace(microsecond=0).isoformat()
        case float():
            text = f"{value:.10g}"
        case _:
            text = str(value)
    if len(text) > LARGEST_CELL:
        raise UnreadableAttendance("a cell is too long", where)
    return text


def _moment(value: datetime) -> str:
    rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
    return rounded.time().isoformat() if rounded.date() < _FIRST_DAY else rounded.isoformat(" ")
