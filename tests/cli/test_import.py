"""`lrs import` on both engines: what is told is recorded once, and kept with the file it came in."""

import json
import tracemalloc
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from lrs.attachments import attachment_stream
from lrs.events import AttachmentStored, AttendanceImported, Event, StatementRecorded
from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import Lrs
from tests.projections import course

FILES = Path(__file__).parents[1] / "adapters" / "files"
SESSION = "https://meet.example.org/coaching/2026-10-19"
LOCAL = ("--timezone", "Europe/Berlin")
PARTICIPANTS = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    b"Ada,ada@example.org,10/19/2026 02:00:00 PM,10/19/2026 03:00:00 PM,60,No\n"
    b"Bo,bo@example.org,10/19/2026 02:00:00 PM,10/19/2026 02:20:00 PM,20,No\n"
    b"Cem,,10/19/2026 02:10:00 PM,,50,No\n"
)
CHAT = b"14:05:10 From Cem to Everyone:\r\n\tHello\r\n14:06:00 From Dan to Everyone:\r\n\tHi\r\n"
POLLS = (
    b"Poll Report\nReport Generated:,10/19/2026 18:00\n"
    b"#,User Name,User Email,Submitted Date/Time,,\n"
    b"1,Ada,ada@example.org,10/19/2026 14:10:00,Which?,Blue\n"
)


class Importing:
    """The command on a store that knows the course, and files to give to it."""

    def __init__(self, folder: Path, settings: Settings, run: Lrs) -> None:
        self.folder, self.settings, self.run = folder, settings, run

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def __call__(self, *arguments: str, tool: str = "auto") -> tuple[int, str, str]:
        session = ["--program", "course", "--session", SESSION]
        return self.run("import", tool, *arguments, *session)

    def done(self, *arguments: str) -> Any:
        code, out, err = self(*arguments, *LOCAL, "--json")
        assert code == 0, err
        return json.loads(out)

    def counts(self, *arguments: str) -> tuple[int, int, int]:
        outcome = self.done(*arguments)
        return outcome["stored"], outcome["already_stored"], outcome["voided"]

    def json(self, *arguments: str) -> Any:
        code, out, err = self.run(*arguments)
        assert code == 0, err
        return json.loads(out)

    def learners(self) -> dict[str, Any]:
        found = self.json("report", "combined", "--program", "course", "--format", "json")
        return {each["name"]: each["sync"] for each in found["learners"]}

    def events(self) -> list[Event]:
        with open_store(self.settings) as store:
            return [entry.event for entry in store.log.entries()]

    def attachment(self, digest: str) -> bytes:
        stream = attachment_stream(digest)
        with open_store(self.settings) as store:
            return store.log.attachments([stream])[stream]


@pytest.fixture
def importing(lrs: Lrs, settings: Settings, tmp_path: Path) -> Importing:
    document = course.document()
    document["sessions"][0] |= {
        "id": SESSION,
        "starts": "2026-10-19T12:00:00",
        "ends": "2026-10-19T13:00:00",
    }
    command = Importing(tmp_path, Settings(database_url=settings.database_url), lrs)
    plan = command.file("course.yaml", yaml.safe_dump(document).encode())
    assert lrs("program", "apply", plan)[0] == 0
    return command


def test_files_of_one_meeting_are_one_import(importing: Importing) -> None:
    people = importing.file("participants.csv", PARTICIPANTS)
    chat = importing.file("chat.txt", CHAT)
    polls = importing.file("polls.csv", POLLS)
    outcome = importing.done(people, chat, polls)
    assert (outcome["stored"], outcome["statements"]) == (11, 11)
    assert {each["name"]: each["minutes"] for each in outcome["people"]} == {
        "Ada": 60,
        "Bo": 20,
        "Cem": 50,
        "Dan": 0,
    }
    learners = importing.learners()
    assert (learners["Ada"]["attended"], learners["Ada"]["participation"]["polls"]) == (1, 1)
    # Cem and Dan came without an address, so nobody knows yet that they are learners.
    unmatched = importing.json("people", "unmatched", "--json")["unmatched"]
    assert {each["name"] for each in unmatched} == {"Cem", "Dan"}


