"""How an API lets a program in: a bearer token that is there, or a grant that asks for one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from lrs.errors import InvalidSettings

_JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ASSERTION_LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class Grant:
    """A form posted to a token endpoint (RFC 6749, 4 and 6; RFC 7523, 2.1)."""

    url: str
    form: Callable[[datetime], Mapping[str, str]] = field(repr=False)
    """The form's fields at a moment (aware)."""
    basic: tuple[str, str] | None = field(default=None, repr=False)
    """User and password, where the endpoint wants them in the header."""
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """What no message may show."""


Access = Grant | str
"""A grant, or a bearer token."""


def bearer(text: str) -> Access:
    """Return the access by a token that is there. Raises `InvalidSettings` for what is none."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidSettings("a bearer token is one word of ASCII characters")
    return token


def account_grant(url: str, account: str, client: str, secret: str) -> Grant:
    """Return Zoom's grant of a server-to-server app."""
    form = {"grant_type": "account_credentials", "account_id": account}
    return Grant(url, lambda _: form, (client, secret), frozenset({secret}))


def client_grant(url: str, client: str, secret: str, scope: str) -> Grant:
    """Return a grant by client credentials (RFC 6749, 4.4), both of them in the form."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client,
        "client_secret": secret,
        "scope": scope,
    }
    return Grant(url, lambda _: form, secrets=frozenset({secret}))


def refresh_grant(url: str, client: str, secret: str, refresh_token: str) -> Grant:
    """Return a grant by a refresh token (RFC 6749, 6)."""
    form = {
        "grant_type": "refresh_token",
        "client_id": client,
        "client_secret": secret,
        "refresh_token": refresh_token,
    }
    return Grant(url, lambda _: form, secrets=frozenset({secret, refresh_token}))


def service_account_grant(file: bytes, scope: str, subject: str | None) -> Grant:
    """Return Google's grant of a service account, in the name of `subject` if one is given.

    `file` is the key file as the console gives it. Raises `InvalidSettings`.
    """
    try:
        told = orjson.loads(file)
        email, text, url = (str(told[key]) for key in ("client_email", "private_key", "token_uri"))
        key = RSAKey.import_key(text)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, JoseError):
        # What is wrong with it may quote it, so it is not told.
        raise InvalidSettings("the service account's file is no key file of Google's") from None
    claims = {"iss": email, "scope": scope, "aud": url}
    if subject is not None:
        claims["sub"] = subject
    return Grant(url, partial(_assertion, key, claims), secrets=frozenset({text}))


def _assertion(key: RSAKey, claims: dict[str, Any], now: datetime) -> dict[str, str]:
    moments = {"iat": int(now.timestamp()), "exp": int((now + _ASSERTION_LASTS).timestamp())}
    return {
        "grant_type": _JWT_BEARER,
        "assertion": jwt.encode({"alg": "RS256"}, claims | moments, key),
    }
