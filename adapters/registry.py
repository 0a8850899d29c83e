"""All readers by name: our own, and those that installed packages register by entry point.

A package offers a reader under the group `lrs.adapters`; it is loaded when it is first asked for.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from adapters.reader import Reader
from lrs.errors import UnreadableAttendance

GROUP = "lrs.adapters"
# What importing and making somebody else's reader may well raise.
_BROKEN = (
    ImportError,
    AttributeError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class Readers(Mapping[str, Reader]):
    """Readers in the order in which `auto` asks them: our own, then others', then the last resort.

    Looking one up raises `KeyError` for a name that nobody has registered and
    `UnreadableAttendance` for a third party's reader that does not load.
    """

    def __init__(self, own: Iterable[Reader], last: Reader) -> None:
        self._own = {reader.name: reader for reader in own}
        self._last = last
        self._loaded: dict[str, Reader] = {}

    @cached_property
    def _others(self) -> dict[str, EntryPoint]:
        """Others' entry points by name; none takes the place of a reader of ours."""
        known = {*self._own, self._last.name, "auto"}
        found = sorted(entry_points(group=GROUP), key=lambda each: each.name)
        return {each.name: each for each in found if each.name not in known}

    def __getitem__(self, name: str) -> Reader:
        """Return a reader, loading it first if it is a third party's."""
        if name in self._own:
            return self._own[name]
        if name == self._last.name:
            return self._last
        if name not in self._loaded:
            self._loaded[name] = _load(self._others[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        """Return whether there is a reader of that name, without loading it."""
        return name in self._own or name in self._others or name == self._last.name

    def __iter__(self) -> Iterator[str]:
        """Yield the names."""
        yield from self._own
        yield from self._others
        yield self._last.name

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._own) + len(self._others) + 1


def _load(entry: EntryPoint) -> Reader:
    package = entry.dist.name if entry.dist is not None else entry.value
    try:
        found = entry.load()
        reader = found() if isinstance(found, type) else found
    except _BROKEN as error:
        message = f"the adapter {entry.name!r} of {package} does not load: "
        raise UnreadableAttendance(f"{message}{type(error).__name__}: {error}") from error
    if not isinstance(reader, Reader) or reader.name != entry.name:
        raise UnreadableAttendance(
            f"the adapter {entry.name!r} of {package} is no reader of that name: it needs `name`, "
            "`recognises` and `read`"
        )
    return reader
