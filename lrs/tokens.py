"""OpenID Connect: bearer tokens of one issuer, beside Basic credentials.

A token is a JWT (RFC 9068's claims are enough): issuer, audience and expiry are checked, and only
asymmetric signatures count. The issuer's keys are found by discovery, kept, and asked for again
when a token names one that is not known, at most every `REFRESH_SECONDS`.
"""

import time
from threading import Lock
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from lrs.credentials import Principal, granted
from lrs.errors import Unauthenticated, Unavailable

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384")
REFRESH_SECONDS = 10.0
LEEWAY_SECONDS = 30
PATIENCE_SECONDS = 5.0


class TokenVerifier:
    """Verifies the tokens of one issuer for one audience. Safe from any thread."""

    def __init__(self, issuer: str, audience: str) -> None:
        self._issuer = issuer
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._lock = Lock()
        self._keys: KeySet | None = None
        self._asked = float("-inf")

    def verify(self, token: str) -> Principal:
        """Return who a token is for, with the scopes of its `scope` claim.

        Raises `Unauthenticated`, or `Unavailable` while the issuer does not answer.
        """
        try:
            decoded = self._decode(token)
            self._claims.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise Unauthenticated(f"the token is not valid: {error}") from None
        claims = decoded.claims
        scopes = str(claims.get("scope", "")).split()
        name = str(claims.get("name") or claims["sub"])
        return Principal(f"{self._issuer}|{claims['sub']}", name, granted(scopes), bearer=True)

    def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, self._known_keys(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # The issuer may have a new key since; ask, but not at everybody's bidding.
            if not self._refresh():
                raise
        return jwt.decode(token, self._known_keys(), algorithms=list(ALGORITHMS))

    def _known_keys(self) -> KeySet:
        if self._keys is None:
            self._refresh()
        if self._keys is None:
            raise Unavailable("the issuer of tokens does not answer")
        return self._keys

    def _refresh(self) -> bool:
        """Ask the issuer for its keys; return whether that was due and has worked."""
        with self._lock:
            if time.monotonic() - self._asked < REFRESH_SECONDS:
                return False
            self._asked = time.monotonic()
            try:
                self._keys = KeySet.import_key_set(self._fetch())
            except (httpx.HTTPError, ValueError, KeyError, JoseError) as error:
                if self._keys is None:
                    raise Unavailable(f"the issuer of tokens does not answer: {error}") from None
                return False
            return True

    def _fetch(self) -> Any:
        with httpx.Client(timeout=PATIENCE_SECONDS) as client:
            about = client.get(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
            keys = client.get(about.raise_for_status().json()["jwks_uri"])
            return keys.raise_for_status().json()
