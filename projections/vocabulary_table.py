"""The table of what producers mean (`vocabulary.toml`), read and checked.

A misspelt key, set or prefix fails on import rather than silently never matching.
"""

import hashlib
from importlib.resources import files
from typing import Literal

import msgspec

from projections.record import RecordKind, RecordMode

UNTYPED = "untyped"


class Conditions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What has to hold, all of it; the file's head explains each. None: does not matter."""

    object: tuple[str, ...] | None = None
    parent: tuple[str, ...] | None = None
    on: tuple[str, ...] | None = None
    within: tuple[str, ...] | None = None
    has_parent: bool | None = None
    category: str | None = None
    live: bool | None = None
    scored: bool | None = None
    completion: bool | None = None
    success: bool | None = None
    finished: bool | None = None
    graded_by: bool | None = None
    h5p: bool | None = None
    jisc: bool | None = None
    id_holds: str | None = None
    emoji: str | None = None
    kinds: tuple[RecordKind, ...] | None = None
    platform: tuple[str, ...] | None = None


class Rule(Conditions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What kind of record statements with these verbs are, if the conditions hold."""

    id: str
    verbs: tuple[str, ...] = ()
    kind: RecordKind
    duration: bool = True
    learner: Literal["actor", "for"] = "actor"
    note: str


class ModeRule(Conditions, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In which mode a record happened, if the conditions hold."""

    id: str
    mode: RecordMode
    note: str


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Verbs and types are abbreviated as `prefix:rest`."""

    version: int
    prefixes: dict[str, str]
    categories: dict[str, tuple[str, ...]]
    types: dict[str, tuple[str, ...]]
    rules: tuple[Rule, ...]
    modes: tuple[ModeRule, ...]
    additions: int | None = None
    """The version of the operator's own rules, which stand first (`vocabulary_additions`)."""

    def iri(self, short: str) -> str:
        """Return the IRI that an abbreviation stands for. Raises `KeyError`."""
        prefix, _, rest = short.partition(":")
        return self.prefixes[prefix] + rest

    def types_in(self, sets: tuple[str, ...]) -> frozenset[str]:
        """Return the type IRIs of named sets; an object without a type has the empty one."""
        named = {self.iri(short) for name in sets if name != UNTYPED for short in self.types[name]}
        return frozenset(named | {""} if UNTYPED in sets else named)

    def fingerprint(self) -> str:
        """Return the version with a digest of everything that decides; notes do not.

        `1-0a1b2c3d4e5f`; with an operator's rules in version 4, `1+4-…`.
        """
        meaning = msgspec.to_builtins(self)
        for row in (*meaning["rules"], *meaning["modes"]):
            del row["note"]
        digest = hashlib.sha256(msgspec.json.encode(meaning, order="sorted")).hexdigest()
        numbers = (
            str(self.version) if self.additions is None else f"{self.version}+{self.additions}"
        )
        return f"{numbers}-{digest[:12]}"


def read_table() -> Table:
    """Return the table that comes with this package."""
    source = files("projections").joinpath("vocabulary.toml").read_bytes()
    return msgspec.toml.decode(source, type=Table)
