"""`lrs report`: to the screen, to files, and without learners."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lrs.cli import app
from lrs.errors import Conflict, InvalidInput, LRSError
from lrs.main import open_store
from lrs.settings import Settings
from projections.vocabulary import adopt
from tests.projections import course
from tests.store.statements import record

Report = Callable[..., bytes]
OWN = """
[[rules]]
id = "only-seen"
verbs = ["adl:completed"]
kind = "viewed"
note = "a page is not completed by saying so"
"""


@pytest.fixture
def report(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Report:
    """Run `lrs report drop-off` on a store with a course; return what it prints."""
    monkeypatch.setenv("LRS_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("COLUMNS", "200")
    with open_store(settings) as store:
        store.programs.plan(course.document(), by="test")
        record(store, course.completed("ada"), course.scored("ada", 9))

    def run(*arguments: str) -> bytes:
        command = ["report", "drop-off", "--program", "course", *arguments]
        done = CliRunner().invoke(app, command)
        if isinstance(done.exception, LRSError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout_bytes

    return run


def test_all_formats_hold_the_same_learners(report: Report, tmp_path: Path) -> None:
    file = tmp_path / "drop-off.parquet"
    assert report("--format", "parquet", "-o", str(file)) == b""
    typed = pq.read_table(file).to_pylist()
    flat = list(csv.DictReader(io.StringIO(report("--format", "csv").decode())))
    whole = json.loads(report("--format", "json"))["learners"]
    for learners in (typed, flat, whole):
        assert [each["name"] for each in learners] == ["Ada", "Bo", "Cem", "Dan", "Eva"]
    assert {typed[0]["state"], flat[0]["state"]} == {whole[0]["state"]}
    assert typed[0]["evidence"] == whole[0]["evidence"]
    assert pq.read_table(io.BytesIO(report("--format", "parquet"))).num_rows == 5


def test_an_aggregate_has_figures_and_no_learners(report: Report) -> None:
    shown = json.loads(report("--format", "json", "--aggregate"))
    assert (shown["learners"], shown["suppressed"], shown["enrolled"]) == ([], True, 5)
    whole = json.loads(report("--format", "json", "--aggregate", "--whole"))
    assert (whole["learners"], whole["suppressed"]) == ([], False)
    rows = list(csv.DictReader(io.StringIO(report("--format", "csv", "--aggregate").decode())))
    assert {"part": "", "of": "", "figure": "enrolled", "value": "5"} in rows
    table = report("--aggregate").decode()
    assert "groups under five are suppressed" in table
    assert "Ada" not in table


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("--whole",), "--whole"),
        (("-o", "table.txt"), "-o"),
        (("--format", "parquet", "--aggregate"), "--format"),
    ],
    ids=str,
)
def test_what_does_not_go_together_is_refused(
    report: Report, arguments: tuple[str, ...], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        report(*arguments)
    assert refused.value.path == path


def test_a_command_without_the_servers_rules_refuses_until_it_rebuilds(
    report: Report, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert json.loads(report("--format", "json"))["rules"].startswith("1-")
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("LRS_VOCABULARY", str(file))
    try:
        with pytest.raises(Conflict, match="LRS_VOCABULARY"):
            report("--format", "json")
        assert CliRunner().invoke(app, ["rebuild"]).exit_code == 0
        assert json.loads(report("--format", "json"))["rules"].startswith("1+1-")
    finally:
        adopt(None)
