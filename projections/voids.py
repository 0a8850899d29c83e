"""Which statement another takes back."""

from typing import Any

from lrs.xapi.statement import VOIDED


def voided_by(statement: dict[str, Any]) -> str | None:
    """Return the id, in lower case, of the statement that a valid statement voids; else None."""
    if statement["verb"]["id"] != VOIDED:
        return None
    return str(statement["object"]["id"]).lower()
