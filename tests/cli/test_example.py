"""`docs/examples/report.py` does what it says, on files that `lrs report` wrote."""

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lrs.cli import app
from lrs.main import open_store
from lrs.settings import Settings
from tests.projections import course
from tests.store.statements import record

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "report.py"


def test_the_example_tells_whom_to_call(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'lrs.db'}")
    monkeypatch.setenv("LRS_DATABASE_URL", settings.database_url)
    with open_store(settings) as store:
        store.programs.plan(course.document(), by="test")
        record(store, course.completed("ada"), course.scored("ada", 9), course.scored("bo", 7))
    files = []
    for name, more in (("readiness", ["--session", course.SESSION]), ("drop-off", [])):
        files.append(str(tmp_path / f"{name}.parquet"))
        command = ["report", name, "--program", "course", *more, "--format", "parquet"]
        assert CliRunner().invoke(app, [*command, "-o", files[-1]]).exit_code == 0
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *files], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Lab, 2026-10-09T14:00:00Z: 1 ready" in done.stdout
    assert "Ada" not in done.stdout
    assert [name for name in ("Bo", "Cem", "Dan", "Eva") if name in done.stdout] == [
        *("Bo", "Cem", "Dan", "Eva")
    ]
    (quiz,) = [line for line in done.stdout.splitlines() if line.startswith(course.QUIZ)]
    assert float(quiz.split()[-1]) == pytest.approx(0.8)
