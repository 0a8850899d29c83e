"""Verify an evidence bundle of an event log, without the server that wrote it.

    python verifier.py BUNDLE [--trusted CHECKPOINT …]

Stands alone on Python 3.11 and `cryptography`, opens no connection; see `docs/evidence.md`.

    OK          all events are what the signed heads of the log commit to
    ERASED      an event's body was erased, and a later event in the log says so
    UNANCHORED  no trusted checkpoint was given: the log agrees with itself, no more
    MISSING     events, a body or a leaf hash are not there
    TAMPERED    something is not what was signed
    FORKED      the log has signed two histories, or the trusted checkpoint is of another one

Leaves are counted from 0, events from 1: event 4 is leaf 3. Exit status: 1 for the last three,
2 if arguments or files cannot be used, else 0.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_LINE, MAX_FINDINGS = 1 << 28, 1000  # bytes; more findings would tell nothing new
_FACTS = ["topic", "stream", "version", "stored", "principal"]
_SEALS = ["meta_salt", "body_salt", "meta_commitment", "body_commitment"]
_NOTE = re.compile(  # text (origin, size, root, more), an empty line, signatures
    r"(([^\x00-\x1f]+)\n(0|[1-9][0-9]{0,18})\n(\S+)\n(?:[^\x00-\x1f]+\n)*)\n((?:— [^\s+]+ \S+\n)+)"
)


class Refused(Exception):
    """A piece of evidence is malformed or does not fit; the text says what is wrong."""


class OtherKey(Refused):
    """A note is well-formed, but not of this log's key."""


class Finding(NamedTuple):
    """Something wrong: MISSING, TAMPERED or FORKED, and the bad leaf (from 0) where it is known."""

    verdict: str
    leaf: int | None
    reason: str


@dataclass
class Report:
    """What a bundle proves. `erased` maps leaves (from 0) to the events (from 1) that erased them."""

    log: str = ""
    origin: str = ""
    events: int = 0
    checkpoints: int = 0
    anchored: int = 0  # how many events the trusted checkpoints cover
    findings: list[Finding] = field(default_factory=list)
    erased: dict[int, int] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """The verdict in one word: the first finding's, else ERASED, UNANCHORED or OK."""
        if self.findings:
            return self.findings[0].verdict
        return "ERASED" if self.erased else "OK" if self.anchored else "UNANCHORED"

    def lines(self) -> Iterator[str]:
        """Yield the report for people: a verdict begins each line, the first bad leaf comes first."""
        for verdict, leaf, reason in self.findings:
            yield f"{verdict}{'' if leaf is None else f' leaf {leaf} (event {leaf + 1})'}: {reason}"
        if not self.findings:
            known = f"{self.checkpoints} checkpoints; {self.anchored} events are anchored"
            yield f"OK: {self.events} events of {self.origin}, {known}"
        for leaf, event in sorted(self.erased.items()):
            yield f"ERASED leaf {leaf} (event {leaf + 1}): by event {event}"
        if not self.anchored:
            yield "UNANCHORED: without a trusted checkpoint, who holds the signing key may lie"


def canonical(value: Any) -> bytes:
    """Return JSON as this format writes it: no spaces, and nothing escaped that need not be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def parse_line(line: bytes) -> dict[str, Any]:
    """Return the JSON object of a line that is exactly what `canonical` writes for it."""
    with suppress(ValueError, RecursionError):
        value = json.loads(line)
        if isinstance(value, dict) and canonical(value) + b"\n" == line:
            return value
    raise Refused("a line is not a JSON object in its canonical form")


def unbase64(text: Any, length: int | None = None) -> bytes:
    """Return the bytes of canonical base64, of exactly `length` bytes if given."""
    with suppress(ValueError, TypeError):
        data = base64.b64decode(text, validate=True)
        if base64.b64encode(data).decode() == text and length in (None, len(data)):
            return data
    raise Refused("a value is not canonical base64 of the right length")


class Head(NamedTuple):
    """A signed head: the tree's root at a size, and who tells of it."""

    size: int
    root: bytes
    source: str


