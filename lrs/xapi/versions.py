"""The two versions of xAPI that are spoken here, and how a request names one."""

import re
from enum import StrEnum

from lrs.errors import InvalidQuery


class Version(StrEnum):
    """A version of the standard; the value is its latest patch."""

    V1_0_3 = "1.0.3"
    V2_0 = "2.0.0"

    @property
    def of_statements(self) -> str:
        """The `version` of statements that come without one (1.0.3 Data 2.4.10; 2.0 4.2.4.3)."""
        return "1.0.0" if self is Version.V1_0_3 else "2.0.0"


_VERSION = re.compile(r"([12])\.0(?:\.[0-9]{1,9})?")


def is_statement_version(text: str) -> bool:
    """Whether a statement may say that it is of this version: 1.0.x or 2.0.x."""
    return _VERSION.fullmatch(text) is not None


def is_statement_version_1(text: str) -> bool:
    """Whether a statement may say that it is of this version where only 1.0.x is spoken."""
    return text.startswith("1") and is_statement_version(text)


def negotiate(header: str | None) -> Version:
    """Return the version that an `X-Experience-API-Version` header asks for.

    `1.0`, `2.0` and every patch of theirs will do (1.0.3 Communication 3.3). Raises `InvalidQuery`
    for anything else and for no header at all.
    """
    if header is None:
        raise InvalidQuery("the header is missing", "X-Experience-API-Version")
    asked = _VERSION.fullmatch(header)
    if asked is None:
        message = f"{header[:40]!r} is not spoken here; 1.0.x and 2.0.x are"
        raise InvalidQuery(message, "X-Experience-API-Version")
    return Version.V1_0_3 if asked[1] == "1" else Version.V2_0
