"""`lrs sync` on both engines, against a server that plays Zoom: each meeting into its session, once."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.attendance import Meeting
from adapters.pulls import Instance, Pulled, zoom_pull
from adapters.pulls.pull import Wanted, every
from lrs.cli import sync, sync_tools
from lrs.cli.sync_cursor import Cursor
from lrs.documents import DocumentKey
from lrs.errors import InvalidInput, InvalidSettings, Unavailable
from lrs.index import Owner
from lrs.main import open_store
from lrs.plan import read_plan, validate_document
from lrs.sessions import Held
from lrs.settings import Settings
from lrs.store import Store
from tests.adapters.vendors import NOON, SECRET, Played, Reply, ZoomAccount, at, playing
from tests.conftest import Lrs, succeed
from tests.projections import course

ROOM = 85218486288
SESSIONS = [f"https://zoom.us/j/{ROOM}/week-{week}" for week in range(3)]
NOW = NOON + timedelta(days=20)
SINCE = "2026-10-19T00:00:00Z"


def document(slug: str = "course", **changes: Any) -> dict[str, Any]:
    """Return the course with a session at noon on three Mondays, all of them in one room."""
    told = course.document(slug, ends="2026-12-31", **changes)
    (lab,) = told["sessions"]
    told["sessions"] = [
        lab
        | {
            "id": each,
            "match": [],
            "starts": at(0, day=7 * week),
            "ends": at(60, day=7 * week),
        }
        for week, each in enumerate(SESSIONS)
    ]
    return told


@pytest.fixture
def account() -> ZoomAccount:
    """Three weekly meetings of the course, and one that is nobody's business."""
    made = ZoomAccount()
    for week in range(3):
        made.hold(f"week-{week}==", ROOM, at(0, 7 * week), at(50, 7 * week), type=8)
    made.hold("private", 99999999999, at(0, 8), at(30, 8), topic="Salary talk", host="host2")
    return made


