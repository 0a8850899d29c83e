"""Figures as they are printed and kept."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table


@dataclass
class Figure:
    """One measured case; times in milliseconds, memory and sizes in bytes."""

    section: str
    engine: str
    case: str
    rate: float | None = None
    """Statements, requests or events a second, the median of the rounds."""
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    limit: str = ""
    """What the ratio is held against, measured in the same run."""
    ratio: float | None = None
    cpu: float | None = None
    """CPU seconds of the server for 1,000 statements."""
    database_cpu: float | None = None
    peak_memory: int | None = None
    size: float | None = None
    """Bytes kept for each statement."""


def show(figures: Iterable[Figure], console: Console) -> None:
    """Print a table of figures."""
    table = Table(box=None)
    columns = (
        ("section", lambda f: f.section),
        ("engine", lambda f: f.engine),
        ("case", lambda f: f.case),
        ("rate/s", lambda f: _number(f.rate, 0)),
        ("p50 ms", lambda f: _number(f.p50, 1)),
        ("p95 ms", lambda f: _number(f.p95, 1)),
        ("p99 ms", lambda f: _number(f.p99, 1)),
        ("ratio", lambda f: _number(f.ratio, 2)),
        ("to", lambda f: f.limit),
        ("CPU s/1k", lambda f: _number(f.cpu, 3)),
        ("db CPU s/1k", lambda f: _number(f.database_cpu, 3)),
        ("peak MB", lambda f: _number(f.peak_memory and f.peak_memory / 1e6, 0)),
        ("bytes", lambda f: _number(f.size, 0)),
    )
    for name, _ in columns:
        table.add_column(
            name, justify="left" if name in {"section", "engine", "case", "to"} else "right"
        )
    for figure in figures:
        table.add_row(*(read(figure) for _, read in columns))
    console.print(table)


def keep(figures: Iterable[Figure], file: Path) -> None:
    """Write figures as JSON."""
    file.write_text(json.dumps([asdict(each) for each in figures], indent=1) + "\n")


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:,.{digits}f}"
