"""Choosing one language out of several by Accept-Language (RFC 2616, 14.4).

xAPI wants the header applied to each language map by itself (1.0.3 Communication 2.1.3).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

_ITEM = re.compile(
    r"([A-Za-z0-9*-]+)(?:[ \t]*;[ \t]*[qQ][ \t]*=[ \t]*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?))?"
)


def choose_language(tags: Iterable[str], accept_language: str | None) -> str:
    """Return the tag that an Accept-Language header prefers; there must be at least one.

    A tag has the quality of the longest range that it equals or begins with, else that of `*`; the
    earlier range wins a tie. Where nothing is acceptable, the nearest relative of what was asked
    for is chosen (`en-GB` for `en-US`), else the first tag that is not excluded by `q=0`, else the
    first: one language there must be.
    """
    offered = list(tags)
    ranges = _ranges(accept_language or "")
    order = list(ranges)
    matched = {tag: _range_of(tag, ranges) for tag in offered}
    acceptable = [tag for tag, found in matched.items() if found and ranges[found]]
    if acceptable:
        return min(acceptable, key=lambda tag: order.index(matched[tag] or ""))
    unasked = [tag for tag in offered if matched[tag] is None]
    for wanted in (each for each in order if ranges[each]):
        for parent in _shortened(wanted):
            for tag in unasked:
                if parent in (tag.lower(), *_shortened(tag.lower())):
                    return tag
    return (unasked or offered)[0]


@lru_cache(maxsize=256)
def _ranges(header: str) -> dict[str, float]:
    """Return the qualities of a header's language ranges, the best first. Nonsense is skipped."""
    found: dict[str, float] = {}
    for item in header.split(","):
        if parts := _ITEM.fullmatch(item.strip(" \t")):
            found.setdefault(parts[1].lower(), float(parts[2] or 1))
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def _range_of(tag: str, ranges: dict[str, float]) -> str | None:
    for candidate in (tag.lower(), *_shortened(tag.lower()), "*"):
        if candidate in ranges:
            return candidate
    return None


def _shortened(tag: str) -> Iterator[str]:
    """Yield a tag without its last part, without its last two, and so on."""
    while "-" in tag:
        tag = tag.rpartition("-")[0]
        yield tag
