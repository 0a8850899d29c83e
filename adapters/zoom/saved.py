"""Files that answers of Zoom's API were saved to: one answer, or a list of its pages."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.attendance import Attendance
from adapters.payload import Object, load, looks_like_json
from adapters.reader import File, Options
from adapters.zoom.api import participants_from_report
from adapters.zoom.questions import acts_from_report
from lrs.errors import UnreadableAttendance

_OF_PARTICIPANTS = frozenset({"join_time", "leave_time", "user_email", "participant_user_id"})
_EVENTS = ("meeting.", "webinar.", "endpoint.", "recording.")


def recognises(text: str) -> bool:
    """Return whether a text is an answer of Zoom's API, or an event of its webhooks."""
    if not looks_like_json(text):
        return False
    try:
        answers = _answers(load(text))
    except UnreadableAttendance:
        return False
    return any(
        _is_event(each) or _is_participants(each) or _is_acts(each) for each in answers
    ) or any(_is_meeting(each) for each in answers)


def read(file: File, options: Options) -> Attendance:  # noqa: ARG001 - its times have their zone
    """Return what the saved answers tell; a meeting's own answer may stand beside its pages."""
    answers = _answers(load(file.text))
    event = next((each for each in answers if _is_event(each)), None)
    if event is not None:
        raise UnreadableAttendance(
            f"this is a webhook's event ({event['event']}), which tells of one moment; "
            "the meeting's participants report is wanted"
        )
    pages = [each for each in answers if "participants" in each]
    acts = [each for each in answers if "questions" in each]
    if pages and acts:
        raise UnreadableAttendance("participants and polls are wanted in files of their own")
    if not pages and not acts:
        raise UnreadableAttendance("this tells of a meeting and not who was there")
    meeting = next((each for each in answers if _is_meeting(each)), None)
    found = participants_from_report(pages, meeting) if pages else acts_from_report(acts, meeting)
    return replace(found, file_sha256=file.sha256)


def _answers(told: Any) -> Sequence[Object]:
    """Return the answers in a file; a bare list of participants is a page."""
    if isinstance(told, dict):
        return [told]
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise UnreadableAttendance("an object, or a list of objects, is wanted")
    if told and all("participants" not in each and _is_participant(each) for each in told):
        return [{"participants": told}]
    return told


def _is_event(answer: Object) -> bool:
    event = answer.get("event")
    return isinstance(event, str) and event.startswith(_EVENTS) and "payload" in answer


def _is_participants(answer: Object) -> bool:
    told = answer.get("participants")
    if not isinstance(told, list):
        return False
    return "page_size" in answer if not told else any(_is_participant(each) for each in told)


def _is_participant(told: Any) -> bool:
    return isinstance(told, dict) and not _OF_PARTICIPANTS.isdisjoint(told)


def _is_acts(answer: Object) -> bool:
    told = answer.get("questions")
    return isinstance(told, list) and any(
        isinstance(each, dict) and "question_details" in each for each in told
    )


def _is_meeting(answer: Object) -> bool:
    return (
        {"topic", "start_time", "uuid"} <= answer.keys()
        and "participants" not in answer
        and "questions" not in answer
    )
