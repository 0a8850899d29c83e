"""A vendor's API over HTTP: authorised, paged, patient within bounds, silent about secrets."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import quote, urlencode

import httpx
import orjson

from adapters.payload import Object
from adapters.pulls.access import Access
from adapters.pulls.refusals import refusal, seconds_to_wait, without
from lrs.errors import LRSError, Unauthenticated, Unavailable, UnreadableAttendance

ATTEMPTS = 5
"""How often a call is made that a vendor has no time for, or that never arrives."""
LONGEST_WAIT = 120.0
"""Seconds; who asks for more is not waited for, and the run ends to be resumed later."""
MOST_PAGES = 10_000
LARGEST_ANSWER = 32 * 1024 * 1024
_TIMEOUT = httpx.Timeout(30, connect=10)
_BUSY = frozenset({429, 502, 503, 504})
_EARLIER = timedelta(seconds=60)
"""A token is renewed so long before it ends."""
_TOKEN_LASTS = 3600


def utc_now() -> datetime:
    """Return the moment."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Service:
    """A vendor's API: where it is, how it is entered, and whose clock counts."""

    vendor: str
    """As people call it."""
    url: str
    access: Access = field(repr=False)
    now: Callable[[], datetime] = utc_now
    wait: Callable[[float], None] = time.sleep


class _Token(NamedTuple):
    text: str
    until: datetime


class _Answer(NamedTuple):
    call: str
    """What was asked, as errors name it: `GET /v2/report/users`."""
    status: int
    headers: httpx.Headers
    content: bytes
    next: str | None
    """Where the `Link` header (RFC 8288, once RFC 5988) says that the next page is."""


