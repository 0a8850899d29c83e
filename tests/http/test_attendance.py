"""`POST /attendance/{tool}` on both engines: uploads are imported as `lrs import` does."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.main import open_store
from lrs.settings import Settings
from tests.conftest import Server, serving
from tests.projections import course

SESSION = "https://meet.example.org/coaching/2026-10-19"
PARTICIPANTS = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    b"Ada,ada@example.org,10/19/2026 02:00:00 PM,10/19/2026 03:00:00 PM,60,No\n"
    b"Cem,,10/19/2026 02:10:00 PM,10/19/2026 02:50:00 PM,40,No\n"
)
CHAT = b"14:05:10 From Cem to Everyone:\r\n\tHello\r\n"
Given = dict[str, Any]


class Uploads:
    """The server with a program of its own, and the question that names it."""

    def __init__(self, server: Server) -> None:
        self.client = server.client
        self.settings = server.settings
        self.slug = f"course-{uuid4()}"
        self.session = f"{SESSION}/{self.slug}"  # meetings without an id are the session's
        document = course.document(self.slug)
        document["sessions"][0] |= {
            "id": self.session,
            "starts": "2026-10-19T12:00:00",
            "ends": "2026-10-19T13:00:00",
        }
        self.client.put(f"/programs/{self.slug}", json=document).raise_for_status()

    def post(
        self, tool: str = "zoom", /, given: Given | None = None, **sent: Any
    ) -> httpx.Response:
        """Send what is given; None leaves a parameter out."""
        asked: Given = {"program": self.slug, "session": self.session, "timezone": "Europe/Berlin"}
        parameters = {k: v for k, v in {**asked, **(given or {})}.items() if v is not None}
        return self.client.post(f"/attendance/{tool}", params=parameters, **sent)

    @property
    def position(self) -> int:
        with open_store(self.settings) as store:
            return store.log.head().position


@pytest.fixture
def uploads(server: Server) -> Uploads:
    return Uploads(server)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that takes small bodies only."""
    url = f"sqlite:///{tmp_path_factory.mktemp('small') / 'lrs.db'}"
    bounded = Settings(
        database_url=url, admin_key="test-key", admin_secret="test-secret", max_body_bytes=10_000
    )
    with serving(bounded) as running:
        yield running


@pytest.fixture(scope="module")
def planned(server: Server) -> Uploads:
    return Uploads(server)


def form(*files: tuple[str, bytes]) -> Given:
    return {"files": [("file", (name, content, "text/csv")) for name, content in files]}


def counts(answer: httpx.Response) -> tuple[int, int, int]:
    answer.raise_for_status()
    told = answer.json()
    return told["stored"], told["already_stored"], told["voided"]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    told = answer.json()
    assert set(told) == {"error", "message", "path"}
    return answer.status_code, told["error"]


def test_a_form_and_the_raw_body_are_the_same_import(uploads: Uploads) -> None:
    answer = uploads.post(**form(("participants.csv", PARTICIPANTS)))
    assert counts(answer) == (6, 0, 0)
    told = answer.json()
    assert (told["tool"], told["statements"], told["warnings"]) == ("zoom", 6, [])
    assert [(each["name"], each["minutes"]) for each in told["people"]] == [
        ("Ada", 60),
        ("Cem", 40),
    ]
    before = uploads.position
    assert counts(uploads.post(content=PARTICIPANTS)) == (0, 6, 0)
    assert counts(uploads.post("auto", content=PARTICIPANTS)) == (0, 6, 0)
    assert uploads.position == before


def test_several_files_of_one_meeting_are_one_and_of_several_an_array(uploads: Uploads) -> None:
    both = form(("participants.csv", PARTICIPANTS), ("chat.txt", CHAT))
    assert counts(uploads.post("auto", **both)) == (7, 0, 0)
    sheet = b"Name,E-mail,Present\nBo,bo@example.org,yes\n"
    two = form(("participants.csv", PARTICIPANTS), ("sheet.csv", sheet))
    told = uploads.post("auto", **two).json()
    assert [(each["tool"], each["stored"]) for each in told] == [("zoom", 0), ("signin-sheet", 1)]


