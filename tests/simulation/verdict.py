"""What differs between reports and the truth, in words."""

from collections.abc import Mapping
from fractions import Fraction
from math import isclose
from typing import Any

Report = dict[str, Any]


class Verdict:
    """Gathers differences over one or more reports."""

    def __init__(self) -> None:
        self.compared = 0
        self.differences: list[str] = []

    def same(self, where: str, found: object, true: object) -> None:
        """Compare what a report says with what is so; numbers up to rounding."""
        self.compared += 1
        if not _equal(found, true):
            self.differences.append(f"{where}: the report says {found!r}, the truth is {true!r}")

    def fields(self, where: str, found: Report, true: Mapping[str, object]) -> None:
        """Compare some fields of a report's part."""
        for name, value in true.items():
            self.same(f"{where}, {name}", found[name], value)


def _equal(found: object, true: object) -> bool:
    if isinstance(found, float) or isinstance(true, Fraction | float):
        if found is None or true is None:
            return found is true
        return isclose(float(found), float(true), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type] # numbers both
    return found == true
