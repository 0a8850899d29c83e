"""Columns as PostgreSQL arrays in binary, packed at once.

`psycopg` makes an object of every element and dumps it by itself, which costs more than all else
that is done for a term of the index.
"""

import sys
from array import array
from collections.abc import Iterable
from struct import Struct

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_INTEGERS = {"h": 21, "q": 20}
"""The OIDs of smallint and bigint, by the type codes of `array`."""
_CHUNKS = {"bytea": 17, "text": 25, "uuid": 2950}
_HEAD = Struct(">5i")


class Integers:
    """A column of integers; `code` is `h` (smallint) or `q` (bigint)."""

    def __init__(self, code: str, values: Iterable[int]) -> None:
        self.oid = _INTEGERS[code]
        self.values = array(code, values)


class Chunks:
    """A column of a type whose elements are sent as these very bytes."""

    def __init__(self, kind: str, values: list[bytes]) -> None:
        self.oid = _CHUNKS[kind]
        self.values = values


class _ChunksDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Chunks) -> Buffer:
        """Return the array as `array_send` writes one."""
        pieces = [_head(obj.oid, len(obj.values))]
        for value in obj.values:
            pieces.append(len(value).to_bytes(4, "big"))
            pieces.append(value)
        return b"".join(pieces)


class _IntegersDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Integers) -> Buffer:
        """Return the array as `array_send` writes one (PostgreSQL, src/backend/utils/adt/arrayfuncs.c)."""
        values, size = obj.values, obj.values.itemsize
        numbers = array(values.typecode, values)
        if sys.byteorder == "little":
            numbers.byteswap()
        content = numbers.tobytes()
        # Before each element stands its length, of which only the last byte is not zero.
        step = 4 + size
        packed = bytearray(step * len(values))
        packed[3::step] = bytes([size]) * len(values)
        for place in range(size):
            packed[4 + place :: step] = content[place::size]
        return _head(obj.oid, len(values)) + packed


def _head(oid: int, size: int) -> bytes:
    """Return what stands before the elements: dimensions, no nulls, type, and the one dimension."""
    return _HEAD.pack(1, 0, oid, size, 1) if size else _HEAD.pack(0, 0, oid, 0, 0)[:12]


psycopg.adapters.register_dumper(Integers, _IntegersDumper)
psycopg.adapters.register_dumper(Chunks, _ChunksDumper)