class Key:
    """The public key of a log (C2SP signed-note), from its text; its name is the log's origin."""

    def __init__(self, text: Any) -> None:
        parts = re.fullmatch(r"([^\s+\x00-\x1f]+)\+([0-9a-f]{8})\+(\S+)", str(text))
        if parts is None:
            raise Refused("the public key is malformed")
        self.name, material = parts[1], unbase64(parts[3], 33)
        self.id = hashlib.sha256(self.name.encode() + b"\n" + material).digest()[:4]
        if self.id.hex() != parts[2] or material[0] != 1:
            raise Refused("the public key is not what its id says")
        self._public = Ed25519PublicKey.from_public_bytes(material[1:])

    def open(self, note: Any, source: str) -> Head:
        """Return the head in a note that this key signed; unknown signatures are passed over."""
        match = _NOTE.fullmatch(note) if isinstance(note, str) else None
        if match is None:
            raise Refused("a checkpoint is not a well-formed note")
        text, origin, size, root, tail = match.groups()
        lines = [line.split(" ") for line in tail[:-1].split("\n")]
        signatures = [(name, unbase64(signature)) for _, name, signature in lines]
        own = [each[4:] for name, each in signatures if (name, each[:4]) == (self.name, self.id)]
        if origin != self.name or not own:
            raise OtherKey(f"a checkpoint is not of {self.name} and its key")
        try:
            for signature in own:
                self._public.verify(signature, text.encode())
        except InvalidSignature:
            raise Refused("a checkpoint's signature is not on its text") from None
        return Head(int(size), unbase64(root, 32), source)


def split_notes(content: bytes) -> list[str]:
    """Return the notes of a file to which checkpoints were appended, one right after another."""
    notes = [match[0] for match in _NOTE.finditer(content.decode(errors="replace"))]
    if not notes or "".join(notes).encode() != content:
        raise Refused("a checkpoint is not a well-formed note")
    return notes


class Tree:
    """The right edge of RFC 6962's tree as it grows: a full subtree for every bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Append a leaf hash."""
        self.size += 1
        for _ in range((self.size & -self.size).bit_length() - 1):
            leaf = hashlib.sha256(b"\x01" + self._subtrees.pop() + leaf).digest()
        self._subtrees.append(leaf)

    def root(self) -> bytes:
        """Return the root; of no leaves, the hash of nothing."""
        root = self._subtrees[-1] if self._subtrees else hashlib.sha256().digest()
        for subtree in reversed(self._subtrees[:-1]):
            root = hashlib.sha256(b"\x01" + subtree + root).digest()
        return root


def check_event(log: uuid.UUID, event: dict[str, Any], after: int) -> None:
    """Raise `Refused` unless an event opens its commitments, makes its leaf, and came `after`."""
    facts = [event[name] for name in _FACTS]
    if [type(fact) for fact in facts] != [str, str, int, int, str] or event["stored"] <= after:
        raise Refused("its facts are malformed, or it is stored no later than the event before it")
    body = event_body(event)
    if (body is None) != (event["body_salt"] is None):
        raise Refused("of its body and the body's salt, one is there without the other")
    for name, content in (("meta", canonical(facts)), ("body", body)):
        if content is not None:
            # The salt's length matters: HMAC pads a shorter key with zeroes.
            computed = hmac.digest(unbase64(event[f"{name}_salt"], 32), content, "sha256")
            if computed != unbase64(event[f"{name}_commitment"], 32):
                raise Refused(f"its {name} or the salt is not what the {name} commitment covers")
    entry = b"\x00lrs-leaf/v1" + log.bytes + (event["position"] - 1).to_bytes(8, "big")
    for name in ("meta_commitment", "body_commitment"):
        entry += unbase64(event[name], 32)
    if hashlib.sha256(entry).digest() != unbase64(event["leaf"]):
        raise Refused("its commitments are not those of the stored leaf hash")


