"""If-Match and If-None-Match on documents (RFC 9110, 13.1; xAPI 1.0.3 Communication 3.1; 2.0, 4.1.4)."""

import re

from starlette.requests import Request

from lrs.documents import Document, Precondition
from lrs.errors import Conflict, InvalidQuery, PreconditionFailed
from lrs.xapi.versions import Version

_TAG = re.compile(r'(?:W/)?("[^"]*")')


def precondition(request: Request, version: Version, *, profile: bool) -> Precondition:
    """Return the check that a request's headers ask for.

    A PUT without either header must not meet a document: 409, for profiles in 1.0.3 and for state
    too in 2.0. In 1.0.3 a profile's PUT without either is refused with 400 even where none is.
    """
    match, none_match = (request.headers.get(name) for name in ("if-match", "if-none-match"))

    def check(known: Document | None) -> None:
        if match is not None and not _names(match, known):
            raise PreconditionFailed("the document is not the one that If-Match names", "If-Match")
        if none_match is not None and _names(none_match, known):
            raise PreconditionFailed(
                "the document is one that If-None-Match names", "If-None-Match"
            )
        if match is None and none_match is None and request.method == "PUT":
            _refuse_blind_put(known, version, profile=profile)

    return check


def _refuse_blind_put(known: Document | None, version: Version, *, profile: bool) -> None:
    if version is Version.V1_0_3 and not profile:
        return
    if known is not None:
        raise Conflict("there is a document; read it, then send its ETag in If-Match", "If-Match")
    if version is Version.V1_0_3:
        raise InvalidQuery("a profile is put with If-Match or If-None-Match", "If-None-Match")


def _names(header: str, known: Document | None) -> bool:
    """Return whether a header's list of tags, or `*`, names the document."""
    if known is None:
        return False
    return header.strip() == "*" or known.etag in _TAG.findall(header)
