"""A small log for tests: events sealed as the store seals them, a tree, signed heads, bundles."""

import hashlib
import hmac
import io
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lrs.audit.bundle import Record, bundle_lines
from lrs.audit.leaf import event_leaf
from lrs.audit.merkle import Frontier
from lrs.audit.note import Checkpoint, Ed25519Signer, sign_checkpoint
from lrs.audit.verifier import Report, verify
from lrs.sealing import meta

LOG = UUID("6f1c1b1e-5c1f-4f0e-9d86-1f2e3d4c5b6a")
ORIGIN = "lrs.example.org/audit"
START = 1_790_000_000_000_000
ERASED = "PayloadErased"


def signer(seed: str = "ours", name: str = ORIGIN) -> Ed25519Signer:
    """Return the key that grows from a seed."""
    private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
    return Ed25519Signer(name, private)


def salt(*parts: Any) -> bytes:
    return hashlib.sha256(repr(parts).encode()).digest()


def statement(number: int) -> bytes:
    """Return a statement as a client might have written it."""
    return (
        f'{{"id":"{uuid5(LOG, str(number))}","actor":{{"name":"Zoë {number}",'
        f'"mbox":"mailto:zoe{number}@example.org"}},"result":{{"score":{{"raw":1.10}}}}}}'
    ).encode()


def sealed(position: int, body: bytes, topic: str = "StatementRecorded", **facts: Any) -> Record:
    """Return an event at a position, sealed with salts of its own; its leaf is right."""
    stream = facts.get("stream", uuid5(LOG, str(position)))
    version, stored = facts.get("version", 1), facts.get("stored", START + position)
    principal = facts.get("principal", "moodle")
    seed = facts.get("seed", 0)
    meta_salt, body_salt = salt("meta", position, seed), salt("body", position, seed)
    covered = meta(topic, stream, version, stored, principal)
    commitments = (
        hmac.digest(meta_salt, covered, "sha256"),
        hmac.digest(body_salt, body, "sha256"),
    )
    leaf = event_leaf(LOG, position - 1, *commitments)
    return Record(
        position, topic, stream, version, stored, principal, body, meta_salt, body_salt, *commitments, leaf
    )  # fmt: skip


def erasure(position: int, *targets: int) -> Record:
    """Return the event that says whose bodies were erased."""
    body = {"who": "dpo", "reason": "asked to", "legal_basis": "GDPR 17", "targets": list(targets)}
    return sealed(position, json.dumps(body).encode(), ERASED)


def erased(record: Record) -> Record:
    """Return an event whose body and salt are destroyed."""
    return record._replace(body=None, body_salt=None)


def head(
    records: Iterable[Record], size: int | None = None, by: Ed25519Signer | None = None
) -> bytes:
    """Return the signed head of the tree of the records' stored leaves, the first `size` of them."""
    frontier = Frontier()
    for record in list(records)[:size]:
        assert record.leaf
        frontier.append(record.leaf)
    by = by or signer()
    return sign_checkpoint(Checkpoint(by.key.name, frontier.size, frontier.root()), by)


class Log:
    """Twelve events (unless told otherwise), of which one is binary, and a head for every four."""

    def __init__(self, size: int = 12, every: int = 4) -> None:
        self.records = [sealed(p, statement(p)) for p in range(1, size + 1)]
        if size > 5:
            self.records[5] = sealed(6, b"\x89PNG\r\n\x1a\n\xff", "AttachmentStored")
        self.heads = [head(self.records, n) for n in range(every, size + 1, every)]

    def sign(self, by: Ed25519Signer | None = None) -> bytes:
        """Sign the tree as it stands and keep the head."""
        self.heads.append(head(self.records, by=by))
        return self.heads[-1]

    def bundle(self, key: Ed25519Signer | None = None) -> bytes:
        return b"".join(bundle_lines(LOG, str((key or signer()).key), self.records, self.heads))

    def verify(self, *trusted: bytes, key: Ed25519Signer | None = None) -> Report:
        return check(self.bundle(key), *trusted)


def check(bundle: bytes, *trusted: bytes) -> Report:
    """Return the verifier's report on a bundle's bytes."""
    return verify(io.BytesIO(bundle), trusted)


def first(report: Report) -> tuple[str, int | None]:
    """Return the verdict, and the first bad leaf."""
    return report.verdict, report.findings[0].leaf if report.findings else None