def event_body(event: dict[str, Any]) -> bytes | None:
    """Return the bytes of an event's body: text, or base64 of what is not UTF-8; None if erased."""
    body = event["body"]
    if body is None or isinstance(body, str):
        return None if body is None else body.encode()
    data = unbase64(body["base64"]) if isinstance(body, dict) and [*body] == ["base64"] else b""
    if data.decode(errors="ignore").encode() == data:
        raise Refused("its body is malformed")
    return data


def erasure_targets(event: dict[str, Any]) -> set[int]:
    """Return the leaves whose positions an intact erasure event names."""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        targets = json.loads(event_body(event) or b"")["targets"]
        return {target - 1 for target in targets if type(target) is int}
    return set()


class Verification:
    """One pass over a bundle. Memory grows with erasures and findings, not with events."""

    def __init__(self, header: dict[str, Any], trusted: Sequence[bytes]) -> None:
        if [*header] != ["bundle", "log", "key"] or header["bundle"] != "lrs-bundle/v1":
            raise Refused("this is not a bundle of the format lrs-bundle/v1")
        if not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(header["log"])):
            raise Refused("the log's id is malformed")
        self._log, self._key = uuid.UUID(header["log"]), Key(header["key"])
        self.report = Report(header["log"], self._key.name)
        self._tree: Tree | None = Tree()  # None from where a leaf is missing
        self._stored = -(1 << 63)  # when the last intact event was
        self._bare: set[int] = set()  # leaves without a body, until an erasure event names them
        self._signed = 0  # the size of the last checkpoint
        self._agreed = 0  # the size of the last head that is the tree's
        self._contradicted: tuple[Head, int] | None = None  # the first that is not; size agreed on
        self._trusted = sorted(self._trust(trusted))
        self.report.anchored = max((head.size for head in self._trusted), default=0)
        self._compare_trusted()

    def find(self, verdict: str, leaf: int | None, reason: str) -> None:
        """Add a finding. Of many, those of the first leaves are kept."""
        self.report.findings.append(Finding(verdict, leaf, reason))
        if len(self.report.findings) > 2 * MAX_FINDINGS:
            self._order()

    def _order(self) -> None:
        self.report.findings.sort(key=lambda each: (each.leaf is None, each.leaf or 0))
        del self.report.findings[MAX_FINDINGS:]

    def event(self, event: dict[str, Any]) -> None:
        """Take the next event. The tree grows by the stored leaf: one bad event is one finding."""
        position, leaf, expected = event["position"], event["leaf"], self.report.events + 1
        if type(position) is not int or not max(expected, self._signed + 1) <= position < 1 << 63:
            raise Refused("events, or a checkpoint before them, are out of order")
        if position > expected:
            self.find("MISSING", expected - 1, f"events {expected} to {position - 1} are not there")
        self._tree = self._tree if position == expected and leaf is not None else None
        if self._tree:
            self._tree.append(unbase64(leaf, 32))
        self.report.events = position
        self._compare_trusted()
        try:
            check_event(self._log, event, self._stored)
        except Refused as refused:
            verdict = "MISSING" if leaf is None else "TAMPERED"
            self.find(
                verdict, position - 1, f"{refused}" if leaf else "the tree has no leaf for it"
            )
        else:
            self._take(event, position - 1)

    def _take(self, event: dict[str, Any], leaf: int) -> None:
        """Note what an intact event says: when it was stored, what it erased, that it was erased."""
        self._stored = event["stored"]
        if event["topic"] == "PayloadErased":
            erased = self._bare & erasure_targets(event)
            self._bare -= erased
            self.report.erased |= dict.fromkeys(erased, event["position"])
            if event["body"] is None:
                self.find("MISSING", leaf, "it erased others, and its own body is not there")
        elif event["body"] is None:
            self._bare.add(leaf)

    def checkpoint(self, note: Any) -> None:
        """Take a checkpoint, which stands right after the last event that it covers."""
        self.report.checkpoints += 1
        try:
            head = self._key.open(note, f"checkpoint {self.report.checkpoints}")
        except Refused as refused:
            self.find("TAMPERED", None, str(refused))
            return
        if head.size < max(self.report.events, self._signed):
            self.find("TAMPERED", None, f"{head.source} is out of order")
            return
        self._signed = head.size
        self._compare(head)

    def _trust(self, files: Sequence[bytes]) -> Iterator[Head]:
        for content in files:
            try:
                for note in split_notes(content):
                    yield self._key.open(note, "the trusted checkpoint")
            except Refused as refused:
                verdict = "FORKED" if isinstance(refused, OtherKey) else "TAMPERED"
                self.find(verdict, None, f"of those trusted, {refused}")

    def _compare_trusted(self) -> None:
        while self._trusted and self._trusted[0].size <= self.report.events:
            self._compare(self._trusted.pop(0))

    def _compare(self, head: Head) -> None:
        if self._tree is None or head.size != self._tree.size:
            return
        if self._tree.root() == head.root:
            self._agreed = head.size
        else:
            self._contradicted = self._contradicted or (head, self._agreed)

    def finish(self) -> None:
        """Judge what only the whole bundle shows."""
        events = self.report.events
        for leaf in self._bare:
            self.find("MISSING", leaf, "its body is not there, and no erasure event says why")
        for size in {self._signed, *(head.size for head in self._trusted)}:
            if size > events:
                self.find("MISSING", events, f"a signed head covers {size} events")
        if not self.report.checkpoints:
            self.find("MISSING", None, "there is no checkpoint")
        elif events > self._signed and not self.report.findings:
            self.find("TAMPERED", self._signed, "no valid checkpoint covers this event")

    def conclude(self) -> Report:
        """Return the report, the first bad leaf first."""
        if self._contradicted:
            head, before = self._contradicted
            forked = self._agreed >= head.size  # another signed head affirms what this one denies
            leaf = before if head.size == before + 1 and not forked else None
            reason = f"{head.source} signs another root for {head.size} events; {before} are right"
            self.find("FORKED" if forked else "TAMPERED", leaf, reason)
        self._order()
        return self.report


