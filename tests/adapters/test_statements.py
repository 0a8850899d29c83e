"""Attendance as statements: valid xAPI, ids that cover the content, no raw telephone numbers."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from hypothesis import given
from hypothesis import strategies as st

import adapters
from adapters.attendance import (
    Act,
    Attendance,
    Meeting,
    Participant,
    Row,
    Stay,
    gather,
    merged,
    time_covered,
)
from adapters.statements import Occurrence, kind_of, meeting_activity_id, replaced, statements
from lrs.errors import UnreadableAttendance
from lrs.xapi.statement import validate
from lrs.xapi.versions import Version
from projections.record import Record
from projections.vocabulary import classify

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
    new = parsed(content.replace(b"14:50:10", b"14:55:10"))
    gone = replaced(old, new)
    assert {each["verb"]["display"]["en"] for each in old if each["id"] in gone} == {
        "attended",
        "left",
    }
    assert replaced(old, parsed(content)) == []


def test_an_import_replaces_only_the_kinds_that_it_tells() -> None:
    person, other = participant(stays=STAYS), participant(acts=ACTS)
    told = {
        "participants": told_of(person),
        "chat": told_of(replace(other, acts=ACTS[:1])),
        "polls": told_of(replace(other, acts=ACTS[2:3])),
        "hands": told_of(replace(other, acts=ACTS[3:4])),
        "reactions": told_of(replace(other, acts=ACTS[4:5])),
    }
    for name, statements_ in told.items():
        others = [each for kind, made in told.items() if kind != name for each in made]
        assert replaced(others, statements_) == []
    everything = [each for made in told.values() for each in made]
    corrected = told_of(replace(other, acts=(Act("posted", AT, "Hello there"),)))
    assert replaced(everything, corrected) == [told["chat"][0]["id"]]
    totals = told_of(participant(total=timedelta(minutes=9)))
    gone = replaced(everything, totals)
    assert gone == [each["id"] for each in told["participants"]]


def test_statements_that_are_no_adapters_are_never_replaced() -> None:
    strange = {"id": "x", "verb": {"id": "http://adlnet.gov/expapi/verbs/voided"}}
    assert kind_of(strange) is None
    assert replaced([strange], [strange | {"id": "y"}]) == []


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


AT = datetime(2026, 10, 19, 12, 20, tzinfo=UTC)
STAYS = (Stay(LAB.starts, LAB.ends),)
ACTS = (
    Act("posted", AT, "Hello"),
    Act("asked", AT, "Why?"),
    Act("answered-poll", AT, "Blue[,]Green", about="Which colours?"),
    Act("raised-hand", AT),
    Act("reacted", AT, "applause"),
)


def participant(**told: Any) -> Participant:
    given: dict[str, Any] = {
        "key": "mail:ada@example.org",
        "name": "Ada",
        "email": "ada@example.org",
        "stable_id": None,
        "role": "host",
        "confidence": "medium",
        "stays": (),
    }
    return Participant(**{**given, **told})


def told_of(*people: Participant, tool: str = "zoom") -> list[dict[str, Any]]:
    attendance = Attendance(tool, Meeting(id="852", starts=LAB.starts, ends=LAB.ends), people)
    return [orjson.loads(each.to_json()) for each in statements(attendance, LAB)]


def record_of(statement: dict[str, Any]) -> Record:
    found = classify(statement, 1, AT)
    assert found is not None
    return found


def test_each_act_is_what_reports_count_it_as_and_lies_on_the_session() -> None:
    told = told_of(participant(acts=ACTS))
    records = [record_of(each) for each in told]
    assert [each.kind for each in records] == [
        "posted",
        "asked",
        "answered-poll",
        "raised-hand",
        "interacted-live",
    ]
    assert {each.mode for each in records} == {"live-online"}
    for each in records:
        assert LAB.session_id in {each.object, *each.parents}
        assert each.timestamp == AT.timestamp() * 1_000_000
    for each in told:
        validate(each, Version.V1_0_3)
        validate(each, Version.V2_0)
    assert told[0]["result"] == {"response": "Hello"}
    assert told[2]["object"]["definition"]["name"] == {"und": "Which colours?"}
    assert told[2]["result"]["response"] == "Blue[,]Green"
    assert told[4]["result"] == {"response": "applause"}


def test_a_chat_or_a_poll_claims_no_presence() -> None:
    records = [record_of(each) for each in told_of(participant(acts=ACTS))]
    assert not {"attended", "join", "leave"} & {each.kind for each in records}
    assert told_of(participant()) == []


def test_presence_of_unknown_length_is_attended_without_a_duration() -> None:
    (told,) = told_of(participant(present_unknown=True))
    record = record_of(told)
    assert (record.kind, record.duration, record.completion) == ("attended", None, True)
    assert told["result"] == {"completion": True}
    (told,) = told_of(participant(total=timedelta(minutes=9)))
    assert record_of(told).duration == 9 * 60_000


def test_a_number_of_acts_is_one_statement_with_its_count() -> None:
    counts = (Act("posted", number=12), Act("raised-hand", number=2), Act("posted", AT, "Hi"))
    posts, hands, hi = told_of(participant(acts=counts))
    count = "https://w3id.org/bichron/extensions/count"
    assert posts["result"]["extensions"] == {count: 12}
    assert hands["result"]["extensions"][count] == 2
    assert "extensions" not in hi["result"]
    # What says no time is told with the person's first.
    assert record_of(posts).timestamp == LAB.starts.timestamp() * 1_000_000


def test_the_same_words_in_the_same_second_are_counted_not_lost() -> None:
    twice = (Act("posted", AT, "Hi"), Act("posted", AT, "Hi"))
    (told,) = told_of(participant(acts=twice))
    assert told["result"]["extensions"] == {"https://w3id.org/bichron/extensions/count": 2}


def test_answers_to_one_question_share_it_and_messages_are_each_persons_own() -> None:
    bo = participant(key="name:bo", name="Bo", email=None, acts=ACTS)
    told = told_of(participant(acts=ACTS), bo)
    first, second = told[:5], told[5:]
    assert first[2]["object"]["id"] == second[2]["object"]["id"]
    assert first[0]["object"]["id"] != second[0]["object"]["id"]


def test_every_statement_says_where_it_comes_from() -> None:
    for each in told_of(participant(stays=STAYS, acts=ACTS)):
        assert each["context"]["extensions"]["https://w3id.org/bichron/extensions/provenance"] == {
            "tool": "zoom",
            "adapter_version": "2",
            "confidence": "medium",
            "role": "host",
        }


def test_no_statement_is_told_twice_whatever_devices_and_ids_a_person_has() -> None:
    later = Stay(LAB.starts, LAB.ends + timedelta(minutes=1))
    phone = participant(key="id:phone", stays=(*STAYS, later, *STAYS))
    told = told_of(participant(stays=(later,)), phone)
    ids = [each["id"] for each in told]
    assert len(ids) == len(set(ids)) == 3


def test_an_id_depends_on_nothing_else_that_is_told() -> None:
    alone = {each["id"] for each in told_of(participant(acts=ACTS[1:2]))}
    bo = participant(key="name:bo", name="Bo", email=None, stays=STAYS)
    among = {each["id"] for each in told_of(bo, participant(acts=ACTS, stays=STAYS))}
    assert alone < among


def test_a_session_called_otherwise_is_the_same_session() -> None:
    attendance = Attendance("zoom", Meeting(), (participant(stays=STAYS, acts=ACTS),))
    renamed = replace(LAB, session_title="Laboratory")
    one, other = (statements(attendance, each) for each in (LAB, renamed))
    assert [each.id for each in one] == [each.id for each in other]
    assert one[0].to_json() != other[0].to_json()


def test_a_third_partys_tool_speaks_for_itself() -> None:
    (told,) = told_of(
        participant(key="name:ada", email=None, present_unknown=True), tool="blackboard"
    )
    assert told["context"]["platform"] == "blackboard"
    assert told["actor"]["account"]["homePage"].startswith(
        "https://w3id.org/bichron/adapter/blackboard/meetings/"
    )
    validate(told, Version.V2_0)


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
    united = merged(shuffled)
    assert time_covered(united) == timedelta(minutes=len(covered))
    assert all(one.left < other.joined for one, other in pairwise(united))


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