def test_a_dry_run_answers_and_writes_nothing(uploads: Uploads) -> None:
    before = uploads.position
    answer = uploads.post(given={"dry_run": "true"}, content=PARTICIPANTS)
    assert answer.status_code == 200
    assert set(answer.json()) == {"tool", "meeting", "people", "statements", "warnings"}
    assert uploads.position == before
    assert counts(uploads.post(given={"dry_run": "false"}, content=PARTICIPANTS)) == (6, 0, 0)


def test_the_name_of_a_raw_body_stands_in_its_header(uploads: Uploads) -> None:
    # Google's report has times without dates; the file's name tells the day.
    report = (
        b"First name,Last name,Email,Duration,Time joined,Time exited\n"
        b"Ada,K,ada@example.org,40 min,14:00,14:40\n"
    )
    named = {"Content-Disposition": 'attachment; filename="Lab (2026-10-19 14:00).csv"'}
    told = uploads.post("meet", content=report, headers=named).json()
    assert told["people"][0]["stays"] == [["2026-10-19T12:00:00Z", "2026-10-19T12:40:00Z"]]


def test_what_came_by_upload_is_corrected_from_anywhere_and_says_who_sent_it(
    uploads: Uploads, server: Server
) -> None:
    assert counts(uploads.post(content=PARTICIPANTS)) == (6, 0, 0)
    with open_store(uploads.settings) as store:
        key, secret = store.credentials.create("Coach", ["attendance/write"])
    corrected = PARTICIPANTS.replace(b"03:00:00", b"02:55:00")
    with server.anyone(auth=(key, secret)) as coach:
        asked = {"program": uploads.slug, "session": uploads.session, "timezone": "Europe/Berlin"}
        answer = coach.post("/attendance/zoom", params=asked, content=corrected)
        assert counts(answer) == (2, 4, 2)
        assert refusal(coach.get("/programs"))[0] == 403
    with open_store(uploads.settings) as store:
        sent = [
            e.event for e in store.log.entries() if type(e.event).__name__ == "AttendanceImported"
        ]
    assert [each.principal for each in sent[-2:]] == ["test-key", key]
    assert sent[-1].originator_version == 2


def test_an_ambiguous_or_unreadable_file_is_422_naming_the_option_and_writes_nothing(
    uploads: Uploads,
) -> None:
    before = uploads.position
    answer = uploads.post(given={"timezone": None}, **form(("list.csv", PARTICIPANTS)))
    assert refusal(answer) == (422, "ambiguous_attendance")
    assert "timezone" in answer.json()["message"]
    assert answer.json()["path"].startswith("list.csv")
    either = PARTICIPANTS.replace(b"10/19/2026", b"10/09/2026").replace(b" PM", b"")
    answer = uploads.post(content=either)
    assert refusal(answer) == (422, "ambiguous_attendance")
    assert "date-order" in answer.json()["message"]
    for content in (b"", b"\0" * 100, bytes(range(256)), b"a,b\n1,2\n", PARTICIPANTS[:40], b"{"):
        assert refusal(uploads.post("auto", content=content)) == (422, "unreadable_attendance")
    assert refusal(uploads.post("teams", content=PARTICIPANTS)) == (422, "unreadable_attendance")
    assert refusal(uploads.post("skype", content=PARTICIPANTS)) == (422, "unreadable_attendance")
    good_and_bad = form(("good.csv", PARTICIPANTS), ("bad.csv", b"\0\1"))
    answer = uploads.post("auto", **good_and_bad)
    assert (refusal(answer)[0], answer.json()["path"]) == (422, "bad.csv")
    assert uploads.position == before


def test_an_unknown_program_or_session_is_404(uploads: Uploads) -> None:
    for unknown in ({"program": "none"}, {"session": "https://example.org/none"}):
        assert refusal(uploads.post(given=unknown, content=PARTICIPANTS)) == (404, "not_found")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"program": None}, "program"),
        ({"session": None}, "session"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"date_order": "ydm"}, "date_order"),
        ({"dry_run": "perhaps"}, "dry_run"),
        ({"zone": "UTC"}, "zone"),
    ],
)
def test_a_wrong_parameter_is_400_and_named(uploads: Uploads, given: Given, path: str) -> None:
    answer = uploads.post(given=given, content=PARTICIPANTS)
    assert (answer.status_code, answer.json()["path"]) == (400, path)


