"""Files as text: encodings, delimiters and headers of exports, whatever re-saved them."""

import codecs
import csv
import unicodedata
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import NamedTuple

import charset_normalizer

from lrs.errors import UnreadableAttendance

LARGEST_FILE = 50 * 1024 * 1024
LARGEST_CELL = 100_000
_SAMPLE = 64 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DELIMITERS = ("\t", ",", ";")


class Line(NamedTuple):
    """A row of cells, stripped, and the number of the line where it begins."""

    number: int
    cells: list[str]


def decode(content: bytes) -> str:
    """Return a file's text. Raises `UnreadableAttendance` for what is empty or no text.

    A byte order mark decides, then the pattern of NULs that UTF-16 leaves, then strict UTF-8; only
    then a guess.
    """
    try:
        text = content.decode(_encoding(content))
    except (UnicodeDecodeError, LookupError):
        raise UnreadableAttendance("the file is no text in any known encoding") from None
    if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\0\x0b\x0c" for c in text[:_SAMPLE]):
        raise UnreadableAttendance("the file is no text: it holds control characters")
    text = text.replace("\0", "")
    if not text.strip("\ufeff \t\r\n"):
        raise UnreadableAttendance("the file is empty")
    return text


def lines(text: str, delimiter: str) -> Iterator[Line]:
    """Yield the rows of a delimited text, blank ones too. Raises `UnreadableAttendance`."""
    csv.field_size_limit(LARGEST_CELL)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableAttendance(
                f"cannot be read as a table: {error}", f"line {number}"
            ) from None
        yield Line(number, [clean(cell) for cell in cells])


def clean(cell: str) -> str:
    """Return a cell without padding, Excel's formula guard and unusual blanks."""
    text = " ".join(cell.replace("\u00a0", " ").replace("\u202f", " ").split())
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text


def heading(cell: str) -> str:
    """Return a header as it is compared: compatibility forms, case and blanks do not count."""
    return " ".join(unicodedata.normalize("NFKC", cell).casefold().replace("’", "'").split())


def widest(text: str) -> str:
    """Return the delimiter that cuts the text's widest row into the most cells."""
    return max(DELIMITERS, key=lambda each: max(line.count(each) for line in text.split("\n")))


def cell(cells: Sequence[str], index: int | None) -> str:
    """Return a row's cell; empty where the row is shorter or the column is not there."""
    return cells[index] if index is not None and index < len(cells) else ""


def _encoding(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return encoding
    sample = content[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 8:
        return "utf-16-le"
    if even > len(sample) // 8:
        return "utf-16-be"
    try:
        content.decode()
    except UnicodeDecodeError:
        guess = charset_normalizer.from_bytes(sample).best()
        return guess.encoding if guess else "unknown"
    return "utf-8"
