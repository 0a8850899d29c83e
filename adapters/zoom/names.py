"""Names in Zoom's exports: `Shown (Original)` where somebody changed theirs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from adapters.attendance import Participant, Row, Warned, is_phone
from adapters.zoom.words import NO_ORIGINAL_NAME, PRONOUNS

_RENAMED = re.compile(r"(.+?) ?\(([^()]+)\)")


def names(written: str) -> tuple[str, str | None]:
    """Return the name shown and, where it was changed, the one they came with.

    Pronouns and roles in brackets are no names: they would make one person of all who bear them.
    """
    renamed = _RENAMED.fullmatch(written)
    if renamed is None or is_phone(written):
        return written, None
    shown, original = renamed[1], renamed[2].strip()
    if original.casefold() in NO_ORIGINAL_NAME or _are_pronouns(original):
        return shown, None
    if "/" in original or not original:
        return written, None
    if is_phone(original) or is_phone(shown):
        # A number is not kept; what name there is stands for the person.
        return (original, None) if is_phone(shown) else (shown, None)
    return shown, original


def _are_pronouns(text: str) -> bool:
    return all(each.strip() in PRONOUNS for each in text.casefold().split("/"))


def told_apart(rows: Sequence[Row]) -> list[Row]:
    """Return rows in which nobody goes by an original name that is another's, too.

    Under one name in brackets, `Ada (Sales)` and `Bo (Sales)` at once are two people of a
    department; one after the other, they are one person who changed their name.
    """
    shared = {name for name, of_name in _by_original(rows) if _at_once(of_name)}
    return [
        replace(row, name=f"{row.name} ({row.original_name})", original_name=None)
        if (row.original_name or "").casefold() in shared
        else row
        for row in rows
    ]


def at_once(people: Sequence[Participant]) -> Iterator[Warned]:
    """Warn of stays that overlap under a name alone: two devices count once, two people too."""
    for person in people:
        if person.key.startswith("name:") and any(
            later.joined < earlier.left for earlier, later in pairwise(person.stays)
        ):
            message = f"{person.name}: there twice at once; counted once, as one person"
            yield Warned("same_name", message, person.rows[0])


def _by_original(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.original_name and not row.email:
            found.setdefault(row.original_name.casefold(), []).append(row)
    return iter(found.items())


def _at_once(rows: Sequence[Row]) -> bool:
    """Return whether two different names shown are there at the same time, or at unknown ones."""
    names_shown = {row.name.casefold() for row in rows}
    if len(names_shown) == 1:
        return False
    if any(row.stay is None for row in rows):
        return True
    stays = sorted((row.stay, row.name.casefold()) for row in rows if row.stay is not None)
    reach = stays[0]
    for stay, name in stays[1:]:
        if stay.joined < reach[0].left and name != reach[1]:
            return True
        reach = max(reach, (stay, name), key=lambda each: each[0].left)
    return False