class Client(AbstractContextManager["Client"]):
    """Asks one service. Errors name the call (`GET /meetings`) and what the vendor says of it.

    Raises `Unauthenticated`, `Forbidden`, `NotFound`, `InvalidInput` for what is refused,
    `Unavailable` where the vendor is away or asks for more patience than there is, and
    `UnreadableAttendance` for an answer that is no JSON object.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._base = httpx.URL(service.url)
        self._http = httpx.Client(timeout=_TIMEOUT)
        self._token: _Token | None = None

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Object:
        """Return the JSON object at a path, which is encoded already."""
        return _read(self._ask(self._url(path, query or {})))

    def pages(
        self, path: str, query: Mapping[str, str], *, told: str, asked: str
    ) -> Iterator[Object]:
        """Yield the pages of an answer that tells the next one's token as `told`.

        The token is asked for as the parameter `asked`.
        """
        seen = {""}
        more: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = self.get(path, {**query, **more})
            yield page
            token = page.get(told)
            if not token:
                return
            if str(token) in seen:
                raise self._endless(path)
            seen.add(str(token))
            more = {asked: str(token)}
        raise self._endless(path)

    def linked(self, path: str, query: Mapping[str, str]) -> Iterator[Object]:
        """Yield the pages of an answer that links to the next: `Link` header or `@odata.nextLink`."""
        url = self._url(path, query)
        seen: set[httpx.URL] = set()
        while url not in seen and len(seen) < MOST_PAGES:
            seen.add(url)
            answer = self._ask(url)
            page = _read(answer)
            yield page
            link = answer.next or page.get("@odata.nextLink")
            if not link:
                return
            url = self._followed(str(link), path)
        raise self._endless(path)

    def _url(self, path: str, query: Mapping[str, str]) -> httpx.URL:
        asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
        return httpx.URL(f"{self._service.url}{path}{asked}")

    def _followed(self, link: str, path: str) -> httpx.URL:
        """Return a link's URL; the token goes to no other server than the service's."""
        try:
            url = self._base.join(link)
        except (httpx.InvalidURL, ValueError):
            url = httpx.URL()
        if (url.scheme, url.host, url.port) != (
            self._base.scheme,
            self._base.host,
            self._base.port,
        ):
            message = "the next page is said to be on another server, which is not asked"
            raise UnreadableAttendance(message, f"GET {path}")
        return url

    def _endless(self, path: str) -> LRSError:
        return UnreadableAttendance("the pages of the answer never end", f"GET {path}")

    def _ask(self, url: httpx.URL) -> _Answer:
        call = f"GET {url.raw_path.decode('ascii').partition('?')[0]}"
        answer = self._send(self._request(url), call)
        if answer.status == httpx.codes.UNAUTHORIZED and not isinstance(self._service.access, str):
            self._token = None  # a token may be revoked before its time
            answer = self._send(self._request(url), call)
        return self._accepted(answer)

    def _request(self, url: httpx.URL) -> httpx.Request:
        headers = {"Authorization": f"Bearer {self._bearer()}", "Accept": "application/json"}
        return self._http.build_request("GET", url, headers=headers)

    def _bearer(self) -> str:
        access, now = self._service.access, self._service.now()
        if isinstance(access, str):
            return access
        if self._token is None or now >= self._token.until - _EARLIER:
            call = f"POST {access.url.partition('?')[0]}"
            auth = None if access.basic is None else httpx.BasicAuth(*access.basic)
            request = self._http.build_request("POST", access.url, data=dict(access.form(now)))
            answer = self._accepted(self._send(request, call, auth))
            self._token = _token(_read(answer), now, call)
        return self._token.text

    def _accepted(self, answer: _Answer) -> _Answer:
        if answer.status >= httpx.codes.MULTIPLE_CHOICES:
            vendor, secrets = self._service.vendor, self._secrets()
            raise refusal(vendor, answer.call, answer.status, answer.content, secrets)
        return answer

    def _secrets(self) -> set[str]:
        access = self._service.access
        known = {access} if isinstance(access, str) else set(access.secrets)
        return known | ({self._token.text} if self._token else set())

    def _send(self, request: httpx.Request, call: str, auth: httpx.Auth | None = None) -> _Answer:
        """Send a request, again after a while if need be; the last answer counts."""
        call = without(self._secrets(), call)
        vendor = self._service.vendor
        for attempt in range(1, ATTEMPTS + 1):
            delay: float | None = None
            try:
                answer = self._received(request, call, auth)
            except httpx.RequestError as error:
                # Its text may quote a header, so only its kind is told.
                if attempt == ATTEMPTS:
                    message = f"{vendor} cannot be reached ({type(error).__name__})"
                    raise Unavailable(message, call) from None
            else:
                if answer.status not in _BUSY or attempt == ATTEMPTS:
                    return answer
                delay = seconds_to_wait(answer.headers.get("Retry-After"), self._service.now())
            delay = float(2 ** (attempt - 1)) if delay is None else delay
            if delay > LONGEST_WAIT:
                raise Unavailable(f"{vendor} asks to come again in {delay:.0f} seconds", call)
            self._service.wait(delay)
        raise AssertionError("the last attempt returns or raises")

    def _received(self, request: httpx.Request, call: str, auth: httpx.Auth | None) -> _Answer:
        response = self._http.send(request, stream=True, auth=auth)
        content = bytearray()
        try:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > LARGEST_ANSWER:
                    raise UnreadableAttendance(f"the answer has over {LARGEST_ANSWER} bytes", call)
        finally:
            response.close()
        link = response.links.get("next", {}).get("url")
        return _Answer(call, response.status_code, response.headers, bytes(content), link)


def _read(answer: _Answer) -> Object:
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        raise UnreadableAttendance("the answer is no JSON", answer.call) from None
    if not isinstance(told, dict):
        raise UnreadableAttendance("the answer is no object", answer.call)
    return told


def _token(told: Object, now: datetime, call: str) -> _Token:
    text, lasts = told.get("access_token"), told.get("expires_in")
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        raise Unauthenticated("the answer holds no token", call)
    # Entra sends a number, some send it as text, and it is only recommended (RFC 6749, 5.1).
    seconds = int(str(lasts)) if str(lasts).isdecimal() else _TOKEN_LASTS
    return _Token(text, now + timedelta(seconds=min(seconds, 86_400 * 365)))