@pytest.fixture
def zoom(
    account: ZoomAccount, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Iterator[Played]:
    monkeypatch.setenv("LRS_DATABASE_URL", settings.database_url)
    monkeypatch.setattr(sync, "utc_now", lambda: NOW)
    with playing(account) as played:
        pull = zoom_pull("a", "c", SECRET, url=played.url, tokens=f"{played.url}/oauth/token")
        service = replace(pull.service, now=lambda: NOW, wait=lambda _: None)
        monkeypatch.setitem(sync_tools.TOOLS, "zoom", lambda _: replace(pull, service=service))
        yield played


@pytest.fixture
def lrs(lrs: Lrs, zoom: Played, settings: Settings) -> Lrs:
    """Run the command on a store that knows the course."""
    with open_store(settings) as store:
        store.programs.plan(document(), by="cli")
    return lrs


def position(lrs: Lrs) -> int:
    return int(succeed(lrs, "status", "--json")["position"])


def stored(found: dict[str, Any]) -> list[tuple[str, int]]:
    """Return the sessions of a run's meetings, and how many statements of each were new."""
    return [(each["session"], each["stored"]) for each in found["meetings"]]


def test_each_meeting_goes_into_the_session_that_it_was(lrs: Lrs) -> None:
    found = succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    assert [each["session"] for each in found["meetings"]] == SESSIONS
    assert {each["program"] for each in found["meetings"]} == {"course"}
    # An attended, a join and a leave for each of two people.
    assert [each["stored"] for each in found["meetings"]] == [6, 6, 6]
    assert [person["minutes"] for person in found["meetings"][0]["people"]] == [50, 50]


def test_a_meeting_of_no_session_is_listed_with_the_reason_and_nobody_of_it_asked_for(
    lrs: Lrs, zoom: Played
) -> None:
    found = succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    (skipped,) = found["skipped"]
    assert (skipped["id"], skipped["title"]) == ("99999999999", "Salary talk")
    assert skipped["reason"] == "no session's id or match names this meeting"
    assert not [path for path in zoom.paths() if "private" in path]


def test_again_from_the_same_moment_nothing_is_stored(lrs: Lrs) -> None:
    succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    before = position(lrs)
    again = succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    assert [each["stored"] for each in again["meetings"]] == [0, 0, 0]
    assert [each["already_stored"] for each in again["meetings"]] == [6, 6, 6]
    assert position(lrs) == before


def test_a_run_that_was_interrupted_goes_on_and_stores_nothing_twice(
    lrs: Lrs, account: ZoomAccount
) -> None:
    account.refused["week-2=="] = Reply({"message": "limit"}, 429, {"Retry-After": "86400"})
    code, out, err = lrs("sync", "zoom", "--since", SINCE, "--json")
    assert (code, out) == (1, "")
    assert "86400 seconds" in err
    account.refused.clear()
    found = succeed(lrs, "sync", "zoom", "--json")
    assert stored(found) == [(SESSIONS[1], 0), (SESSIONS[2], 6)]
    assert found["since"] == at(30, 8 - 1), "a day before the end that the first run came to"
    again = succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    assert [each["stored"] for each in again["meetings"]] == [0, 0, 0]


def test_a_run_without_a_beginning_asks_for_one(lrs: Lrs) -> None:
    code, out, err = lrs("sync", "zoom")
    assert (code, out) == (1, "")
    assert "--since" in err


def test_a_later_report_corrects(lrs: Lrs, account: ZoomAccount) -> None:
    succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    account.people["week-2=="][0]["leave_time"] = at(45, 14)
    found = succeed(lrs, "sync", "zoom", "--since", at(0, 14), "--json")
    (corrected,) = found["meetings"]
    assert (corrected["stored"], corrected["already_stored"], corrected["voided"]) == (2, 4, 2)


def test_a_dry_run_records_nothing_and_keeps_no_place(lrs: Lrs) -> None:
    before = position(lrs)
    found = succeed(lrs, "sync", "zoom", "--since", SINCE, "--dry-run", "--json")
    assert [each["statements"] for each in found["meetings"]] == [6, 6, 6]
    assert "stored" not in found["meetings"][0]
    assert found["cursor"] is None
    assert position(lrs) == before


def test_a_table_shows_meetings_and_what_was_skipped(lrs: Lrs) -> None:
    shown = succeed(lrs, "sync", "zoom", "--since", SINCE)
    assert SESSIONS[1] in shown
    assert "Salary talk" in shown
    assert "no session's id or match names this meeting" in shown


def test_a_report_that_is_late_is_waited_for_by_the_next_runs(
    lrs: Lrs, account: ZoomAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = NOON + timedelta(days=14, hours=2)
    monkeypatch.setattr(sync, "utc_now", lambda: soon)
    account.hosts["host1"][2]["type"] = 2
    late = account.people.pop("week-2==")
    account.hold("after", 77777777777, at(60, 14), at(90, 14))
    found = succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    assert [each["id"] for each in found["skipped"]] == ["99999999999", str(ROOM), "77777777777"]
    assert "Meeting does not exist" in found["skipped"][1]["reason"]
    assert found["cursor"] == at(30, 8), "not past what is waited for"
    account.people["week-2=="] = late
    again = succeed(lrs, "sync", "zoom", "--json")
    assert stored(again) == [(SESSIONS[1], 0), (SESSIONS[2], 6)]
    assert again["cursor"] == at(90, 14)


def test_a_meeting_that_never_can_be_read_holds_nobody_up(lrs: Lrs, account: ZoomAccount) -> None:
    del account.people["week-2=="]
    found = succeed(lrs, "sync", "zoom", "--since", SINCE, "--json")
    assert len(found["skipped"]) == 2
    assert found["cursor"] == at(0, 17), "three days before the run"


def test_each_program_has_its_own_place(lrs: Lrs) -> None:
    found = succeed(lrs, "sync", "zoom", "--program", "course", "--since", SINCE, "--json")
    assert len(found["meetings"]) == 3
    assert lrs("sync", "zoom")[0] == 1, "for all programs nothing was synchronised yet"
    assert succeed(lrs, "sync", "zoom", "--program", "course", "--json")["meetings"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("skype", "--since", SINCE), "zoom, teams, meet, webex"),
        (("zoom", "--since", "yesterday"), "--since"),
        (("zoom", "--since", "2999-01-01"), "--since"),
        (("zoom", "--since", SINCE, "--program", "none"), "none"),
    ],
)
def test_what_a_run_does_not_know_is_refused(
    lrs: Lrs, arguments: tuple[str, ...], told: str
) -> None:
    code, out, err = lrs("sync", *arguments)
    assert (code, out) == (1, "")
    assert told in err


def test_credentials_that_are_not_set_are_named(lrs: Lrs) -> None:
    code, _, err = lrs("sync", "teams", "--since", SINCE)
    assert code == 2
    for name in ("LRS_GRAPH_TENANT", "LRS_GRAPH_CLIENT_ID", "LRS_GRAPH_CLIENT_SECRET"):
        assert name in err


def test_a_refused_credential_shows_no_secret(lrs: Lrs, zoom: Played) -> None:
    zoom.first.append(Reply({"error": "invalid_client", "reason": f"not {SECRET}"}, 400))
    code, _, err = lrs("sync", "zoom", "--since", SINCE)
    assert code == 1
    assert "Zoom answers 400: invalid_client not ***" in err
    assert SECRET not in err


