"""How like two names are, as people write them: in any order, with or without accents, cut short."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

Words = tuple[str, ...]

_ASIDE = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_WORD = re.compile(r"[^\W\d_]+")
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i"}
)
_NO_NAMES = frozenset({"guest", "host", "iphone", "ipad", "galaxy", "external", "unknown", "user"})
_CACHED_NAMES = 50_000


class Likeness(NamedTuple):
    """How sure a likeness is, from 0 to 100, of what kind it is, and in words."""

    score: int
    kind: Literal["same", "short", "alone", "alike"]
    reason: str


@lru_cache(_CACHED_NAMES)
def words(name: str) -> Words:
    """Return a name's words in small letters without accents, without what stands in brackets.

    Words that tools put in place of names (`iPhone`, `Guest`) are left out.
    """
    decomposed = unicodedata.normalize("NFKD", _ASIDE.sub(" ", name).casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    found = _WORD.findall(plain.translate(_UNDECOMPOSED))
    return tuple(word for word in found if word not in _NO_NAMES)


def ordered(name: Words) -> str:
    """Return the words in alphabetical order: equal for names that differ in order alone."""
    return " ".join(sorted(name))


def same(one: str, other: str) -> Likeness | None:
    """Return the likeness of equal names; None unless their words are the same in any order."""
    mine, theirs = words(one), words(other)
    if not mine or sorted(mine) != sorted(theirs):
        return None
    if one.strip() == other.strip():
        return Likeness(92, "same", "same name")
    return Likeness(90, "same", "same name but for accents, capitals or order")


def short_form(one: Words, other: Words) -> Likeness | None:
    """Return the likeness of a name and a longer or fuller one that has all of its words.

    A single letter stands for any word that it begins; at least one word is written out in both.
    """
    short, long = sorted((one, other), key=lambda each: (len(each), sum(map(len, each))))
    shared = [word for word in short if len(word) > 1 and word in long]
    if not shared or not _covers(short, long):
        return None
    if len(short) == 1:
        return Likeness(50, "alone", f"shares the name {shared[0].title()} alone")
    if len(shared) == len(short):
        return Likeness(82, "short", "same name but for a further word")
    return Likeness(75, "short", "same name, cut short to an initial")


def handles(name: Words) -> dict[str, Likeness]:
    """Return what people make of their name for mailboxes and accounts, such as `akaya`."""
    if len(name) < 2:
        return {}
    first, last = name[0], name[-1]
    short = Likeness(60, "short", "mailbox or account may be short for the name")
    full = Likeness(75, "same", "mailbox or account spells the name")
    return {
        **dict.fromkeys((first[0] + last, first + last[0], last + first[0]), short),
        **dict.fromkeys((first + last, last + first, "".join(name)), full),
    }


def _covers(short: Words, long: Words) -> bool:
    """Return whether each word of `short` is, or begins, another word of `long`."""
    left = list(long)
    for word in sorted(short, key=len, reverse=True):
        found = _find(word, left)
        if found is None:
            return False
        left.remove(found)
    return True


def _find(word: str, among: Sequence[str]) -> str | None:
    if word in among:
        return word
    initial = (each for each in among if each[0] == word[0] and 1 in {len(each), len(word)})
    return next(initial, None)