def verify(file: BinaryIO, trusted: Sequence[bytes] = ()) -> Report:
    """Return what a bundle proves, given the contents of files with trusted checkpoints.

    Reads the bundle once, a line at a time. Whatever is wrong with it is a finding, no exception.
    """
    first = file.readline(MAX_LINE)
    try:
        verification = Verification(parse_line(first), trusted)
    except Refused as refused:
        return Report(findings=[Finding("TAMPERED", None, str(refused))])
    try:
        _read(file, verification, hashlib.sha256(first))
    except Refused as refused:
        verification.find("TAMPERED", verification.report.events, str(refused))
    return verification.conclude()


def _read(file: BinaryIO, verification: Verification, digest: Any) -> None:
    while (line := file.readline(MAX_LINE)).endswith(b"\n"):
        value = parse_line(line)
        if [*value] == ["sha256"]:
            verification.finish()
            if value["sha256"] != base64.b64encode(digest.digest()).decode() or file.read(1):
                verification.find("TAMPERED", None, "the bundle is not what its last line says")
            return
        if [*value] == ["checkpoint"]:
            verification.checkpoint(value["checkpoint"])
        elif [*value] == ["position", *_FACTS, "body", *_SEALS, "leaf"]:
            verification.event(value)
        else:
            raise Refused("a line is of an unknown kind")
        digest.update(line)
    verification.find("MISSING", verification.report.events, "the bundle ends before its last line")


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify the bundle named on the command line, print the report and return the exit status."""
    parser = argparse.ArgumentParser(description="Verify an evidence bundle, offline.")
    parser.add_argument("bundle", metavar="BUNDLE", type=Path)
    parser.add_argument("--trusted", metavar="CHECKPOINT", type=Path, action="append", default=[])
    options = parser.parse_args(arguments)
    try:
        trusted = [path.read_bytes() for path in options.trusted]
        with options.bundle.open("rb") as file:
            report = verify(file, trusted)
    except OSError as error:
        parser.error(str(error))
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
