"""Tiles: their paths, which of them a tree has, and proofs read from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.audit.encoding import InvalidEvidence
from lrs.audit.merkle import Frontier, consistency_proof, hash_leaf, inclusion_proof, root
from lrs.audit.tiles import Tile, parse_path, tile_content, tiled_hashes, tiles

SIZE = 1500
NODES: dict[tuple[int, int], bytes] = {}
FRONTIER = Frontier()
for _n in range(SIZE):
    NODES.update({(n.level, n.index): n.hash for n in FRONTIER.append(hash_leaf(str(_n).encode()))})


def hashes(level: int, index: int) -> bytes:
    return NODES[level, index]


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(3, 999, 1), "tile/3/999.p/1"),
        (Tile(63, 1000, 255), "tile/63/x001/000.p/255"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert parse_path(path) == tile


@given(st.integers(0, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_every_tile_has_its_path(level: int, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile/0", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/0", "tile/0/0000",
        "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000.p/01", "tile/0/000.p/", "/tile/0/000", "tile/0/000/", "tile/0/000\n",
        "tile/0/٠٠٠", "tile/0/../000", "tile/entries/000", "tile/0/" + "x999/" * 9 + "999",
    ],
)  # fmt: skip
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(InvalidEvidence):
        parse_path(path)


def test_the_example_of_the_specification_has_these_tiles() -> None:
    found = list(tiles(70_000))
    full = [tile for tile in found if tile.width == 256]
    assert [tile.level for tile in full] == [0] * 273 + [1]
    assert [tile for tile in found if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(tiles(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles(0)) == []


@given(st.integers(0, 70_000), st.integers(0, 3000))
def test_growth_adds_the_tiles_that_were_not_there(after: int, more: int) -> None:
    before, now = set(tiles(after)), list(tiles(after + more))
    added = list(tiles(after + more, after))
    assert len(set(now)) == len(now)
    assert added == [tile for tile in now if tile not in before]


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 700, 1500])
def test_proofs_from_tiles_are_those_from_the_whole_tree(size: int) -> None:
    stored = {(t.level, t.index): tile_content(t, hashes) for t in tiles(size)}
    reads: list[tuple[int, int]] = []

    def read(level: int, index: int) -> bytes:
        reads.append((level, index))
        return stored[level, index]

    tiled = tiled_hashes(read)
    assert root(size, tiled) == root(size, hashes)
    for index in range(0, size, 7):
        assert inclusion_proof(index, size, tiled) == inclusion_proof(index, size, hashes)
        assert consistency_proof(index + 1, size, tiled) == consistency_proof(
            index + 1, size, hashes
        )
    assert len(set(reads)) == len(reads)


def test_a_full_tile_is_8192_bytes_and_its_root_stands_one_level_up() -> None:
    full, above = tile_content(Tile(0, 1), hashes), tile_content(Tile(1, 0, 2), hashes)
    assert len(full) == 8192
    frontier = Frontier()
    for i in range(256):
        frontier.append(full[32 * i : 32 * i + 32])
    assert above[32:] == frontier.root()


def test_a_tile_that_ends_too_early_is_refused() -> None:
    with pytest.raises(InvalidEvidence, match="shorter than the tree"):
        tiled_hashes(lambda _level, _index: bytes(33))(0, 1)
