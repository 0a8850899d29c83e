"""Other people's adapters: registered by entry point, loaded when asked for, shown in the docs."""

import re
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import adapters
from adapters.registry import Readers
from adapters.signin_sheet import SigninSheetReader
from adapters.zoom import ZoomReader
from lrs.errors import UnreadableAttendance

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "write-an-adapter.md"
FILE = (
    b"Participant,E-mail,Joined (UTC),Left (UTC)\n"
    b"Ada Kaya,ada@example.org,2026-10-19 12:00:00,2026-10-19 12:40:00\n"
    b"Ada Kaya,ada@example.org,2026-10-19 12:30:00,2026-10-19 13:00:00\n"
    b"Ada Kaya,,2026-10-19 12:00:00,2026-10-19 12:10:00\n"
)
Install = Callable[[str, str, str], None]


def code(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (text,) = found
    return str(text)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return what installs a package of one module with one entry point."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def install_(module: str, text: str, entry: str) -> None:
        (tmp_path / f"{module}.py").write_text(text, encoding="utf-8")
        info = tmp_path / f"{module}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[lrs.adapters]\n{entry}\n")
        # As a process that starts after the installation knows them.
        known = Readers((ZoomReader(),), last=SigninSheetReader())
        monkeypatch.setattr(adapters, "READERS", known)

    yield install_
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_the_adapter_of_the_page_works_as_the_page_says(install: Install) -> None:
    text, registered = code("python"), code("toml")
    assert len(text.splitlines()) < 55
    (entry,) = re.findall(r'^\w+ = "\w+:\w+"$', registered, re.MULTILINE)
    install("parley_attendance", text, entry.replace('"', ""))
    for tool in ("parley", "auto"):
        found = adapters.read(tool, adapters.File(FILE), adapters.Options())
        assert found.tool == "parley"
        assert [each.present for each in found.participants] == [
            timedelta(minutes=60),
            timedelta(minutes=10),
        ]
        assert [each.code for each in found.warnings] == ["homonym"]
    for damage in (FILE.replace(b"12:40", b"25:40"), FILE.replace(b"12:40", b"11:40"), b"a,b\n1,2"):
        with pytest.raises(UnreadableAttendance):
            adapters.read("parley", adapters.File(damage), adapters.Options())


def test_others_are_asked_after_ours_and_before_the_most_general(install: Install) -> None:
    install("parley_attendance", code("python"), "parley = parley_attendance:ParleyReader")
    assert list(adapters.READERS) == ["zoom", "parley", "signin-sheet"]
    assert len(adapters.READERS) == 3


def test_none_takes_the_place_of_one_of_ours(install: Install) -> None:
    install("parley_attendance", code("python"), "zoom = parley_attendance:ParleyReader")
    assert isinstance(adapters.READERS["zoom"], ZoomReader)
    assert list(adapters.READERS) == ["zoom", "signin-sheet"]


def test_nothing_is_loaded_before_it_is_asked_for(install: Install) -> None:
    install("loud_attendance", "raise RuntimeError('loaded')", "loud = loud_attendance:Reader")
    assert "loud" in adapters.READERS
    assert "loud_attendance" not in sys.modules


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import no_such_module", "no_such_module"),
        ("raise RuntimeError('no key')", "no key"),
        ("def", "SyntaxError"),
        ("class Other: ...", "has no attribute"),
        ("class Reader:\n    name = 'broken'", "needs `name`"),
        ("class Reader:\n    def __init__(self, x): ...", "TypeError"),
        ("from adapters.zoom import ZoomReader as Reader", "no reader of that name"),
    ],
)
def test_a_broken_one_says_why_by_name_and_is_passed_over_by_auto(
    install: Install, text: str, reason: str
) -> None:
    install("broken_attendance", text, "broken = broken_attendance:Reader")
    file = adapters.File(b"Name,Time in,Time out\nAda,2026-10-19 14:00,2026-10-19 15:00\n")
    with pytest.raises(
        UnreadableAttendance, match="the adapter 'broken' of broken_attendance"
    ) as e:
        adapters.read("broken", file, adapters.Options())
    assert reason in e.value.message
    with pytest.raises(UnreadableAttendance, match="--timezone"):
        adapters.read("auto", file, adapters.Options())  # by the sign-in sheet's reader
    with pytest.raises(UnreadableAttendance, match="there is no adapter 'other'"):
        adapters.read("other", file, adapters.Options())
