"""Polls and questions by Zoom's API: who answered or asked what. They tell no presence."""

from collections.abc import Iterable, Iterator

from adapters.attendance import Act, Attendance, Row, Warned, gather, homonyms, real_email
from adapters.payload import Item, Object, items_of, text_of
from adapters.times import read_moment
from adapters.zoom.api import meeting_told
from adapters.zoom.words import ANONYMOUS
from lrs.errors import UnreadableAttendance

_ASKED = frozenset({"question_id", "create_time", "question_status", "answer_details"})


def acts_from_report(payloads: Iterable[Object], meeting: Object | None) -> Attendance:
    """Return who answered a meeting's polls, or asked in its Q&A.

    Takes `report/meetings/{id}/polls`, `report/meetings/{id}/qa` and the same of webinars; `meeting`
    as for `adapters.zoom.api.participants_from_report`. Who stayed anonymous is left out. Raises
    `UnreadableAttendance`, naming the place as `questions[3]`.
    """
    pages = list(payloads)
    people = [item.told for page in pages for item in items_of(page.get("questions"), "questions")]
    rows: list[Row] = []
    anonymous = 0
    for each in items_of(people, "questions"):
        acts = tuple(_acts(each))
        email = real_email(text_of(each.told.get("email")))
        name = text_of(each.told.get("name")) or email or ""
        if name.casefold() in ANONYMOUS:
            anonymous += len(acts)
        elif acts:
            rows.append(Row(line=each.number, name=name, email=email, acts=acts))
    about = meeting_told(meeting or {}, pages)
    found = gather(rows, about.id or "")
    if not found:
        raise UnreadableAttendance("the report names nobody who answered or asked")
    left_out = [Warned("anonymous", f"answers that are nobody's are left out: {anonymous}")]
    warnings = (*(left_out if anonymous else []), *homonyms(rows))
    return Attendance("zoom", about, found, warnings)


def _acts(person: Item) -> Iterator[Act]:
    """Yield a person's answers, or questions, in the order in which they are told."""
    place = f"{person.place}.question_details"
    for each in items_of(person.told.get("question_details"), place):
        question, answer = (text_of(each.told.get(key)) for key in ("question", "answer"))
        if question is None:
            continue
        if not _ASKED.isdisjoint(each.told):
            moment = read_moment(text_of(each.told.get("create_time")) or "")
            yield Act("asked", moment, text=question)
        elif answer is not None:
            moment = read_moment(text_of(each.told.get("date_time")) or "")
            yield Act("answered-poll", moment, text=answer, about=question)
