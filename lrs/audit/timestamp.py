"""Has a time-stamping authority sign a head (RFC 3161): then it existed by then, whatever we say."""

import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import httpx
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    decode_timestamp_response,
)

from lrs.audit.export import Evidence
from lrs.audit.note import parse_checkpoint, parse_note
from lrs.errors import Conflict, InvalidInput

TIMEOUT_SECONDS = 30
_GRANTED = (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS)


class NoTimestamp(Conflict):
    """The time-stamping authority does not answer, refuses, or answers something else."""

    code = "no_timestamp"


def anchor_by_timestamp(evidence: Evidence, url: str, folder: Path) -> tuple[Path, datetime]:
    """Have the last signed head time-stamped; return the answer's file, and the time it bears.

    In the folder, `<log>-<size>.checkpoint` is the head and `<log>-<size>.tsr` the authority's answer,
    to be checked by `openssl ts -verify` against its certificates. Raises `NoTimestamp`.
    """
    head = evidence.head()
    origin = parse_checkpoint(parse_note(head.note).text).origin
    name = f"{origin.rpartition('/')[2]}-{head.size}"
    answer = request_timestamp(head.note, url)
    try:
        _keep(folder / f"{name}.checkpoint", head.note)
        _keep(folder / f"{name}.tsr", answer.as_bytes())
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be written: {error}") from None
    return folder / f"{name}.tsr", answer.tst_info.gen_time


def request_timestamp(content: bytes, url: str) -> TimeStampResponse:
    """Return the authority's granted answer for the SHA-256 of a content. Raises `NoTimestamp`.

    The answer is about this content and this request; whether the signature is the authority's, its
    certificates have to tell.
    """
    builder = TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    try:
        answer = httpx.post(
            url,
            content=request.as_bytes(),
            headers={"Content-Type": "application/timestamp-query"},
            timeout=TIMEOUT_SECONDS,
        )
        answer.raise_for_status()
        response = decode_timestamp_response(answer.content)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise NoTimestamp(f"the time-stamping authority does not answer: {error}") from None
    _check(request, response, content)
    return response


def _check(request: TimeStampRequest, response: TimeStampResponse, content: bytes) -> None:
    if response.status not in _GRANTED:
        said = " ".join(response.status_string) or "without a reason"
        raise NoTimestamp(f"the time-stamping authority refuses: {said}")
    info = response.tst_info
    imprint = info.message_imprint
    if imprint.message != sha256(content).digest() or info.nonce != request.nonce:
        raise NoTimestamp("the time-stamping authority has signed something else")


def _keep(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
