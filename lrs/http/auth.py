"""Who calls: Basic credentials or bearer tokens, and the scopes a resource asks for."""

import base64
import binascii

from anyio.to_thread import run_sync
from starlette.requests import Request

from lrs.audit.routes import MUTATING
from lrs.credentials import Principal
from lrs.errors import Forbidden, Unauthenticated
from lrs.store import Store

PRINCIPAL = "bichron.principal"
"""Where a request's scope says who was let in."""


async def principal_of(request: Request) -> Principal:
    """Return the caller. Raises `Unauthenticated`."""
    store: Store = request.app.state.store
    credentials = store.credentials
    header = request.headers.get("authorization")
    if store.tokens is not None and header and header[:7].lower() == "bearer ":
        return await run_sync(store.tokens.verify, header[7:].strip())
    key, secret = basic(header)
    if known := credentials.proven(key, secret):
        return known
    # The slow hash and the look into the log are for a thread; the loop goes on serving.
    return await run_sync(credentials.authenticate, key, secret)


async def require(request: Request, *scopes: str) -> Principal:
    """Return the caller, who has one of the scopes. Raises `Unauthenticated` or `Forbidden`."""
    principal = await principal_of(request)
    if not principal.may(*scopes):
        raise Forbidden(f"this needs one of the scopes {', '.join(scopes)}")
    if principal.bearer and request.method in MUTATING:
        store: Store = request.app.state.store
        await run_sync(store.credentials.meet, principal)
    request.scope[PRINCIPAL] = principal.key
    return principal


def basic(header: str | None) -> tuple[str, str]:
    """Return key and secret of an `Authorization: Basic` header (RFC 7617, UTF-8)."""
    if not header:
        raise Unauthenticated("a credential is needed: HTTP Basic with a key and its secret")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise Unauthenticated(f"the authentication scheme {scheme!r} is not supported; use Basic")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated("the Basic credential is not base64 of UTF-8") from None
    key, colon, secret = text.partition(":")
    if not colon:
        raise Unauthenticated("the Basic credential lacks its colon")
    return key, secret
