"""From a document's bytes to its values, YAML or JSON."""

import json
from typing import Any

import pytest

from lrs.errors import InvalidProgram
from lrs.plan import parse_document, validate_document
from tests.plan.documents import FULL

YAML = b"""\
slug: course
timezone: Europe/Berlin   # a comment
starts: 2026-09-28
cohorts:
  - id: autumn
    learners:
      - {name: Ada Kaya, mbox: "mailto:ada@example.org", enrolled: 2026-09-29}
sessions:
  - &lab
    id: https://meet.example.org/1
    mode: live-online
    starts: 2026-10-09T14:00:00
    ends: 2026-10-09 15:00:00
  - <<: *lab
    id: https://meet.example.org/2
    starts: 2026-10-09T14:30:00+02:00
"""


def fault(raw: bytes, *, yaml: bool = True) -> str:
    with pytest.raises(InvalidProgram) as caught:
        parse_document(raw, yaml=yaml)
    return caught.value.message


def test_yaml_and_json_say_the_same() -> None:
    by_yaml: Any = parse_document(YAML, yaml=True)
    by_json = parse_document(json.dumps(by_yaml).encode(), yaml=False)
    assert validate_document(by_yaml) == validate_document(by_json)
    assert by_yaml["starts"] == "2026-09-28"


def test_json_is_also_yaml() -> None:
    assert parse_document(json.dumps(FULL).encode(), yaml=True) == FULL


def test_what_is_merged_may_be_overridden() -> None:
    document: Any = parse_document(YAML, yaml=True)
    assert document["sessions"][1] == {
        "id": "https://meet.example.org/2",
        "mode": "live-online",
        "starts": "2026-10-09T14:30:00+02:00",
        "ends": "2026-10-09 15:00:00",
    }


def test_a_time_that_is_none_is_reported_with_its_path() -> None:
    with pytest.raises(InvalidProgram) as caught:
        validate_document(parse_document(b"slug: a\nends: 2026-02-30", yaml=True))
    assert caught.value.path == "ends"


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse_document(b"\xef\xbb\xbfslug: course", yaml=True) == {"slug": "course"}


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"slug: a\ntitle: b\nslug: c", 3),
        (b"slug: a\ncohorts:\n  - {id: a, id: b}", 3),
        (b"slug: a\ntitle: [b}", 2),
        (b"slug: a\ntitle: \xff", 2),
        (b"slug: a\n---\nslug: b", 2),
        (b"slug: a\ntitle: !!python/name:os.system {}", 2),
        (b"slug: a\ntitle: *b", 2),
        (b"slug: a\ntitle: &b [*b]", 2),
        (b"slug: a\n? [b, c]\n: d", 2),
        (b"slug: a\ntitle:\n\t- b", 3),
        (b"slug: " + b"[" * 33 + b"]" * 33, 1),
        (b"slug: " + b"[" * 100_000, 1),
    ],
)
def test_bad_yaml_is_refused_with_its_line(raw: bytes, line: int) -> None:
    assert fault(raw).startswith(f"line {line}")


@pytest.mark.parametrize("raw", [b"!!bool maybe", b"!!int x", b"!!timestamp soon", b"!!float ''"])
def test_a_tag_that_contradicts_its_value_is_refused(raw: bytes) -> None:
    assert "does not fit its tag" in fault(raw)


def test_little_text_cannot_expand_into_much() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert "aliases followed" in fault("\n".join(lines).encode())


def test_merges_cannot_expand_into_much_either() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 8)]
    assert "aliases followed" in fault("\n".join(lines).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b'{"slug": "a", "slug": "b"}',
        b'{"slug": NaN}',
        b'{"slug": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_bad_json_is_refused(raw: bytes) -> None:
    assert fault(raw, yaml=False)


@pytest.mark.parametrize("raw", [b"", b"# nothing but a comment\n", b"null"])
def test_an_empty_yaml_document_is_nothing(raw: bytes) -> None:
    assert parse_document(raw, yaml=True) is None
