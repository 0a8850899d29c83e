"""Rules of an operator's own: read, put first, and refused with line and rule."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lrs.errors import InvalidSettings
from projections.vocabulary import adopt, classify, in_force
from projections.vocabulary_additions import extended
from projections.vocabulary_table import read_table
from tests.vocabulary.producers import ADL, ADL_TYPE, AS1, JSON, plain

STORED = datetime(2026, 10, 9, 14, 0, 1, tzinfo=UTC)
OURS = read_table()
THEIRS = """
version = 4

[prefixes]
acme = "https://acme.example.org/verbs/"
acme-type = "https://acme.example.org/types/"

[types]
huddle = ["acme-type:huddle"]
self-paced = ["acme-type:capsule"]

[[rules]]
id = "acme-huddled"
verbs = ["acme:huddled"]
object = ["huddle"]
kind = "attended"
note = "ACME's stand-up tool"

[[rules]]
id = "acme-opened"
verbs = ["adl:experienced"]
object = ["self-paced"]
kind = "started"
note = "in our courses, experienced is no more than opened"

[[modes]]
id = "acme-huddle"
on = ["huddle"]
mode = "in-person"
note = "we meet at the board"
"""
HUDDLE = plain("https://acme.example.org/verbs/huddled", "https://acme.example.org/types/huddle")
CAPSULE = plain(f"{ADL}experienced", "https://acme.example.org/types/capsule")


@pytest.fixture(autouse=True)
def ours_again() -> Iterator[None]:
    """Leave the process with the vocabulary that it had."""
    yield
    adopt(None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "acme.toml"
    written.write_text(THEIRS, encoding="utf-8")
    return written


def told(statement: JSON) -> tuple[str, str, str, str]:
    found = classify(statement, 7, STORED)
    assert found is not None
    return found.kind, found.rule, found.mode, found.mode_rule


def test_an_operators_rules_come_before_ours(file: Path) -> None:
    assert told(HUDDLE)[:2] == ("other", "unknown")
    assert told(CAPSULE)[:2] == ("viewed", "viewed")
    adopt(file)
    assert told(HUDDLE) == ("attended", "acme-huddled", "in-person", "acme-huddle")
    assert told(CAPSULE)[:2] == ("started", "acme-opened")


def test_sets_of_ours_grow_and_our_rules_go_on(file: Path) -> None:
    adopt(file)
    assert told(CAPSULE)[2:] == ("async", "self-paced-type")
    assert told(plain(f"{AS1}join", f"{ADL_TYPE}meeting"))[:2] == ("join", "join")
    assert told(plain(f"{ADL}experienced", f"{ADL_TYPE}course"))[:2] == ("viewed", "viewed")


def test_the_version_covers_both_tables(file: Path) -> None:
    assert in_force().version == OURS.fingerprint()
    first = adopt(file).version
    assert first.startswith(f"{OURS.version}+4-")
    file.write_text(THEIRS.replace("we meet at the board", "in other words"), encoding="utf-8")
    assert adopt(file).version == first
    file.write_text(THEIRS.replace('"started"', '"viewed"'), encoding="utf-8")
    assert adopt(file).version != first
    assert adopt(None).version == OURS.fingerprint()


RULE = '[[rules]]\nid = "mine"\nverbs = ["adl:mined"]\nkind = "viewed"\nnote = "x"\n'


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("version = \n", None, "at line 1, column 11"),
        (f"\n{RULE}colour = 1\n", 2, "rule 'mine': Object contains unknown field `colour`"),
        (f"{RULE}\n{RULE}", 7, "rule 'mine': this id is taken"),
        (RULE.replace("mine", "completed"), 1, "rule 'completed': this id is taken"),
        (RULE.replace('"viewed"', '"vieved"'), 1, "rule 'mine', kind: Invalid enum value 'vieved'"),
        (RULE.replace('note = "x"\n', ""), 1, "missing required field `note`"),
        (RULE.replace('["adl:mined"]', "[]"), 1, "rule 'mine': it names no verbs"),
        (RULE.replace("adl:mined", "acme:mined"), 1, "'acme:mined' does not begin with a prefix"),
        (f'{RULE}object = ["hudle"]\n', 1, "rule 'mine': no category or type is called 'hudle'"),
        (f'{RULE}category = "hudle"\n', 1, "rule 'mine': no category or type is called 'hudle'"),
        ('[prefixes]\nadl = "https://acme.example.org/"\n', 2, "'adl' stands for another IRI"),
        ('[types]\nmeeting = ["acme:huddle"]\n', 2, "type 'meeting': 'acme:huddle' does not begin"),
        ('[[modes]]\nid = "h5p"\nmode = "async"\nnote = "x"\n', 1, "mode 'h5p': this id is taken"),
        ("rule = []\n", None, "unknown field `rule`"),
    ],
    ids=str,
)
def test_a_fault_is_told_with_its_line_and_rule(
    tmp_path: Path, text: str, line: int | None, told: str
) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidSettings) as refused:
        extended(OURS, file)
    assert told in refused.value.message
    assert f"{file}, line {line}: " in refused.value.message or line is None
    assert refused.value.message.startswith(f"LRS_VOCABULARY: {file}")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="cannot be read"):
        adopt(tmp_path / "missing.toml")
    assert in_force().version == OURS.fingerprint()