def test_a_place_never_goes_back_and_only_our_own_counts(store: Store) -> None:
    cursor = Cursor(store, "zoom", None, by="cli")
    assert cursor.ended() is None
    cursor.advance(NOON)
    cursor.advance(NOON - timedelta(days=1))
    assert cursor.ended() == NOON
    owner = Owner("activity-profile", "https://w3id.org/bichron/adapter/zoom", None)
    later = b'{"ended": "2030-01-01T00:00:00Z"}'
    key = DocumentKey(owner, "sync")
    store.documents.put(key, later, "application/json", lambda _: None, by="some-client")
    assert cursor.ended() is None
    store.documents.put(key, b"{}", "application/json", lambda _: None, by="cli")
    assert cursor.ended() is None


def test_the_place_can_be_read_as_a_document(settings: Settings) -> None:
    with open_store(settings) as store:
        Cursor(store, "zoom", None, by="cli").advance(NOON)
        owner = Owner("activity-profile", "https://w3id.org/bichron/adapter/zoom", None)
        kept = store.documents.get(DocumentKey(owner, "sync"))
    assert kept is not None
    assert json.loads(kept.content) == {"ended": "2026-10-19T12:00:00Z"}


def planned(**session: Any) -> list[Held]:
    told = document()
    told["sessions"] = [told["sessions"][0] | session]
    plan = read_plan(validate_document(told))
    return [Held(plan.slug, each) for each in plan.sessions]


def instance(*names: str, starts: datetime = NOON) -> Instance:
    return Instance("x", names, None, starts, starts + timedelta(hours=1), {})


def test_every_tool_is_made_from_its_settings(tmp_path: Path) -> None:
    given = Settings(
        zoom_account_id="a",
        zoom_client_id="b",
        zoom_client_secret="c",
        graph_tenant="a/b",
        graph_client_id="b",
        graph_client_secret="c",
        meet_token="word",
        webex_token="word",
    )
    for tool in ("zoom", "teams", "meet", "webex"):
        assert sync_tools.pull_from(tool, given).name == tool
    refreshing = Settings(webex_client_id="a", webex_client_secret="b", webex_refresh_token="c")
    assert sync_tools.pull_from("webex", refreshing).name == "webex"
    for tool in ("zoom", "teams", "meet", "webex"):
        with pytest.raises(InvalidSettings, match=r"LRS_\w+"):
            sync_tools.pull_from(tool, Settings())
    for file in (tmp_path / "missing.json", tmp_path):
        with pytest.raises(InvalidSettings, match="LRS_MEET_SERVICE_ACCOUNT"):
            sync_tools.pull_from("meet", Settings(meet_service_account=file))
    with pytest.raises(InvalidInput):
        sync_tools.pull_from("skype", Settings())


def test_a_bare_date_begins_with_its_day_in_utc() -> None:
    assert sync._moment("2026-10-19", NOW) == datetime(2026, 10, 19, tzinfo=UTC)
    assert sync._moment("2026-10-19T02:00:00+02:00", NOW) == datetime(2026, 10, 19, tzinfo=UTC)


class Interrupted(NamedTuple):
    """A pull of given meetings that breaks off after some of them."""

    instances: list[Instance]
    after: int | None
    name: str = "zoom"

    def meetings(self, since: datetime, wanted: Wanted = every) -> Iterator[Pulled]:
        due = sorted((each.ends, each.id, each) for each in self.instances if each.ends >= since)
        for number, (_, _, each) in enumerate(due):
            if number == self.after:
                raise Unavailable("the vendor is away")
            yield Pulled("zoom", Meeting(), (), instance=each)


@given(
    minutes=st.lists(st.tuples(st.integers(0, 9000), st.booleans()), max_size=30),
    breaks=st.lists(st.integers(0, 30), max_size=5),
)
def test_wherever_runs_break_off_every_meeting_is_recorded(
    minutes: list[tuple[int, bool]], breaks: list[int]
) -> None:
    sessions = planned(starts=at(0), ends=at(9000))
    told = [
        instance(str(ROOM) if ours else "77777777777", starts=NOON + timedelta(minutes=each))
        for each, ours in minutes
    ]
    told = [each._replace(id=str(number)) for number, each in enumerate(told)]
    recorded: set[str] = set()

    def record(pulled: Pulled, _: Held) -> dict[str, Any]:
        recorded.add(pulled.instance.id)
        return {}

    reached = [NOON]
    for after in [*breaks, None]:
        run = sync.Run(Interrupted(told, after), sessions, record, reached.append, NOW)
        with suppress(Unavailable):
            run.go(max(reached) - sync.OVERLAP)
    assert recorded == {each.id for each in told if each.names == (str(ROOM),)}
