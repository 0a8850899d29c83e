"""What a program document may say, and where its first fault is."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.errors import InvalidProgram
from lrs.plan import validate_document
from tests.plan.documents import FORUM, FULL, LAB, MINIMAL, QUIZ, Steps, put, without

LEARNERS: Steps = ("cohorts", 0, "learners")
ADA: Steps = (*LEARNERS, 0)
BO: Steps = (*LEARNERS, 1)
ACTIVITY: Steps = ("activities", 0)
SESSION: Steps = ("sessions", 0)


def fault(document: object) -> InvalidProgram:
    with pytest.raises(InvalidProgram) as caught:
        validate_document(document)
    return caught.value


def written(steps: Steps) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".")


@pytest.mark.parametrize("document", [MINIMAL, FULL], ids=["minimal", "full"])
def test_a_good_document_is_accepted(document: dict[str, Any]) -> None:
    assert json.loads(validate_document(document))["slug"] == document["slug"]


def test_the_answer_is_canonical_whatever_the_order_of_the_keys() -> None:
    backwards = {key: FULL[key] for key in sorted(FULL, reverse=True)}
    assert validate_document(backwards) == validate_document(FULL)
    assert list(json.loads(validate_document(backwards))) == sorted(FULL)


def test_a_document_read_back_is_accepted_and_unchanged() -> None:
    canonical = validate_document(FULL)
    assert validate_document(json.loads(canonical)) == canonical


def test_what_was_left_out_is_not_filled_in() -> None:
    assert validate_document(MINIMAL) == b'{"slug":"course"}'


def test_null_under_an_optional_key_is_as_good_as_no_key() -> None:
    assert validate_document(put(None, *ACTIVITY, "due")) == validate_document(
        without(*ACTIVITY, "due")
    )


@pytest.mark.parametrize(
    "steps", [(), ADA, ACTIVITY, SESSION, (*SESSION, "attendance"), ("rules",)]
)
def test_an_unknown_key_is_a_fault_at_every_level(steps: Steps) -> None:
    error = fault(put(1, *steps, "colour"))
    assert error.path == written((*steps, "colour"))
    assert "unknown" in error.message


def test_a_misspelt_key_is_answered_with_the_right_one() -> None:
    assert "did you mean due?" in fault(put("2026-10-08", *ACTIVITY, "deu")).message


def test_a_misspelt_time_zone_is_answered_with_the_right_one() -> None:
    assert "did you mean Europe/Berlin?" in fault(put("Europe/Berlim", "timezone")).message


@pytest.mark.parametrize(
    "steps",
    [
        ("slug",),
        (*ACTIVITY, "id"),
        (*ACTIVITY, "mode"),
        (*ACTIVITY, "kind"),
        (*SESSION, "id"),
        (*SESSION, "mode"),
        (*SESSION, "starts"),
        (*SESSION, "ends"),
        ("outcomes", 0, "id"),
        ("outcomes", 0, "needs"),
        ("cohorts", 0, "id"),
        (*BO, "account", "name"),
        (*BO, "account", "homePage"),
    ],
    ids=written,
)
def test_what_is_needed_is_missed_by_name(steps: Steps) -> None:
    error = fault(without(*steps))
    assert error.path == written(steps)
    assert "missing" in error.message


BAD: list[tuple[Any, Steps]] = [
    ("", ("slug",)),
    ("New", ("slug",)),
    ("-new", ("slug",)),
    ("new\n", ("slug",)),
    ("a" * 101, ("slug",)),
    (2026, ("slug",)),
    (" ", ("title",)),
    ("half \ud800", ("title",)),
    ("nul \x00", ("title",)),
    ("Europe", ("timezone",)),
    ("../etc/passwd", ("timezone",)),
    (1, ("timezone",)),
    ("2026-13-01", ("starts",)),
    ("28.09.2026", ("starts",)),
    (20260928, ("starts",)),
    ("2026-09-28T25:00", ("starts",)),
    ("2026-09-28T10", ("starts",)),
    ("1066-10-14", ("starts",)),
    ("2026-09-27", ("ends",)),
    (0, ("rules", "at_risk_after_days")),
    (1.5, ("rules", "dropped_after_days")),
    ("7", ("rules", "dropped_after_days")),
    ("both", ("outcomes", 0, "needs")),
    ({}, ("cohorts",)),
    ("autumn", ("cohorts", 1, "id")),
    ("ada@example.org", (*ADA, "mbox")),
    ("mailto:ada", (*ADA, "mbox")),
    ("MAILTO:ada@example.org", (*ADA, "mbox")),
    ("mailto:bo@example.org", (*ADA, "also")),
    ("bo@example.org", (*BO, "also", 0)),
    ("sha1:abc", (*BO, "also", 0)),
    ("https://forum.example.org::", (*BO, "also", 1)),
    ("forum::bo", (*BO, "also", 1)),
    ("lms", (*BO, "account", "homePage")),
    (42, (*BO, "account", "name")),
    ("2026-09-27", (*BO, "withdrawn")),
    ("2026-09-28", (*ADA, "withdrawn")),
    ("Berlin", (*ADA, "timezone")),
    (LAB, (*SESSION, "recording")),
    ("not an iri", (*ACTIVITY, "id")),
    ("/mod/quiz", (*ACTIVITY, "id")),
    (FORUM, (*SESSION, "id")),
    (QUIZ, ("activities", 1, "id")),
    ("live", (*ACTIVITY, "mode")),
    ("exam", (*ACTIVITY, "kind")),
    (["quiz"], (*ACTIVITY, "kind")),
    ("negotiating", (*ACTIVITY, "outcome")),
    ("yes", (*ACTIVITY, "required")),
    (0, (*ACTIVITY, "weight")),
    (-1, (*ACTIVITY, "weight")),
    (True, (*ACTIVITY, "weight")),
    (float("nan"), (*ACTIVITY, "weight")),
    (float("inf"), (*ACTIVITY, "weight")),
    (-1, (*ACTIVITY, "minutes")),
    (1.01, (*ACTIVITY, "pass")),
    (-0.1, (*ACTIVITY, "pass")),
    (0.5, ("activities", 1, "pass")),
    ("async", (*SESSION, "mode")),
    ("2026-10-09T14:00:00", (*SESSION, "ends")),
    ("negotiating", (*SESSION, "outcome")),
    (QUIZ, (*SESSION, "prepares")),
    (LAB, (*SESSION, "prepares", 0)),
    (QUIZ, (*SESSION, "prepares", 1)),
    ("https://lms.example.org/nowhere", (*SESSION, "reinforces", 0)),
    (0, (*SESSION, "reinforce_within_days")),
    ("recording", (*SESSION, "recording")),
    ("room", (*SESSION, "match", 0)),
    (-5, (*SESSION, "attendance", "minutes")),
    (50, (*SESSION, "attendance", "share")),
]


@pytest.mark.parametrize(
    ("value", "steps"), BAD, ids=[f"{written(steps)}-{n}" for n, (_, steps) in enumerate(BAD)]
)
def test_a_fault_is_found_at_its_exact_place(value: Any, steps: Steps) -> None:
    assert fault(put(value, *steps)).path == written(steps)


@pytest.mark.parametrize(
    ("value", "steps", "path"),
    [
        ("2026-10-09T13:00:01Z", (*SESSION, "starts"), "sessions[0].ends"),
        ("2027-01-01", ("starts",), "ends"),
        ("mailto:bo@example.org", (*ADA, "mbox"), "cohorts[0].learners[1].also[0]"),
        ([FORUM, FORUM], (*SESSION, "reinforces"), "sessions[0].reinforces[1]"),
        ([QUIZ, LAB], (*SESSION, "prepares"), "sessions[0].prepares[1]"),
        ([1], ("sessions",), "sessions[0]"),
        ([[]], (*LEARNERS,), "cohorts[0].learners[0]"),
    ],
)
def test_a_fault_shows_where_two_things_do_not_fit(value: Any, steps: Steps, path: str) -> None:
    assert fault(put(value, *steps)).path == path


def test_the_first_fault_in_the_order_of_the_document_is_reported() -> None:
    broken = put("?", *SESSION, "mode", document=put("?", *ACTIVITY, "mode"))
    assert fault(broken).path == "activities[0].mode"


@pytest.mark.parametrize("document", [None, [], "slug: course", 7])
def test_a_document_is_an_object(document: object) -> None:
    assert fault(document).path == ""


def test_keys_that_are_no_text_are_unknown_keys() -> None:
    assert "unknown" in fault({"slug": "course", 1: 2}).message


def test_a_learner_without_any_actor_is_nobody() -> None:
    error = fault(put({"name": "Nobody"}, *LEARNERS, 2))
    assert error.path == "cohorts[0].learners[2]"


@pytest.mark.parametrize(
    ("learner", "place"),
    [
        ({"mbox": "mailto:ADA@example.org"}, "mbox"),
        ({"account": {"homePage": "https://lms.example.org", "name": "42"}}, "account"),
        ({"mbox": "mailto:c@example.org", "also": ["https://lms.example.org::42"]}, "also[0]"),
        ({"also": [f"sha1:{sha1(b'mailto:ada@example.org').hexdigest()}"]}, "also[0]"),
    ],
)
def test_one_actor_cannot_be_two_learners(learner: dict[str, Any], place: str) -> None:
    error = fault(put({"id": "late", "learners": [learner]}, "cohorts", 2))
    assert error.path == f"cohorts[2].learners[0].{place}"
    assert "already the learner cohorts[0].learners" in error.message


def test_a_learner_may_name_one_actor_twice() -> None:
    validate_document(put(["mailto:ada@example.org"], *ADA, "also"))


def test_a_learner_may_leave_on_the_day_of_enrolment() -> None:
    validate_document(put("2026-09-29", *ADA, "withdrawn"))


def test_further_actors_become_canonical_keys() -> None:
    document = put(["mailto:BO@Example.org", f"sha1:{'A' * 40}"], *BO, "also")
    learner = json.loads(validate_document(document))["cohorts"][0]["learners"][1]
    assert learner["also"] == ["mailto:bo@example.org", f"sha1:{'a' * 40}"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (date(2026, 10, 8), "2026-10-08"),
        ("2026-10-08", "2026-10-08"),
        (datetime(2026, 10, 8, 18), "2026-10-08T18:00:00"),  # noqa: DTZ001 - as YAML gives it
        ("2026-10-08T18:00", "2026-10-08T18:00:00"),
        ("2026-10-08 18:00:00", "2026-10-08T18:00:00"),
        ("2026-10-08T18:00:00.25", "2026-10-08T18:00:00.250000"),
        (datetime(2026, 10, 8, 18, tzinfo=UTC), "2026-10-08T18:00:00+00:00"),
        ("2026-10-08T18:00:00Z", "2026-10-08T18:00:00+00:00"),
        ("2026-10-08t18:00:00z", "2026-10-08T18:00:00+00:00"),
        ("2026-10-08 18:00:00 +0530", "2026-10-08T18:00:00+05:30"),
        (
            datetime(2026, 10, 8, 18, tzinfo=timezone(timedelta(hours=-3))),
            "2026-10-08T18:00:00-03:00",
        ),
    ],
)
def test_times_are_kept_as_said_in_one_spelling(value: object, kept: str) -> None:
    canonical = validate_document(put(value, *ACTIVITY, "due"))
    assert json.loads(canonical)["activities"][0]["due"] == kept


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*FULL, "id"]), inner),
        max_leaves=8,
    )
)
def test_whatever_is_sent_is_either_refused_as_a_program_or_canonical(document: object) -> None:
    try:
        canonical = validate_document(document)
    except InvalidProgram:
        return
    assert validate_document(json.loads(canonical)) == canonical
