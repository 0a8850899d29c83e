"""Telephones as participants: whatever a tool shows of a number must be taken for one."""

import re

from adapters.attendance import is_phone

PHONE = "Phone participant"


def phone_name(shown: str | None) -> str:
    """Return a name that counts as a telephone number, so that a pseudonym will replace it."""
    digits = re.sub(r"[^0-9*]", "", (shown or "").replace("•", "*").replace("x", "*"))
    return digits if is_phone(digits) else PHONE
