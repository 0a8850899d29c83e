"""Results, scores and attachments (1.0.3 Data 2.4.5, 2.4.11; 2.0, 4.2.2.4, 4.2.2.6)."""

from typing import Any

from lrs.errors import InvalidStatement
from lrs.xapi.rules.scalars import (
    a_boolean,
    a_duration,
    a_language_map,
    a_length,
    a_media_type,
    a_number,
    a_sha2,
    a_string,
    an_iri,
    extensions,
)
from lrs.xapi.rules.shapes import an_array, an_object, has_only

SIGNATURE = "http://adlnet.gov/expapi/attachments/signature"
"""The usage type of an attachment that signs its statement (1.0.3 Data 2.6)."""


def scaled(value: Any) -> None:
    """Check for a number from -1 to 1, both included."""
    a_number(value)
    if not -1 <= value <= 1:
        raise InvalidStatement("must be between -1 and 1")


_SCORE = {"scaled": scaled, "raw": a_number, "min": a_number, "max": a_number}


def score(value: Any) -> None:
    """Check for a score: min < max, and raw between them, both included, where they are given."""
    has_only(value, _SCORE)
    low, high, raw = value.get("min"), value.get("max"), value.get("raw")
    if low is not None and high is not None and low >= high:
        raise InvalidStatement("must be less than max", "min")
    if raw is None:
        return
    if low is not None and raw < low:
        raise InvalidStatement("must not be less than min", "raw")
    if high is not None and raw > high:
        raise InvalidStatement("must not be greater than max", "raw")


result = an_object(
    {
        "score": score,
        "success": a_boolean,
        "completion": a_boolean,
        "response": a_string,
        "duration": a_duration,
        "extensions": extensions,
    }
)

_attachment = an_object(
    {
        "usageType": an_iri,
        "display": a_language_map,
        "description": a_language_map,
        "contentType": a_media_type,
        "length": a_length,
        "sha2": a_sha2,
        "fileUrl": an_iri,
    },
    *("usageType", "display", "contentType", "length", "sha2"),
)


def attachment(value: Any) -> None:
    """Check for what a statement says of one attachment; the data itself is checked elsewhere."""
    _attachment(value)
    if value["usageType"] == SIGNATURE and value["contentType"] != "application/octet-stream":
        raise InvalidStatement("a signature must be application/octet-stream", "contentType")


attachments = an_array(attachment)
