"""Who is who in an API's records: one person has many of their ids in some, few in others."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from adapters.attendance import Row

MAIL = "mail"


def identified(rows: Sequence[Row], tokens: Sequence[Collection[str]]) -> list[Row]:
    """Return rows of which all of one person have the same stable id and address.

    Tokens (`id:…`, `registrant:…`, `mail:…`) that stand in one record are one person's, in any order
    of the records. A name is no token: nobody is joined by it.
    """
    of = {token: sorted(group, key=_rank) for group in _groups(tokens) for token in group}
    return [
        _with(row, of[min(each)]) if each else row for row, each in zip(rows, tokens, strict=True)
    ]


def _with(row: Row, group: Sequence[str]) -> Row:
    kind, _, best = group[0].partition(":")
    emails = [token.partition(":")[2] for token in group if token.startswith(f"{MAIL}:")]
    email = row.email or (emails[0] if emails else None)
    return replace(row, stable_id=None if kind == MAIL else best, email=email)


def _rank(token: str) -> tuple[int, str]:
    """Return what puts accounts first, then registrations, then addresses; then by the alphabet."""
    return ["id", "registrant", MAIL].index(token.partition(":")[0]), token


def _groups(tokens: Sequence[Collection[str]]) -> Iterator[set[str]]:
    """Yield the sets of tokens that records tie together."""
    beside: dict[str, set[str]] = {}
    for each in tokens:
        for token in each:
            beside.setdefault(token, set()).update(each)
    while beside:
        _, found = beside.popitem()
        group = set(found)
        while found:
            found = set().union(*(beside.pop(token, set()) for token in found)) - group
            group |= found
        yield group