def test_an_unmatched_person_who_is_linked_has_attended_and_posted(importing: Importing) -> None:
    importing.done(
        importing.file("participants.csv", PARTICIPANTS), importing.file("chat.txt", CHAT)
    )
    assert importing.learners()["Cem"]["attended"] == 0
    keys = {
        each["name"]: each["actor"]
        for each in importing.json("people", "unmatched", "--json")["unmatched"]
    }
    for name in ("Cem", "Dan"):
        learner = f"mailto:{name.lower()}@example.org"
        assert importing.run("people", "link", keys[name], learner, "--reason", "asked")[0] == 0
    learners = importing.learners()
    assert (learners["Cem"]["attended"], learners["Cem"]["participation"]["posts"]) == (1, 1)
    # Whoever only wrote something has not been shown to be there.
    assert (learners["Dan"]["attended"], learners["Dan"]["participation"]["posts"]) == (0, 1)
    assert importing.json("people", "unmatched", "--json")["unmatched"] == []


def test_chat_and_participants_in_any_order_leave_each_other_alone(importing: Importing) -> None:
    people = importing.file("participants.csv", PARTICIPANTS)
    chat = importing.file("chat.txt", CHAT)
    assert importing.counts(chat) == (2, 0, 0)
    assert importing.counts(people) == (8, 0, 0)
    assert importing.counts(chat) == (0, 2, 0)
    assert importing.counts(people, chat) == (0, 10, 0)
    shorter = importing.file("chat2.txt", CHAT.replace(b"Hi", b"Hi all"))
    assert importing.counts(shorter) == (1, 1, 1)
    assert importing.learners()["Ada"]["minutes"] == 60


def test_what_came_without_its_meeting_is_not_doubled_when_the_meeting_is_known(
    importing: Importing,
) -> None:
    chat = importing.file("chat.txt", CHAT)
    known = importing.file("known.csv", (FILES / "zoom_2021_with_meeting.csv").read_bytes())
    assert importing.counts(chat) == (2, 0, 0)
    outcome = importing.done(known, chat)
    assert (outcome["already_stored"], outcome["voided"]) == (0, 2)
    assert importing.counts(known, chat) == (0, outcome["stored"], 0)
    assert importing.counts(known) == (0, outcome["stored"] - 2, 0)


def test_files_of_different_tools_are_imports_of_their_own(importing: Importing) -> None:
    people = importing.file("participants.csv", PARTICIPANTS)
    outcomes = importing.done(people, str(FILES / "teams_pl_semicolon.csv"))
    assert [(each["tool"], each["stored"]) for each in outcomes] == [("zoom", 8), ("teams", 3)]


def test_the_log_keeps_the_files_and_what_came_from_which_row(importing: Importing) -> None:
    before = len(importing.events())
    people = importing.file("participants.csv", PARTICIPANTS)
    chat = importing.file("chat.txt", CHAT)
    importing.done(people, chat)
    events = importing.events()[before:]
    kinds = [type(each) for each in events]
    assert kinds[:3] == [AttachmentStored, AttachmentStored, AttendanceImported]
    assert set(kinds[3:]) == {StatementRecorded}
    imported = events[2]
    assert isinstance(imported, AttendanceImported)
    # One append: its moments are one microsecond apart.
    moments = [each.timestamp for each in events]
    assert {(b - a).microseconds for a, b in pairwise(moments)} == {1}
    assert imported.principal == "cli"
    assert (imported.tool, imported.program, imported.session) == ("zoom", "course", SESSION)
    assert (imported.stored, imported.already_stored, imported.voided) == (10, 0, 0)
    digests = [sha256(content).hexdigest() for content in (PARTICIPANTS, CHAT)]
    assert [(each.name, each.sha256, each.size) for each in imported.files] == [
        ("participants.csv", digests[0], len(PARTICIPANTS)),
        ("chat.txt", digests[1], len(CHAT)),
    ]
    assert [importing.attachment(each) for each in digests] == [PARTICIPANTS, CHAT]
    assert [(each.code, each.file, each.line) for each in imported.warnings] == [("no_leave", 0, 4)]
    actors = {
        each.originator_id: orjson.loads(each.statement)["actor"]["name"]
        for each in events
        if isinstance(each, StatementRecorded)
    }
    assert {
        (actors[statement], row)
        for each in imported.evidence
        for row in each.rows
        for statement in each.statements
    } == {("Ada", (0, 2)), ("Bo", (0, 3)), ("Cem", (0, 4)), ("Cem", (1, 1)), ("Dan", (1, 3))}
    assert {each for one in imported.evidence for each in one.statements} == set(actors)


