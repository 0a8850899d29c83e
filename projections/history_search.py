"""What an auditor looks for in the trail, and how its index is searched: page by page, bounded.

The rarest condition is scanned in order of positions; the others are probed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from lrs.audit.history import RECORDED, canonical
from projections.database import Transaction

PAGE = 100
LARGEST_PAGE = 1_000
SCAN = 1_000
"""So many positions are looked at together."""
LARGEST_SCAN = 100_000
"""After so many positions a search gives what it found; the next page goes on from there."""


class Search(NamedTuple):
    """What an auditor looks for; all that is given must hold."""

    person: str | None = None
    """An actor key, or a person's id; all events about that person are found."""
    principal: str | None = None
    action: str | None = None
    reason: str | None = None
    """A part of the reason, in any case of letters."""
    since: datetime | None = None
    """Stored at or after this moment."""
    until: datetime | None = None
    """Stored at or before this moment."""
    after: int = 0
    """Only behind this position."""
    limit: int = PAGE


def key_of(term: str) -> int:
    """Return the signed 64-bit key of a term (BLAKE2b, big-endian)."""
    return int.from_bytes(
        blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True
    )


class Keys:
    """A condition: any of these terms."""

    def __init__(self, *terms: str) -> None:
        self._keys = sorted(set(map(key_of, terms)))

    def first(self, views: Transaction, after: int, upto: int) -> list[int]:
        """Return the first `SCAN` positions that meet it, in order."""
        rows = (
            views.run("history_of", key=key, after=after, upto=upto, limit=SCAN)
            for key in self._keys
        )
        return sorted({position for (position,) in chain(*rows)})[:SCAN]

    def among(self, views: Transaction, positions: Sequence[int]) -> set[int]:
        """Return those of the positions that meet it."""
        rows = views.run("history_among", keys=self._keys, positions=positions)
        return {position for (position,) in rows}


class _Reason:
    """A condition: the reason holds a text."""

    def __init__(self, text: str) -> None:
        escaped = "".join(f"!{c}" if c in "!%_" else c for c in text.casefold())
        self._pattern = f"%{escaped}%"

    def first(self, views: Transaction, after: int, upto: int) -> list[int]:
        """Return the first `SCAN` positions that meet it, in order."""
        rows = views.run(
            "history_for_reason", pattern=self._pattern, after=after, upto=upto, limit=SCAN
        )
        return [position for (position,) in rows]

    def among(self, views: Transaction, positions: Sequence[int]) -> set[int]:
        """Return those of the positions that meet it."""
        rows = views.run("history_among_reasons", pattern=self._pattern, positions=positions)
        return {position for (position,) in rows}


class _Anything:
    """No condition."""

    def first(self, views: Transaction, after: int, upto: int) -> list[int]:  # noqa: ARG002 - as above
        """Return the next `SCAN` positions: they are dense."""
        return list(range(after + 1, min(after + SCAN, upto) + 1))

    def among(self, views: Transaction, positions: Sequence[int]) -> set[int]:  # noqa: ARG002 - as above
        """Return all of them."""
        return set(positions)


_Condition = Keys | _Reason | _Anything


def conditions(search: Search, actors: Iterable[str]) -> list[_Condition]:
    """Return the conditions, the one that usually leaves the fewest events first."""
    wanted: list[tuple[int, _Condition]] = []
    if search.reason is not None:
        wanted.append((0, _Reason(search.reason)))
    if search.action is not None:
        rank = 4 if search.action == RECORDED else 1
        wanted.append((rank, Keys(f"action:{search.action}")))
    if search.person is not None:
        wanted.append((2, Keys(*(f"actor:{canonical(actor)}" for actor in actors))))
    if search.principal is not None:
        wanted.append((3, Keys(f"principal:{search.principal}")))
    wanted.sort(key=lambda each: each[0])
    return [condition for _, condition in wanted] or [_Anything()]


def find(
    views: Transaction, wanted: Sequence[_Condition], after: int, upto: int, limit: int
) -> tuple[list[int], int]:
    """Return up to `limit` positions, and up to which position that is all there is."""
    found: list[int] = []
    scanned = 0
    while scanned < LARGEST_SCAN and after < upto:
        positions = wanted[0].first(views, after, upto)
        whole = len(positions) < SCAN
        scanned += len(positions)
        kept = set(positions)
        for condition in wanted[1:]:
            kept &= condition.among(views, sorted(kept))
        found += sorted(kept)
        after = upto if whole else positions[-1]
        if len(found) > limit or (len(found) == limit and after < upto):
            return found[:limit], found[limit - 1]
    return found, after
