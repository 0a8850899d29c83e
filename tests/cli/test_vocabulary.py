"""`lrs vocabulary`: the rules, and what they make of statements from a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lrs.cli import app
from lrs.errors import InvalidInput, InvalidSettings, LRSError
from lrs.settings import read_settings
from projections.vocabulary import adopt
from tests.projections import course

Ask = Callable[..., str]
OWN = """
[[rules]]
id = "only-seen"
verbs = ["adl:completed"]
object = ["self-paced"]
kind = "viewed"
note = "a page is not completed by saying so"
"""


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Run the command and return what it prints."""
    monkeypatch.setenv("COLUMNS", "300")

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["vocabulary", *arguments])
        if isinstance(done.exception, LRSError):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    yield run
    adopt(None)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "own.toml"
    file.write_text(OWN, encoding="utf-8")
    monkeypatch.setenv("LRS_VOCABULARY", str(file))
    return file


def tried(ask: Ask, file: Path, content: str) -> list[dict[str, Any]]:
    file.write_text(content, encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(ask("try", str(file), "--json"))["statements"]
    return found


def test_the_rules_are_listed_in_their_order(ask: Ask) -> None:
    listed = json.loads(ask("--json"))
    assert listed["version"].startswith("1-")
    first = listed["rules"][0]
    assert (first["id"], first["from"], first["kind"]) == (
        "attended-adapter",
        "bichron",
        "attended",
    )
    assert "parent" not in first  # only what it asks for
    assert listed["modes"][-1]["id"] == "unknown"
    table = ask()
    assert "category: adapter" in table
    assert "adl:attended" in table


def test_an_operators_rules_stand_first(ask: Ask, own: Path) -> None:
    listed = json.loads(ask("--json"))
    assert listed["version"].startswith("1+1-")
    assert (listed["rules"][0]["id"], listed["rules"][0]["from"]) == ("only-seen", "LRS_VOCABULARY")


def test_statements_are_tried_by_the_rules_in_force(ask: Ask, own: Path, tmp_path: Path) -> None:
    page, quiz = course.completed("ada"), course.scored("bo", 9)
    (found,) = tried(ask, tmp_path / "one.json", json.dumps(page))
    assert (found["kind"], found["rule"], found["mode"], found["mode_rule"]) == (
        "viewed",
        "only-seen",
        "async",
        "self-paced-type",
    )
    assert "saying so" in found["note"]
    both = json.dumps(page) + "\n" + json.dumps(quiz) + "\n"
    lines = tried(ask, tmp_path / "lines.jsonl", both)
    array = tried(ask, tmp_path / "array.json", json.dumps([page, quiz]))
    assert lines == array
    assert array[1]["statement"] == quiz["id"]
    assert "only-seen" in ask("try", str(tmp_path / "one.json"))


def test_what_is_no_record_says_so(ask: Ask, tmp_path: Path) -> None:
    void = course.voiding(course.completed("ada"))
    (found,) = tried(ask, tmp_path / "void.json", json.dumps(void))
    assert (found["kind"], found["rule"]) == (None, None)
    assert "no record" in found["note"]


def test_a_statement_needs_neither_id_nor_time(ask: Ask, tmp_path: Path) -> None:
    bare = {k: v for k, v in course.completed("ada").items() if k not in {"id", "timestamp"}}
    (found,) = tried(ask, tmp_path / "bare.json", json.dumps(bare))
    assert found["kind"] == "completed"


@pytest.mark.parametrize(
    ("content", "path"), [('[{"actor": {}}]', "statements[0]"), ("{", ""), ("[1]", "statements[0]")]
)
def test_what_is_no_statement_is_refused(ask: Ask, tmp_path: Path, content: str, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tried(ask, tmp_path / "wrong.json", content)
    assert refused.value.path.startswith(path)
    with pytest.raises(InvalidInput, match="cannot be read"):
        ask("try", str(tmp_path / "missing.json"))


def test_faulty_rules_are_wrong_settings(ask: Ask, own: Path) -> None:
    own.write_text(OWN.replace("viewed", "vieved"), encoding="utf-8")
    with pytest.raises(InvalidSettings, match="line 2: rule 'only-seen'"):
        ask()


def test_settings_that_are_paths_are_read_as_paths() -> None:
    found = read_settings({"LRS_VOCABULARY": "own.toml", "LRS_SIGNING_KEY": "keys/log"})
    assert (found.vocabulary, found.signing_key) == (Path("own.toml"), Path("keys/log"))
    with pytest.raises(InvalidSettings, match="vocabulary"):
        read_settings({"LRS_VOCABULARY": ""})