def test_importing_again_stores_nothing_and_the_same_facts_in_another_file_only_the_file(
    importing: Importing,
) -> None:
    people = importing.file("participants.csv", PARTICIPANTS)
    importing.done(people)
    position = importing.json("status", "--json")["position"]
    renamed = importing.file("the same.csv", PARTICIPANTS)
    assert importing.counts(people) == importing.counts(renamed) == (0, 8, 0)
    assert importing.json("status", "--json")["position"] == position
    saved_again = importing.file("again.csv", PARTICIPANTS.replace(b"\n", b"\r\n"))
    assert importing.counts(saved_again) == (0, 8, 0)
    stored, imported = importing.events()[position:]
    assert isinstance(stored, AttachmentStored)
    assert isinstance(imported, AttendanceImported)
    assert (imported.originator_version, imported.already_stored) == (2, 8)


def test_a_dry_run_of_several_files_records_nothing(importing: Importing) -> None:
    before = importing.json("status", "--json")["position"]
    outcome = importing.done(importing.file("participants.csv", PARTICIPANTS), "--dry-run")
    assert set(outcome) == {"tool", "meeting", "people", "statements", "warnings"}
    assert importing.json("status", "--json")["position"] == before


def test_warnings_name_their_lines_and_files(importing: Importing) -> None:
    people = importing.file("participants.csv", PARTICIPANTS)
    code, out, err = importing(people, *LOCAL, "--dry-run", tool="zoom")
    assert code == 0
    assert "line 4: no leave is told" in err
    assert "8 statements would be recorded." in err
    assert "Ada" in out
    code, _, err = importing(people, importing.file("chat.txt", CHAT), *LOCAL)
    assert "line 4: participants.csv: no leave is told" in err
    assert "10 statements recorded, 0 known already, 0 voided." in err


REFUSED = {
    "empty.csv": (b"", "auto", "the file is empty"),
    "blank.csv": (b"\xff\xfe\r\0\n\0", "auto", "the file is empty"),
    "binary.csv": (bytes(range(256)) * 99, "auto", "no text"),
    "wrong-tool.csv": (PARTICIPANTS, "teams", "Teams"),
    "unknown.csv": (b"a,b,c\n1,2,3\n", "auto", "none that"),
    "truncated.csv": (PARTICIPANTS[:30], "zoom", "names no participant"),
    "truncated.json": (b'{"participants": [{"id": "x", "na', "auto", ""),
    "half.csv": (PARTICIPANTS.decode().encode("utf-16")[:-1], "auto", ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_reason_and_nothing_is_recorded(
    importing: Importing, name: str
) -> None:
    content, tool, reason = REFUSED[name]
    before = importing.json("status", "--json")["position"]
    good = importing.file("participants.csv", PARTICIPANTS)
    code, out, err = importing(importing.file(name, content), good, *LOCAL, "--json", tool=tool)
    assert (code, out) == (1, "")
    assert err.startswith(f"lrs: {name}")
    assert reason in err
    assert "Traceback" not in err
    assert importing.json("status", "--json")["position"] == before


def test_huge_files_and_endless_devices_are_refused_in_bounded_memory(importing: Importing) -> None:
    huge = importing.folder / "huge.csv"
    with huge.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    tracemalloc.start()
    code, out, err = importing(str(huge), *LOCAL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (code, out) == (1, "")
    assert f"lrs: {huge}: the file has more than the" in err
    assert peak < 20 * 1024 * 1024
    code, _, err = importing("/dev/zero", *LOCAL)
    assert code == 1
    assert "lrs: /dev/zero: the file has more than the" in err


def test_what_is_no_file_or_missing_is_refused(importing: Importing) -> None:
    for path in (importing.folder, importing.folder / "missing.csv"):
        code, _, err = importing(str(path), *LOCAL)
        assert code == 1
        assert err.startswith(f"lrs: {path}: cannot be read")


def test_options_that_settle_a_file_are_named_and_unknown_ones_refused(
    importing: Importing,
) -> None:
    people = importing.file("participants.csv", PARTICIPANTS)
    code, _, err = importing(people)
    assert (code, "--timezone" in err) == (1, True)
    assert importing(people, *LOCAL, "--date-order", "ydm")[0] == 2
    for zone in ("Mars/Olympus", "../etc/passwd", "Europe", ""):
        code, _, err = importing(people, "--timezone", zone)
        assert (code, "is no IANA time zone" in err) == (1, True), zone
