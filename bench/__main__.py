"""`python -m bench`: measure each engine on this machine, print a table and write JSON."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.figures import Figure, keep, show
from bench.memory import memory
from bench.projecting import lag, projecting
from bench.reads import reads
from bench.server import Engine, running
from bench.writes import in_batches, mixed, singles

SECTIONS = ("singles", "batches", "mixed", "reads", "projections", "lag", "memory")


def main(
    engine: Annotated[list[str] | None, typer.Option(help="postgresql, sqlite")] = None,
    section: Annotated[list[str] | None, typer.Option(help=", ".join(SECTIONS))] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of what is interleaved.")] = 3,
    largest: Annotated[int, typer.Option(help="Statements in the largest store.")] = 100_000,
    json: Annotated[Path | None, typer.Option(help="Write the figures here.")] = None,
) -> None:
    """Measure; everything lives in temporary folders and goes with them."""
    console, figures = Console(width=180), []
    for name in engine or ("postgresql", "sqlite"):
        with running(name) as started:
            for each in section or SECTIONS:
                found = list(_measured(started, each, rounds, largest))
                show(found, console)
                figures += found
                if json is not None:
                    keep(figures, json)


def _measured(engine: Engine, section: str, rounds: int, largest: int) -> Iterator[Figure]:
    sizes = tuple(size for size in (10_000, 100_000, 1_000_000) if size <= largest)
    if section == "singles":
        return singles(engine, rounds)
    if section == "batches":
        return in_batches(engine, rounds)
    if section == "mixed":
        return mixed(engine)
    if section == "reads":
        return reads(engine, sizes)
    if section == "projections":
        return projecting(engine, largest)
    return lag(engine) if section == "lag" else memory(engine)


if __name__ == "__main__":
    typer.run(main)
