"""Files as text, also where somebody saved a table as a workbook."""

import csv
from io import StringIO

from adapters.reader import File
from adapters.signin_sheet.workbook import is_workbook, sheets


def text_of(file: File) -> str:
    """Return a file's text; of a workbook (XLSX) its first sheet that is not blank, with tabs.

    Rows keep their numbers as lines. Raises `UnreadableAttendance` for what is neither.
    """
    if not is_workbook(file.content):
        return file.text
    filled = (sheet for sheet in sheets(file.content) if any(line.cells for line in sheet))
    text = StringIO()
    table = csv.writer(text, delimiter="\t", lineterminator="\n")
    table.writerows(line.cells for line in next(filled, []))
    return text.getvalue()
