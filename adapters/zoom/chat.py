"""A meeting's chat as text: who posted what to everyone. It tells no presence.

Saved by a participant, a line tells the time of day: `14:05:10 From  Ada  to  Everyone:` and the
message, there or indented below, in all ages of the client. Beside a cloud recording, it tells the
time since the recording began: `00:05:10⇥Ada:⇥Hello`, and nothing private.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from adapters.attendance import Act, Attendance, Meeting, Row, Warned, gather
from adapters.reader import File, Options
from adapters.times import Clock, Written, read_time
from adapters.zoom.words import EVERYONE
from lrs.errors import AmbiguousAttendance, UnreadableAttendance

_CLOCK = r"(?:(?P<day>\d{4}-\d\d-\d\d)[ T])?(?P<clock>\d\d:\d\d:\d\d)"
_TEXT = r" ?:(?:\s(?P<text>.*))?"
# Names are bounded, so that no line is long to match.
_FORMS = (
    # In any language: two blanks stand around names.
    re.compile(
        _CLOCK
        + r"\s{1,3}\S{1,20} {2,3}(?P<name>\S(?:(?!:\s).){0,150}?) {2,3}\S{1,20} {2,3}(?P<to>\S.{0,150}?)"
        + _TEXT
    ),
    re.compile(
        _CLOCK + r"\s{1,3}(?:from|von|de|da|開始)\s{1,3}(?P<name>\S.{0,300}?)" + _TEXT,
        re.IGNORECASE,
    ),
)
_RECORDED = re.compile(r"(?P<clock>\d\d:\d\d:\d\d)\t(?P<name>[^\t]{1,150}?) ?:\t(?P<text>.*)")
_TO = re.compile(r" {1,3}(?:to|an|à|a|para|終了|宛先) {1,3}", re.IGNORECASE)
_ANY = re.compile(_CLOCK + r"\s.*")
_REACTED = re.compile(r"Reacted to [\"“].*[\"”] with (\S+)", re.DOTALL)
_TAKEN_BACK = re.compile(r"Removed an? .* (?:reaction )?from [\"“].*", re.DOTALL)
_REPLYING = re.compile(r"Replying to [\"“].*?[\"”]\s*\n+", re.DOTALL)
_RECORDING = re.compile(r"GMT(\d{8})-(\d{6})")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_UNKNOWN = "?"
"""A recipient that is not everyone."""
_MIDNIGHT = timedelta(hours=12)
"""A clock that goes back by more has passed midnight."""


@dataclass
class _Message:
    """A message with its time as written; `to` is empty where the file names nobody."""

    line: int
    day: str
    clock: str
    name: str
    to: str
    recorded: bool = False
    """The time is the one since the recording began."""
    body: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.body).strip()


def recognises(text: str) -> bool:
    """Return whether a message begins among the first lines."""
    beginning = _lines(text[:20_000])[:50]
    return any(_begun(number, line) is not None for number, line in enumerate(beginning, 1))


def read(file: File, options: Options) -> Attendance:
    """Return who wrote to everyone; what others could not read is left out."""
    messages = list(_messages(file.text))
    public = [each for each in messages if _is_public(each)]
    if not public:
        raise UnreadableAttendance("the chat holds no message to everyone")
    warnings: list[Warned] = []
    if len(public) < len(messages):
        count = len(messages) - len(public)
        warnings.append(Warned("private", f"messages not to everyone are left out: {count}"))
    clock = Clock("ymd", options.timezone)
    moments = _moments(public, clock, file.name, options)
    rows = [
        Row(line=each.line, name=each.name, acts=(act,))
        for each, at in zip(public, moments, strict=True)
        if (act := _act(each, at))
    ]
    people = gather(rows, file.sha256)
    warnings += dict.fromkeys(clock.warnings)
    return Attendance("zoom", Meeting(), people, tuple(warnings), file.sha256)


def _messages(text: str) -> Iterator[_Message]:
    current: _Message | None = None
    for number, line in enumerate(_lines(text), 1):
        begun = _begun(number, line)
        if begun is None and _ANY.fullmatch(line):
            # Nobody knows what this begins: it is not to end up in what was said to everyone.
            begun = _Message(number, "", "", "", _UNKNOWN)
        if begun is None:
            if current is not None:
                current.body.append(line.strip())
            continue
        if current is not None:
            yield current
        current = begun
    if current is not None:
        yield current


def _lines(text: str) -> list[str]:
    """Return a text's lines; a message may hold what else Unicode ends lines with."""
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _begun(number: int, line: str) -> _Message | None:
    """Return the message that a line begins; None for a line of the one before."""
    line = line.replace("\u00a0", " ")
    recorded = _RECORDED.fullmatch(line)
    if recorded is not None:
        name = " ".join(recorded["name"].split())
        return _Message(number, "", recorded["clock"], name, "", True, [recorded["text"]])
    found = next((match for form in _FORMS if (match := form.fullmatch(line))), None)
    if found is None:
        return None
    told = found.groupdict()
    name, to = (told["name"], told["to"]) if "to" in told else _split(told["name"])
    name, to = " ".join(name.split()), " ".join(to.split())
    return _Message(number, told["day"] or "", told["clock"], name, to, False, [told["text"] or ""])


