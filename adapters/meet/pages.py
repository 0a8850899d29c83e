"""Answers of Google's APIs that came in pages."""

from typing import Any

from adapters.attendance import Warned


def unfinished(payload: Any) -> list[Warned]:
    """Warn where a saved answer is a page after which there are others."""
    if isinstance(payload, dict) and payload.get("nextPageToken"):
        return [Warned("pages_missing", "this is one page of an answer; the next ones are missing")]
    return []
