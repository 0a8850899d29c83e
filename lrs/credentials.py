"""Who may come in: credentials with scopes, as an aggregate in the log."""

import hmac
import secrets
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import scrypt, sha256
from threading import BoundedSemaphore, Lock

import msgspec

from lrs.aggregate import Aggregate, Register
from lrs.errors import InvalidInput, NotFound, Unauthenticated
from lrs.events import BearerMet, CredentialCreated, CredentialRevoked, Event
from lrs.log import EventLog

XAPI_SCOPES = frozenset(
    {
        "statements/write",
        "statements/read/mine",
        "statements/read",
        "state",
        "profile",
        "define",
        "all/read",
        "all",
    }
)
OWN_SCOPES = frozenset(
    {
        "programs/write",
        "reports/read",
        "people/write",
        "attendance/write",
        "audit/read",
        "erase",
        "admin",
    }
)
SCOPES = XAPI_SCOPES | OWN_SCOPES
_IMPLIED = {
    "all": XAPI_SCOPES,
    "all/read": frozenset({"statements/read", "statements/read/mine"}),
    "statements/read": frozenset({"statements/read/mine"}),
    "admin": SCOPES,
}
REFRESH_SECONDS = 1.0
HASHES = 2
"""So many secrets are hashed at once."""
SYSTEM = "system"


class Principal(msgspec.Struct, frozen=True):
    """An authenticated caller."""

    key: str
    name: str
    scopes: frozenset[str]
    bearer: bool = False
    """Somebody else's token says all this; nothing of it is in the log."""

    def may(self, *scopes: str) -> bool:
        """Return whether any of the scopes is granted."""
        return not self.scopes.isdisjoint(scopes)


class Credential(msgspec.Struct, frozen=True):
    """A credential as recorded."""

    key: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    expires: datetime | None = None
    """From this moment on it is refused; None: never."""

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.expires is not None and datetime.now(UTC) >= self.expires


class CredentialBook(Aggregate, frozen=True, kw_only=True):
    """All credentials in force, and the scopes of every key there ever was."""

    credentials: dict[str, Credential] = {}
    scopes: dict[str, tuple[str, ...]] = {}

    def after(self, event: Event) -> "CredentialBook":
        """Return the book after one more event."""
        known, scopes = dict(self.credentials), dict(self.scopes)
        if isinstance(event, CredentialCreated):
            scopes[event.key] = event.scopes
            known[event.key] = Credential(
                event.key, event.name, event.secret_hash, event.scopes, event.expires
            )
        elif isinstance(event, CredentialRevoked):
            known.pop(event.key, None)
        return self._with(event, credentials=known, scopes=scopes)


class BearerBook(Aggregate, frozen=True, kw_only=True):
    """The scopes that each bearer of a token had last. Apart from credentials: there may be many."""

    scopes: dict[str, tuple[str, ...]] = {}

    def after(self, event: Event) -> "BearerBook":
        """Return the book after one more event."""
        if isinstance(event, BearerMet):
            return self._with(event, scopes={**self.scopes, event.key: event.scopes})
        return self._with(event)


