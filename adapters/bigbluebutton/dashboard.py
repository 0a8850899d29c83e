"""BigBlueButton's learning dashboard as JSON (`learning_dashboard_data.json`), of 2.4 and later.

Before 2.6 each connection has one stay, and reactions are `emojis` with the raised hand among them;
since then a connection has `sessions`, and there are `reactions` and `raiseHand`. Moments are in
milliseconds since 1970. JSON has no lines: people are counted instead, from 1.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated

import msgspec

from adapters.attendance import Act, Attendance, Meeting, Row, Stay, Warned, gather
from adapters.bigbluebutton.people import LATEST, born, doubtful_names, moment, row, stays
from adapters.reader import File, Options
from lrs.errors import UnreadableAttendance

Milliseconds = Annotated[int, msgspec.Meta(ge=0, lt=LATEST)]
Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
NO_REACTIONS = frozenset({"", "none", "away", "notAway"})


class _Session(msgspec.Struct, rename="camel"):
    registered_on: Milliseconds
    left_on: Milliseconds = 0


class _Connection(msgspec.Struct, rename="camel"):
    """One browser's connection: its sessions, or in older files the only one."""

    sessions: list[_Session] = []
    registered_on: Milliseconds = 0
    left_on: Milliseconds = 0

    def all(self) -> list[_Session]:
        if self.sessions or not self.registered_on:
            return self.sessions
        return [_Session(self.registered_on, self.left_on)]


class _Reaction(msgspec.Struct, rename="camel"):
    name: str
    sent_on: Milliseconds = 0


class _User(msgspec.Struct, rename="camel"):
    name: str
    int_ids: dict[str, _Connection]
    ext_id: str = ""
    is_moderator: bool = False
    answers: dict[str, list[str] | str] = {}
    emojis: list[_Reaction] = []
    reactions: list[_Reaction] = []
    raise_hand: list[Milliseconds] = []
    total_of_messages: Count = 0


class _Poll(msgspec.Struct):
    question: str = ""


class _Dashboard(msgspec.Struct, rename="camel"):
    int_id: str
    users: dict[str, _User]
    created_on: Milliseconds
    name: str = ""
    ended_on: Milliseconds = 0
    polls: dict[str, _Poll] = {}


def read(file: File, _: Options) -> Attendance:
    """Return what the dashboard's JSON says. Raises `UnreadableAttendance` naming the place."""
    told = _decode(file.text)
    warnings: list[Warned] = []
    ends = moment(told.ended_on or _last(told), "endedOn")
    if not told.ended_on:
        message = "the meeting had not ended; what was going on is taken to end with the last event"
        warnings.append(Warned("meeting_not_ended", message))
    rows: list[Row] = []
    for number, user in enumerate(told.users.values(), 1):
        found = stays(_stays(user, ends), number)
        if any(stay.closed_by_end for stay in found):
            message = "no leave is told; the stay ends with the meeting"
            warnings.append(Warned("no_leave", message, number))
        rows += _rows(user, told, number, found)
    people = gather(rows, told.int_id)
    if not people:
        raise UnreadableAttendance("the file names no participant")
    starts = born(told.int_id) or moment(told.created_on, "createdOn")
    meeting = Meeting(told.int_id, told.name or None, starts, ends)
    warnings += doubtful_names(rows)
    return Attendance("bigbluebutton", meeting, people, tuple(warnings), file.sha256)


def _decode(text: str) -> _Dashboard:
    try:
        return msgspec.json.decode(text, type=_Dashboard)
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at ")
        raise UnreadableAttendance(f"not what a dashboard holds: {message}", place) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UnreadableAttendance(f"no JSON: {error}") from None


def _last(told: _Dashboard) -> int:
    """Return the latest moment of a dashboard."""
    known = [told.created_on]
    for user in told.users.values():
        known += user.raise_hand
        known += [each.sent_on for each in (*user.emojis, *user.reactions)]
        for connection in user.int_ids.values():
            for session in connection.all():
                known += (session.registered_on, session.left_on)
    return max(known)


def _stays(user: _User, ends: datetime) -> Iterator[Stay]:
    for connection in user.int_ids.values():
        for session in connection.all():
            joined = moment(session.registered_on, "registeredOn")
            if session.left_on:
                yield Stay(joined, moment(session.left_on, "leftOn"))
            else:
                yield Stay(joined, max(joined, ends), closed_by_end=True)


def _rows(user: _User, told: _Dashboard, number: int, found: list[Stay]) -> Iterator[Row]:
    role = "moderator" if user.is_moderator else "viewer"
    acts = tuple(_acts(user, told))
    for stay in found:
        yield replace(row(number, user.name, user.ext_id, role, stay), acts=acts)
        acts = ()


def _acts(user: _User, told: _Dashboard) -> Iterator[Act]:
    if user.total_of_messages:
        yield Act("posted", number=user.total_of_messages)
    for poll, answer in user.answers.items():
        text = answer if isinstance(answer, str) else "[,]".join(answer)
        question = told.polls[poll].question if poll in told.polls else ""
        yield Act("answered-poll", text=text, about=question or None)
    for sent_on in user.raise_hand:
        yield Act("raised-hand", moment(sent_on, "raiseHand"))
    for each in (*user.emojis, *user.reactions):
        at = moment(each.sent_on, "sentOn") if each.sent_on else None
        if each.name == "raiseHand":
            yield Act("raised-hand", at)
        elif each.name not in NO_REACTIONS:
            yield Act("reacted", at, each.name)
