"""A meeting's or webinar's poll report: who answered what, and when. It tells no presence.

Until 2021 every row pairs questions with answers; since then each poll is a table of its own, with
the questions in its header. Either way a header begins with `#`, in every language.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from adapters.attendance import Act, Attendance, Row, Warned, gather, homonyms, real_email
from adapters.reader import File, Options
from adapters.text import Line, cell, lines
from adapters.times import Clock, Written
from adapters.zoom.facts import meeting_of, preamble
from adapters.zoom.lead import delimiter_behind, first_words
from adapters.zoom.moments import clock_of, read_cell
from adapters.zoom.names import names
from adapters.zoom.words import ANONYMOUS
from lrs.errors import UnreadableAttendance

TITLE = "poll report"
_NAME, _EMAIL, _AT, _FIRST_ANSWER = 1, 2, 3, 4


def recognises(text: str) -> bool:
    """Return whether a text is titled as the report is, or has its header."""
    beginning = first_words(text)
    headers = (each for each in beginning if each.startswith(("#,", "#;", "#\t", '#",')))
    return TITLE in beginning[:3] or any("date" in each or "email" in each for each in headers)


def read(file: File, options: Options) -> Attendance:
    """Return who answered; answers that nobody is named for are left out."""
    table = list(lines(file.text, delimiter_behind("#", file.text)))
    facts = preamble(list(takewhile(lambda line: not _is_header(line), table)))
    answered = list(_answered(table))
    times = [at for line, _ in answered if (at := _at(line))]
    clock = clock_of([*times, *facts.times], [], options)
    named = [each for each in answered if _name(each[0]).casefold() not in ANONYMOUS]
    rows = [_row(line, pairs, clock) for line, pairs in named]
    meeting = meeting_of([facts], clock)
    people = gather(rows, meeting.id or file.sha256)
    if not people:
        raise UnreadableAttendance("the poll report names nobody who answered")
    left_out = [_left_out(len(answered) - len(named))] if len(named) < len(answered) else []
    warnings = (*left_out, *homonyms(rows), *dict.fromkeys(clock.warnings))
    return Attendance("zoom", meeting, people, warnings, file.sha256)


def _answered(table: Sequence[Line]) -> Iterator[tuple[Line, list[tuple[str, str]]]]:
    """Yield the rows with answers, each with its pairs of question and answer."""
    questions: Sequence[str] | None = None
    for line in table:
        if _is_header(line):
            questions = line.cells[_FIRST_ANSWER:]
        elif questions is not None and cell(line.cells, 0).isdecimal():
            pairs = _pairs(questions, line.cells[_FIRST_ANSWER:])
            if pairs:
                yield line, pairs


def _is_header(line: Line) -> bool:
    return cell(line.cells, 0) == "#"


def _pairs(questions: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    """Return questions with their answers; a question without one is not answered."""
    if any(questions):
        told = zip(questions, cells, strict=False)
    else:
        told = zip(cells[::2], cells[1::2], strict=False)
    return [(question, answer) for question, answer in told if question and answer]


def _name(line: Line) -> str:
    return cell(line.cells, _NAME) or (real_email(cell(line.cells, _EMAIL)) or "")


def _at(line: Line) -> Written | None:
    return read_cell(cell(line.cells, _AT), line.number)


def _row(line: Line, pairs: Sequence[tuple[str, str]], clock: Clock) -> Row:
    shown, original = names(_name(line))
    at = _at(line)
    moment = clock.moment(at) if at else None
    return Row(
        line=line.number,
        name=shown,
        original_name=original,
        email=real_email(cell(line.cells, _EMAIL)),
        acts=tuple(
            Act("answered-poll", moment, text=answer, about=question) for question, answer in pairs
        ),
    )


def _left_out(count: int) -> Warned:
    return Warned("anonymous", f"answers that are nobody's are left out: {count}")
