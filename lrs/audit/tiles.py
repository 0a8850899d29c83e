"""The tree in tiles (C2SP tlog-tiles): 256 hashes of one level in a row, at a path of its own.

A tile at level L holds hashes of full subtrees over 256^L leaves each; a full tile has 256 of them,
and the rightmost of a level is partial. The tree's levels in between are hashed when asked for.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from lrs.audit.encoding import InvalidEvidence, decode_number
from lrs.audit.merkle import HASH_BYTES, Hashes, hash_children

HEIGHT = 8
WIDTH = 1 << HEIGHT
_PATH = re.compile(r"tile/([0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?", re.ASCII)
_MAX_LEVEL = 63
_CACHED_TILES = 64


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile's place: its level, its index within the level, and how many hashes it holds (1 to 256)."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """The tile's path below the log's prefix, as in `tile/0/x001/x234/067.p/5`."""
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{self.level}/{_index_path(self.index)}{partial}"


def parse_path(path: str) -> Tile:
    """Return the tile at a path; `InvalidEvidence` if it is not exactly a tile's path."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise InvalidEvidence("this is not the path of a tile", path)
    level, index, width = match.groups()
    digits = index.replace("x", "").replace("/", "").lstrip("0") or "0"
    tile = Tile(decode_number(level), decode_number(digits), decode_number(width or str(WIDTH)))
    # Writing it again refuses superfluous zeroes, and a full tile that calls itself partial.
    if tile.path != path or tile.level > _MAX_LEVEL or not 0 < tile.width <= WIDTH:
        raise InvalidEvidence("this is not the path of a tile", path)
    return tile


def tiles(size: int, after: int = 0) -> Iterator[Tile]:
    """Yield the tiles of a tree of `size` leaves that a tree of `after` leaves does not have.

    Partial tiles are among them: one for each level whose row does not end on a full tile.
    """
    level = 0
    while size:
        first = after // WIDTH
        for index in range(first, size // WIDTH):
            yield Tile(level, index)
        if size % WIDTH and size != after:
            yield Tile(level, size // WIDTH, size % WIDTH)
        level, size, after = level + 1, size // WIDTH, after // WIDTH


def tile_content(tile: Tile, hashes: Hashes) -> bytes:
    """Return a tile's bytes: its hashes one after another."""
    start = tile.index * WIDTH
    return b"".join(hashes(tile.level * HEIGHT, start + i) for i in range(tile.width))


def tiled_hashes(read: Callable[[int, int], bytes]) -> Hashes:
    """Return `hashes(level, index)` over stored tiles, of which the last used stay in memory.

    `read(level, index)` returns the content of the widest tile stored there. A tile that was partial
    stays so in memory: make a new one for a tree that has grown. Raises `InvalidEvidence` where a
    tile ends before the hash that is asked for.
    """
    cached = lru_cache(maxsize=_CACHED_TILES)(read)

    def hashes(level: int, index: int) -> bytes:
        tile_level, height = divmod(level, HEIGHT)
        first = index << height
        content = cached(tile_level, first // WIDTH)
        start = first % WIDTH
        row = [_hash_at(content, start + i) for i in range(1 << height)]
        while len(row) > 1:
            row = [hash_children(row[i], row[i + 1]) for i in range(0, len(row), 2)]
        return row[0]

    return hashes


def _hash_at(content: bytes, place: int) -> bytes:
    found = content[place * HASH_BYTES : (place + 1) * HASH_BYTES]
    if len(found) != HASH_BYTES:
        raise InvalidEvidence("a stored tile is shorter than the tree")
    return found


def _index_path(index: int) -> str:
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.append(f"x{index % 1000:03}")
    return "/".join(reversed(groups))
