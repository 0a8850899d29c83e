"""The one base64 that evidence uses, and the error for evidence that is not well-formed."""

import base64
import binascii

from lrs.errors import InvalidInput


class InvalidEvidence(InvalidInput):
    """A note, checkpoint, key, tile path or proof is malformed, or does not prove what it claims."""

    code = "invalid_evidence"


def encode64(data: bytes) -> str:
    """Return standard base64 (RFC 4648, section 4), padded."""
    return base64.b64encode(data).decode("ascii")


def decode64(text: str, length: int | None = None) -> bytes:
    """Return the bytes of standard base64, of exactly `length` bytes if given.

    Every byte string has one encoding only: loose padding, other alphabets and stray bits in the
    last character raise `InvalidEvidence`, so that no altered character goes unnoticed.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidEvidence("this is not base64") from None
    if encode64(data) != text:
        raise InvalidEvidence("this base64 is not in its canonical form")
    if length is not None and len(data) != length:
        raise InvalidEvidence(f"these are {len(data)} bytes where {length} belong")
    return data


def decode_number(text: str) -> int:
    """Return an ASCII decimal without sign or leading zeroes, below 2⁶³; else `InvalidEvidence`."""
    canonical = text.isascii() and text.isdecimal() and len(text) <= 19
    if not canonical or str(int(text)) != text or int(text) >= 1 << 63:
        raise InvalidEvidence("this is not a plain decimal number")
    return int(text)
