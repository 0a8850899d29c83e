"""XML of strangers: read in pieces, without document types or entities, with line numbers."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat

from lrs.errors import UnreadableAttendance

_CHUNK = 64 * 1024


class Element(NamedTuple):
    """An element with its attributes and the text of each child; of equal children the last."""

    line: int
    name: str
    attributes: Mapping[str, str]
    fields: Mapping[str, str]


def elements(text: str, level: int = 2) -> Iterator[Element]:
    """Yield the root with its attributes, then each element of a level (the root's is 1).

    Memory is bounded by the text and one element. Raises `UnreadableAttendance` for what is not
    well-formed or declares a document type, since entities can make little text very large.
    """
    gathering = _Gathering(level)
    data = text.encode("utf-8", "surrogatepass")
    try:
        for start in range(0, len(data), _CHUNK):
            gathering.parser.Parse(data[start : start + _CHUNK], False)
            yield from gathering.take()
        gathering.parser.Parse(b"", True)
    except expat.ExpatError as error:
        message = f"no well-formed XML: {expat.ErrorString(error.code)}"
        raise UnreadableAttendance(message, f"line {error.lineno}") from None
    yield from gathering.take()


class _Gathering:
    """What a parser has met and nobody has taken yet."""

    def __init__(self, level: int) -> None:
        # The text is decoded already, whatever encoding it declares.
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._level = level
        self._depth = 0
        self._met: list[Element] = []
        self._open: Element | None = None
        self._fields: dict[str, str] = {}
        self._field: str | None = None
        self._parts: list[str] = []

    def take(self) -> list[Element]:
        """Return the elements met since the last time."""
        met, self._met = self._met, []
        return met

    def _refuse(self, *_: object) -> None:
        raise UnreadableAttendance(
            "the XML declares a document type, which is not read",
            f"line {self.parser.CurrentLineNumber}",
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self._met.append(Element(self.parser.CurrentLineNumber, name, attributes, {}))
        elif self._depth == self._level:
            self._fields = {}
            self._open = Element(self.parser.CurrentLineNumber, name, attributes, self._fields)
        elif self._depth == self._level + 1:
            self._field, self._parts = name, []

    def _text(self, text: str) -> None:
        if self._field is not None:
            self._parts.append(text)

    def _end(self, _: str) -> None:
        if self._depth == self._level + 1 and self._field is not None:
            self._fields[self._field] = "".join(self._parts).strip()
            self._field = None
        elif self._depth == self._level and self._open is not None:
            self._met.append(self._open)
            self._open = None
        self._depth -= 1
