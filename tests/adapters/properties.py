"""What the properties of all readers share: stays told otherwise, and files damaged anywhere."""

from collections.abc import Sequence

from hypothesis import strategies as st

Stays = list[tuple[int, int]]
"""Half-open spans in the units of a reader's files, from some start on."""


def some_stays(
    latest: int, longest: int, first: int = 0, most: int = 6
) -> st.SearchStrategy[Stays]:
    """Return stays that begin within `first..latest` and last up to `longest`."""
    spans = st.tuples(st.integers(first, latest), st.integers(1, longest))
    return st.lists(spans.map(lambda p: (p[0], p[0] + p[1])), min_size=1, max_size=most)


def told_again(stays: Stays, data: st.DataObject) -> Stays:
    """Return the same presence, every stay cut in two, some told twice, in any order."""
    pieces = [
        piece
        for a, b in stays
        for cut in [data.draw(st.integers(a, b))]
        for piece in ((a, cut), (cut, b))
    ]
    return data.draw(st.permutations(pieces + pieces[:2]))


def covered(stays: Stays) -> int:
    """Return how many units at least one stay covers."""
    return len({unit for a, b in stays for unit in range(a, b)})


def hurt(draw: st.DrawFn, content: bytes, odd: Sequence[bytes]) -> bytes:
    """Return a file with up to four places overwritten, some by what is odd in its format."""
    changed = bytearray(content)
    put_in = st.binary(max_size=8) | st.text(max_size=6).map(str.encode) | st.sampled_from(odd)
    for _ in range(draw(st.integers(1, 4))):
        start, length = draw(st.integers(0, len(changed))), draw(st.integers(0, 40))
        changed[start : start + length] = draw(put_in)
    return bytes(changed)