def _split(name: str) -> tuple[str, str]:
    """Return the sender and the recipient between whom one blank stands; rather private than not."""
    *sender, to = _TO.split(name)
    return (" to ".join(sender), to) if sender else (name, "")


def _is_public(message: _Message) -> bool:
    return not message.to or message.to.casefold() in EVERYONE


def _act(message: _Message, at: datetime | None) -> Act | None:
    """Return what a message is: a post, or a reaction to one; None for a reaction taken back."""
    reacted = _REACTED.fullmatch(message.text)
    if reacted is not None:
        return Act("reacted", at, text=reacted[1])
    if _TAKEN_BACK.fullmatch(message.text):
        return None
    return Act("posted", at, text=_REPLYING.sub("", message.text, count=1))


def _moments(
    messages: Sequence[_Message], clock: Clock, file_name: str | None, options: Options
) -> Iterator[datetime | None]:
    """Yield each message's moment; None where only the time since the recording's start is told."""
    began = _recording(file_name)
    day: date | None = None
    before = timedelta()
    for each in messages:
        since_midnight = _length(each.clock)
        if each.recorded:
            yield began + since_midnight if began else None
        elif each.day:
            yield clock.moment(_written(each, each.day))
        else:
            if day is None:
                day = _first_day(each, file_name, options)
            elif before - since_midnight > _MIDNIGHT:
                day += timedelta(days=1)
            before = since_midnight
            yield clock.moment(_written(each, day.isoformat()))


def _first_day(first: _Message, file_name: str | None, options: Options) -> date:
    """Return the day that brings the first message nearest to the planned start, else the file's."""
    if options.expected is not None:
        probe, expected = Clock("ymd", options.timezone), options.expected
        local = expected.astimezone(options.timezone).date()
        days = [local + timedelta(days=each) for each in (-1, 0, 1)]
        return min(
            days,
            key=lambda day: abs(probe.moment(_written(first, day.isoformat())) - expected),
        )
    for found in _DAY.findall(file_name or ""):
        with suppress(ValueError):
            return date.fromisoformat(found)
    raise AmbiguousAttendance(
        "the chat tells times of day and no day; import it into a session that is planned, "
        "or put the day into the file's name (2026-10-19)",
        f"line {first.line}",
    )


def _recording(file_name: str | None) -> datetime | None:
    """Return when a cloud recording began, as its files' names tell."""
    found = _RECORDING.search(file_name or "")
    if found is None:
        return None
    try:
        return datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _written(message: _Message, day: str) -> Written:
    return read_time(f"{day} {message.clock}", message.line)


def _length(clock: str) -> timedelta:
    hours, minutes, seconds = map(int, clock.split(":"))
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
