"""Attendance as statements: valid xAPI, ids that cover the content, no raw telephone numbers."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from hypothesis import given
from hypothesis import strategies as st

import adapters
from adapters.attendance import Row, Stay, gather, time_covered
from adapters.statements import Occurrence, meeting_activity_id, replaced, statements
from lrs.errors import UnreadableAttendance
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version

FILES = Path(__file__).parent / "files"
LAB = Occurrence(
    session_id="https://meet.example.org/lab",
    session_title="Lab",
    program="course",
    starts=datetime(2026, 10, 19, 12, tzinfo=UTC),
    ends=datetime(2026, 10, 19, 13, tzinfo=UTC),
    mode="live-online",
)


def built(content: bytes) -> list[Any]:
    options = adapters.Options(timezone=ZoneInfo("Europe/Berlin"))
    return statements(adapters.read("auto", adapters.File(content), options), LAB)


def parsed(content: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(each.to_json()) for each in built(content)]


def test_every_statement_of_every_file_is_valid_in_both_versions() -> None:
    for file in FILES.iterdir():
        found = parsed(file.read_bytes())
        assert found
        for each in found:
            validate(each, Version.V1_0_3)
            validate(each, Version.V2_0)


def test_each_person_attended_once_and_joins_and_leaves_with_every_stay() -> None:
    found = parsed((FILES / "teams_en_utf16le.csv").read_bytes())
    verbs = [each["verb"]["display"]["en"] for each in found]
    assert verbs == ["attended", "joined", "left", "joined", "left", "attended", "joined", "left"]
    assert found[0]["result"]["duration"] == "PT49M50S"
    assert found[0]["object"]["id"] == LAB.session_id
    assert found[0]["actor"]["mbox"] == "mailto:ada@example.org"


def test_totals_alone_give_no_joins() -> None:
    found = parsed((FILES / "zoom_2024_unique_es.csv").read_bytes())
    assert {each["verb"]["id"].rpartition("/")[2] for each in found} == {"attended"}


def test_the_same_facts_give_the_same_ids_whatever_file_they_come_in() -> None:
    content = (FILES / "teams_pl_semicolon.csv").read_bytes()
    saved_again = content.decode("utf-8-sig").replace(";", "\t").encode("utf-16")
    assert [each.id for each in built(content)] == [each.id for each in built(saved_again)]


def test_a_corrected_file_replaces_only_what_it_changes() -> None:
    content = (FILES / "teams_pl_semicolon.csv").read_bytes()
    old = parsed(content)
    new = built(content.replace(b"14:50:10", b"14:55:10"))
    gone = replaced(old, {str(each.id) for each in new})
    assert {each["verb"]["display"]["en"] for each in old if each["id"] in gone} == {
        "attended",
        "left",
    }
    assert replaced(old, {str(each.id) for each in built(content)}) == []


def test_the_meeting_is_known_again_by_its_id_and_start() -> None:
    options = adapters.Options(timezone=UTC)
    content = (FILES / "zoom_2021_with_meeting.csv").read_bytes()
    one = meeting_activity_id(adapters.read("zoom", adapters.File(content), options), LAB)
    later = content.replace(b"10/19/2026", b"10/26/2026")
    assert meeting_activity_id(adapters.read("zoom", adapters.File(later), options), LAB) != one
    assert (
        meeting_activity_id(adapters.read("zoom", adapters.File(content + b"\n"), options), LAB)
        == one
    )


def test_no_statement_holds_a_telephone_number() -> None:
    content = (FILES / "zoom_2021_with_meeting.csv").read_bytes()
    assert "23456789" not in orjson.dumps(parsed(content)).decode().replace(" ", "")


_START = datetime(2026, 10, 19, 12, tzinfo=UTC)
_STAYS = st.lists(
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted), min_size=1, max_size=8
)


@given(spans=_STAYS, data=st.data())
def test_any_split_order_or_repetition_of_stays_gives_the_same_minutes(
    spans: list[list[int]], data: st.DataObject
) -> None:
    def at(minute: float) -> datetime:
        return _START + timedelta(minutes=minute)

    stays = [Stay(at(a), at(b)) for a, b in spans]
    covered = {m for a, b in spans for m in range(a, b)}
    pieces = [Stay(at(m), at(m + 1)) for a, b in spans for m in range(a, b)]
    shuffled = data.draw(st.permutations(stays + pieces))
    assert time_covered(stays) == time_covered(shuffled) == timedelta(minutes=len(covered))
    rows = [Row(line=n, name="Ada", stay=stay) for n, stay in enumerate(shuffled, start=1)]
    (ada,) = gather(rows, "meeting")
    assert ada.present == timedelta(minutes=len(covered))


_GOLDEN = [file.read_bytes() for file in sorted(FILES.iterdir())]


@given(
    content=st.binary(max_size=400)
    | st.builds(
        lambda text, at, junk: text[: at % len(text)] + junk + text[at % len(text) :],
        st.sampled_from(_GOLDEN),
        st.integers(0),
        st.binary(max_size=8) | st.sampled_from([b"\t", b'"', b"\n", b",", b";", b"1", b"\0\0"]),
    )
)
def test_no_file_is_met_with_anything_but_our_own_errors(content: bytes) -> None:
    for tool in ("auto", "zoom", "teams"):
        with suppress(UnreadableAttendance):
            adapters.read(tool, adapters.File(content), adapters.Options(timezone=UTC))