BROKEN = {
    "no file": b"--x--\r\n",
    "no end": b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nab',
    "a second file without an end": (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nab\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\nab'
    ),
    "no name": b"--x\r\nContent-Type: text/csv\r\n\r\nab\r\n--x--\r\n",
    "another field": b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nab\r\n--x--\r\n',
    "text": b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nab\r\n--x--\r\n',
    "nothing": b"",
    "no form": PARTICIPANTS,
    "bad header": b"--x\r\nContent Disposition\r\n\r\nab\r\n--x--\r\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_form_is_400(uploads: Uploads, name: str) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = uploads.post(content=BROKEN[name], headers=headers)
    assert refusal(answer) == (400, "invalid")


@pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=é", "; boundary=" + "b" * 300])
def test_a_form_with_a_wrong_boundary_is_400(uploads: Uploads, boundary: str) -> None:
    headers = {"Content-Type": f"multipart/form-data{boundary}".encode("latin-1")}
    answer = uploads.post(content=BROKEN["text"], headers=headers)
    assert refusal(answer) == (400, "invalid")


def test_a_body_beyond_the_limit_is_413_however_it_is_sent(small: Server) -> None:
    uploads = Uploads(small)
    large = PARTICIPANTS + b"x" * 10_000
    before = uploads.position
    sent: list[Given] = [
        {"content": large},
        {"content": iter([large[:5_000], large[5_000:]])},
        form(("a.csv", large)),
        form(("a.csv", PARTICIPANTS), ("b.csv", large[:9_990])),
    ]
    for each in sent:
        assert refusal(uploads.post(**each)) == (413, "too_large")
    assert uploads.position == before
    assert counts(uploads.post(content=PARTICIPANTS)) == (6, 0, 0)


@given(
    tool=st.sampled_from(["auto", "zoom", "teams", "meet", "signin-sheet"]),
    content=st.binary(max_size=300)
    | st.builds(
        lambda text, at, junk: text[: at % len(text)] + junk + text[at % len(text) :],
        st.sampled_from([PARTICIPANTS, CHAT, PARTICIPANTS.decode().encode("utf-16")]),
        st.integers(0),
        st.binary(max_size=8) | st.sampled_from([b"\t", b'"', b"\n", b",", b";", b"\0\0"]),
    ),
    name=st.none() | st.text(max_size=20),
)
@settings(max_examples=60, deadline=None)
def test_no_upload_is_met_with_a_5xx(
    planned: Uploads, tool: str, content: bytes, name: str | None
) -> None:
    sent: Given = {"content": content}
    if name is not None:
        sent = form((name, content))
    answer = planned.post(tool, **sent)
    assert answer.status_code in {200, 400, 422}
    if answer.status_code != 200:
        assert refusal(answer)[0]


def test_whoever_may_not_is_told_before_anything_is_read(uploads: Uploads, server: Server) -> None:
    asked = {"program": uploads.slug, "session": uploads.session}
    with server.anyone() as nobody:
        assert nobody.post("/attendance/zoom", params=asked).status_code == 401
    with open_store(uploads.settings) as store:
        pair = store.credentials.create("LMS", ["statements/write"])
    with server.anyone(auth=pair) as lms:
        answer = lms.post("/attendance/zoom", params=asked, content=PARTICIPANTS)
        assert refusal(answer) == (403, "forbidden")


def test_those_whom_nobody_knows_wait_in_the_queue_of_people(
    uploads: Uploads, wait_until: Any
) -> None:
    uploads.post(content=PARTICIPANTS).raise_for_status()

    def names() -> set[str]:
        found = uploads.client.get("/people", params={"unmatched": "true"}).json()["unmatched"]
        return {each["name"] for each in found if each["program"] == uploads.slug}

    wait_until(lambda: names() == {"Cem"})


def test_many_uploads_at_once_store_everything_once(uploads: Uploads) -> None:
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: uploads.post(content=PARTICIPANTS), range(6)))
    assert {each.status_code for each in told} <= {200, 409}
    assert sum(counts(each)[0] for each in told if each.status_code == 200) == 6
    assert counts(uploads.post(content=PARTICIPANTS)) == (0, 6, 0)


def test_the_route_is_described(server: Server) -> None:
    described = server.client.get("/openapi.json").json()["paths"]["/attendance/{tool}"]["post"]
    assert {each["name"] for each in described["parameters"]} == {
        "tool",
        "program",
        "session",
        "timezone",
        "date_order",
        "dry_run",
    }
    assert "multipart/form-data" in described["requestBody"]["content"]
    assert json.dumps(described).count("binary") == 2
