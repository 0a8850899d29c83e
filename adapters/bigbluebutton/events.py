"""BigBlueButton's recording of events (`events.xml`), whole or of a breakout room.

Events tell their moment as `timestampUTC`; older ones only count milliseconds since some start, and
the meeting's id tells when that was. Private chats are not recorded by BigBlueButton.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape

import orjson

from adapters.attendance import Act, Attendance, Meeting, Row, Stay, Warned, gather
from adapters.bigbluebutton.dashboard import NO_REACTIONS
from adapters.bigbluebutton.people import born, doubtful_names, moment, row
from adapters.markup import Element, elements
from adapters.reader import File, Options
from lrs.errors import UnreadableAttendance

_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_REACTIONS = frozenset({"emojiStatus", "reactionEmoji", "mood"})


@dataclass
class _Connection:
    """One browser of one person."""

    line: int
    name: str
    external_id: str
    role: str
    moves: list[tuple[datetime, bool]] = field(default_factory=list)
    """When it joined (True) and left."""
    acts: list[Act] = field(default_factory=list)


@dataclass
class _Poll:
    question: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


class _Recording:
    """What the events tell, gathered while they are read."""

    def __init__(self, root: Element) -> None:
        self.meeting_id = root.attributes.get("meeting_id", "")
        self.title = ""
        self.is_breakout = False
        self.connections: dict[str, _Connection] = {}
        self.polls: dict[str, _Poll] = {}
        self.answers: list[tuple[str, str, Act, str]] = []
        """Who, in which poll, the act as far as it is known, and the number of the option."""
        self.first: datetime | None = None
        self.last: datetime | None = None
        self._origin: int | None = None

    def take(self, element: Element) -> None:
        """Take a child of the root; unknown ones say nothing."""
        if element.name == "meeting":
            self.meeting_id = self.meeting_id or element.attributes.get("id", "")
            self.title = element.attributes.get("name", "") or self.title
            self.is_breakout = element.attributes.get("breakout") == "true"
        elif element.name == "metadata":
            self.title = self.title or element.attributes.get("meetingName", "")
        elif element.name == "event":
            at = self._moment(element)
            self.first = min(self.first or at, at)
            self.last = max(self.last or at, at)
            self._event(element.attributes.get("eventname", ""), element, at)

    def _event(self, kind: str, event: Element, at: datetime) -> None:
        fields = event.fields
        user = self.connections.get(fields.get("userId", ""))
        if kind == "ParticipantJoinEvent":
            self._join(event, at)
        elif kind == "ParticipantLeftEvent" and user:
            user.moves.append((at, False))
        elif kind == "PublicChatEvent":
            if sender := self.connections.get(fields.get("senderId", "")):
                sender.acts.append(Act("posted", at, _said(fields.get("message", ""))))
        elif kind == "ParticipantStatusChangeEvent" and user:
            user.acts += _status(fields.get("status", ""), fields.get("value", ""), at)
        elif kind == "PollStartedRecordEvent":
            options = _options(fields.get("answers", ""), event.line)
            self.polls[fields.get("pollId", "")] = _Poll(fields.get("question", ""), options)
        elif kind == "UserRespondedToPollRecordEvent" and user:
            act = Act("answered-poll", at, fields.get("answer") or None)
            told = fields["userId"], fields.get("pollId", ""), act, fields.get("answerId", "")
            self.answers.append(told)

    def _join(self, event: Element, at: datetime) -> None:
        fields = event.fields
        user = self.connections.setdefault(
            fields.get("userId", ""),
            _Connection(
                event.line,
                fields.get("name", ""),
                fields.get("externalUserId", ""),
                fields.get("role", ""),
            ),
        )
        user.moves.append((at, True))

    def _moment(self, event: Element) -> datetime:
        where = f"line {event.line}"
        if known := event.fields.get("timestampUTC"):
            return moment(_number(known, where), where)
        relative = _number(event.attributes.get("timestamp", ""), where)
        if self._origin is None:
            start = born(self.meeting_id)
            if start is None:
                message = "neither the events nor the meeting's id tell when the meeting was"
                raise UnreadableAttendance(message, where)
            self._origin = int(start.timestamp() * 1000) - relative
        return moment(self._origin + relative, where)


def read(file: File, _: Options) -> Attendance:
    """Return what a recording's events say. Raises `UnreadableAttendance` naming the line."""
    told = elements(file.text)
    recording = _Recording(next(told))
    for element in told:
        recording.take(element)
    first, last = recording.first, recording.last
    if first is None or last is None or not recording.connections:
        raise UnreadableAttendance("the file names no participant")
    _answer(recording)
    rows: list[Row] = []
    warnings: list[Warned] = []
    for user in recording.connections.values():
        stays = _stays(user, last)
        if any(stay.closed_by_end for stay in stays):
            message = "no leave is told; the stay ends with the meeting"
            warnings.append(Warned("no_leave", message, user.line))
        rows += _rows(user, stays)
    if recording.is_breakout:
        message = "this is a breakout room's recording; who was in it had not left the meeting"
        warnings.append(Warned("breakout_room", message))
    warnings += doubtful_names(rows)
    meeting = Meeting(
        id=recording.meeting_id or None,
        title=recording.title or None,
        starts=born(recording.meeting_id) or first,
        ends=last,
    )
    people = gather(rows, recording.meeting_id or file.sha256)
    return Attendance("bigbluebutton", meeting, people, tuple(warnings), file.sha256)


def _rows(user: _Connection, stays: list[Stay]) -> list[Row]:
    found = [row(user.line, user.name, user.external_id, user.role, stay) for stay in stays]
    acts = sorted(user.acts, key=lambda act: act.at or datetime.max.replace(tzinfo=UTC))
    return [replace(found[0], acts=tuple(acts)), *found[1:]]


def _stays(user: _Connection, ends: datetime) -> list[Stay]:
    """Return a connection's stays; a second join while it is there, or leave, says nothing new."""
    stays: list[Stay] = []
    joined: datetime | None = None
    for at, joins in sorted(user.moves, key=lambda move: move[0]):
        if joins:
            joined = joined or at
        elif joined is not None:
            stays.append(Stay(joined, at))
            joined = None
    if joined is not None:
        stays.append(Stay(joined, ends, closed_by_end=True))
    return stays


def _answer(recording: _Recording) -> None:
    """Give those who answered polls their acts, with the question and the option's text."""
    for user, poll_id, act, option in recording.answers:
        poll = recording.polls.get(poll_id, _Poll())
        text = act.text or poll.options.get(option)
        recording.connections[user].acts.append(
            act._replace(text=text, about=poll.question or None)
        )


def _status(status: str, value: str, at: datetime) -> list[Act]:
    if value == "raiseHand" or (status == "raiseHand" and value == "true"):
        return [Act("raised-hand", at)]
    if status in _REACTIONS and value not in NO_REACTIONS:
        return [Act("reacted", at, value)]
    return []


def _said(message: str) -> str | None:
    """Return a chat message as people saw it; it is stored as HTML."""
    return " ".join(unescape(_TAG.sub(" ", message)).split()) or None


def _options(text: str, line: int) -> Mapping[str, str]:
    """Return a poll's options, `[{"id": 0, "key": "Yes"}, …]`, by id."""
    if not text:
        return {}
    try:
        return {str(option["id"]): str(option["key"]) for option in orjson.loads(text)}
    except (ValueError, TypeError, KeyError):
        raise UnreadableAttendance("a poll's options are no list", f"line {line}") from None


def _number(text: str, where: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        raise UnreadableAttendance(f"{text[:40]!r} is no time in milliseconds", where)
    return int(text)