class Credentials:
    """Makes, revokes and checks credentials."""

    def __init__(self, log: EventLog) -> None:
        self._register = Register(log, "credentials", CredentialBook)
        self._bearers = Register(log, "bearers", BearerBook)
        self._met = self._bearers.get()
        self._meeting = Lock()
        self._book = self._register.get()
        self._read_at = time.monotonic()
        self._asked_at = self._read_at
        self._hashing = BoundedSemaphore(HASHES)
        self._proven: dict[tuple[str, bytes], tuple[Credential, Principal]] = {}

    def all(self) -> list[Credential]:
        """Return the credentials in force, by name."""
        book = self._register.get()
        return sorted(book.credentials.values(), key=lambda credential: credential.name)

    def create(
        self,
        name: str,
        scopes: Iterable[str],
        *,
        key: str | None = None,
        secret: str | None = None,
        expires: datetime | None = None,
        reason: str | None = None,
        by: str = SYSTEM,
    ) -> tuple[str, str]:
        """Record a credential and return its key and secret, which is shown only now.

        The same key with the same secret, scopes and end again changes nothing; with others it
        replaces them. Raises `InvalidInput` for an unknown scope, a key that Basic cannot carry, a
        moment `expires` (aware) that has passed, or a blank reason.
        """
        _check_reason(reason)
        if expires is not None and expires <= datetime.now(UTC):
            raise InvalidInput("a credential cannot have expired when it is made", "expires")
        wanted = _known(scopes)
        key = key or secrets.token_hex(16)
        secret = secret or secrets.token_urlsafe(32)
        if ":" in key or not key.isprintable() or not secret.isprintable():
            raise InvalidInput("a key has no colon, and neither key nor secret control characters")

        def decide(book: CredentialBook) -> Event | None:
            known = book.credentials.get(key)
            same = known and (known.scopes, known.expires) == (wanted, expires)
            if known and same and _matches(secret, known.secret_hash):
                return None
            return CredentialCreated(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                key=key,
                name=name,
                secret_hash=_hash(secret),
                scopes=wanted,
                expires=expires,
                reason=reason,
            )

        self._register.change(decide)
        self._refresh()
        return key, secret

    def revoke(self, key: str, *, reason: str | None = None, by: str = SYSTEM) -> None:
        """Revoke a credential. Raises `NotFound`, or `InvalidInput` for a blank reason."""
        _check_reason(reason)

        def decide(book: CredentialBook) -> Event:
            if key not in book.credentials:
                raise NotFound(f"no credential has the key {key!r}")
            return CredentialRevoked(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=by,
                key=key,
                reason=reason,
            )

        self._register.change(decide)
        self._refresh()

    def meet(self, principal: Principal) -> None:
        """Record the scopes of a bearer who changes something, unless they are known."""
        wanted = tuple(sorted(principal.scopes))
        if self._met.scopes.get(principal.key) == wanted:
            return

        def decide(book: BearerBook) -> Event | None:
            if book.scopes.get(principal.key) == wanted:
                return None
            return BearerMet(
                originator_id=book.id,
                originator_version=book.version + 1,
                principal=principal.key,
                key=principal.key,
                scopes=wanted,
            )

        with self._meeting:  # one at a time, so that they race with other processes only
            self._bearers.change(decide)
            self._met = self._bearers.get()

    def not_defining(self) -> frozenset[str]:
        """Return the keys whose statements count for no activity's definition.

        They lack the scope `define`, or lacked it when they were revoked or last met.
        """
        scopes = self._register.get().scopes | self._bearers.get().scopes
        return frozenset(key for key, given in scopes.items() if "define" not in granted(given))

    def proven(self, key: str, secret: str) -> Principal | None:
        """Return who this is if it was proven before, without waiting for anything.

        Once `REFRESH_SECONDS` have passed since the log was last asked, one caller gets None and
        will ask it in `authenticate`, so that a revocation by another process is noticed; the
        others go on meanwhile.
        """
        now = time.monotonic()
        if now - self._read_at > REFRESH_SECONDS and now - self._asked_at > REFRESH_SECONDS:
            self._asked_at = now
            return None
        known = self._proven.get(_proof(key, secret))
        return known[1] if known and not known[0].expired else None

    def authenticate(self, key: str, secret: str) -> Principal:
        """Return who this is. Raises `Unauthenticated`.

        The slow hash is computed once for each credential.
        """
        if time.monotonic() - self._read_at > REFRESH_SECONDS:
            self._refresh()
        if key not in self._book.credentials:
            self._refresh()  # perhaps another process has just made it
        # The hash takes 16 MB by design: many callers at once must not take them all at once.
        with self._hashing:
            if principal := self.proven(key, secret):
                return principal
            return self._prove(key, secret)

    def _prove(self, key: str, secret: str) -> Principal:
        credential = self._book.credentials.get(key)
        if credential is None or not _matches(secret, credential.secret_hash):
            raise Unauthenticated("the key or the secret is wrong")
        if credential.expired:
            raise Unauthenticated("the credential has expired")
        principal = Principal(key, credential.name, granted(credential.scopes))
        self._proven[_proof(key, secret)] = credential, principal
        return principal

    def _refresh(self) -> None:
        book = self._register.get()
        self._read_at = time.monotonic()
        if book.version != self._book.version:
            self._book, self._proven = book, {}


def _known(scopes: Iterable[str]) -> tuple[str, ...]:
    """Return scopes in order, each once. Raises `InvalidInput` for none or an unknown one."""
    wanted = tuple(sorted(set(scopes)))
    if unknown := sorted(set(wanted) - SCOPES):
        raise InvalidInput(f"unknown scope {unknown[0]!r}; there are {', '.join(sorted(SCOPES))}")
    if not wanted:
        raise InvalidInput("a credential needs at least one scope")
    return wanted


def _check_reason(reason: str | None) -> None:
    if reason is not None and not reason.strip():
        raise InvalidInput("a reason is not blank", "reason")


def _proof(key: str, secret: str) -> tuple[str, bytes]:
    return key, sha256(secret.encode()).digest()


def granted(scopes: Iterable[str]) -> frozenset[str]:
    """Return the scopes that these imply; unknown ones imply nothing."""
    known = SCOPES.intersection(scopes)
    return known.union(*(_IMPLIED.get(scope, frozenset()) for scope in known))


def _hash(secret: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt:{salt.hex()}:{_derive(secret, salt).hex()}"


def _matches(secret: str, secret_hash: str) -> bool:
    _, salt, expected = secret_hash.split(":")
    return hmac.compare_digest(_derive(secret, bytes.fromhex(salt)), bytes.fromhex(expected))


def _derive(secret: str, salt: bytes) -> bytes:
    return scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1)
