"""What a vendor's refusal means, in the words of the vendor and without its secrets."""

from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from adapters.times import read_moment
from lrs.errors import Forbidden, InvalidInput, LRSError, NotFound, Unauthenticated, Unavailable

_KINDS: dict[int, type[LRSError]] = {
    400: InvalidInput,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
}
_LONGEST_WORDS = 200


def refusal(
    vendor: str, call: str, status: int, content: bytes, secrets: Iterable[str]
) -> LRSError:
    """Return the error that an answer of status 400 or more means; its place is the call."""
    kind = _KINDS.get(status, InvalidInput if status < 429 else Unavailable)
    # Blacked out before it is cut: half a secret would not be recognised.
    words = without(secrets, _words(content))[:_LONGEST_WORDS]
    message = f"{vendor} answers {status}: {words}" if words else f"{vendor} answers {status}"
    return kind(message, without(secrets, call))


def without(secrets: Iterable[str], text: str) -> str:
    """Return a text in which every secret is blacked out."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "***")
    return text


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """Return how long `Retry-After` (RFC 9110, 10.2.3) asks to wait; None where it says nothing.

    It is a number of seconds or a date; Zoom writes dates as RFC 3339 does.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    moment = _date(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return read_moment(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _words(content: bytes) -> str:
    """Return the code and the message in a refusal's body; nothing where it is no JSON."""
    try:
        told: Any = orjson.loads(content)
    except orjson.JSONDecodeError:
        return ""
    if isinstance(told, dict) and isinstance(told.get("error"), dict):
        told = told["error"]
    if not isinstance(told, dict):
        return ""
    keys = ("code", "error", "status", "message", "reason", "error_description")
    parts = [str(told[key]) for key in keys if isinstance(told.get(key), str | int)]
    return " ".join(" ".join(parts).split())
