"""Every row of the vocabulary, on a statement in its producer's shape."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import get_args

import pytest
from msgspec.structs import replace

from projections.record import NO_ENGAGEMENT, SCORING, Record, RecordKind
from projections.vocabulary import classify, in_force
from projections.vocabulary_table import read_table
from tests.vocabulary.examples import MODES, RULES
from tests.vocabulary.producers import (
    ACROSSX,
    ACROSSX_TYPE,
    ADL,
    ADL_TYPE,
    AS,
    AS1,
    DOD,
    EDLM,
    EDLM_TYPE,
    JSON,
    TINCAN,
    TINCAN_TYPE,
    plain,
)

STORED = datetime(2026, 10, 9, 14, 0, 1, tzinfo=UTC)
TABLE = read_table()


def classified(statement: JSON) -> Record:
    found = classify(statement, 7, STORED)
    assert found is not None
    return found


def test_every_rule_has_its_example_and_every_example_its_rule() -> None:
    assert list(RULES) == [rule.id for rule in TABLE.rules]
    assert list(MODES) == [mode.id for mode in TABLE.modes]


@pytest.mark.parametrize("rule", RULES)
def test_a_producers_statement_meets_its_rule(rule: str) -> None:
    statement, kind = RULES[rule]
    found = classified(statement)
    assert (found.rule, found.kind) == (rule, kind)


@pytest.mark.parametrize("mode_rule", MODES)
def test_a_mode_is_told_by_its_rule(mode_rule: str) -> None:
    statement, mode = MODES[mode_rule]
    found = classified(statement)
    assert (found.mode_rule, found.mode) == (mode_rule, mode)


@pytest.mark.parametrize(
    ("rule", "verb"), [(rule.id, TABLE.iri(verb)) for rule in TABLE.rules for verb in rule.verbs]
)
def test_no_verb_of_a_rule_is_hidden_behind_an_earlier_one(rule: str, verb: str) -> None:
    statement = deepcopy(RULES[rule][0])
    statement["verb"]["id"] = verb
    assert classified(statement).rule == rule


@pytest.mark.parametrize(
    ("verb", "kind", "expected"),
    [
        (f"{AS1}attend", "", "attended"),
        (f"{AS}attend", "", "attended"),
        ("https://w3id.org/xapi/adb/verbs/attended", "", "attended"),
        (f"{DOD}attended-closely", "", "attended"),
        (f"{TINCAN}skipped", f"{ADL_TYPE}module", "other"),
        (f"{AS1}join", f"{TINCAN_TYPE}webinar", "join"),
        (f"{AS1}leave", f"{ADL_TYPE}meeting", "leave"),
        (f"{AS}join", "https://tool.example.org/types/club", "other"),
        (f"{TINCAN}left", f"{ADL_TYPE}module", "left-content"),
        (f"{TINCAN}live", f"{ADL_TYPE}meeting", "session-open"),
        (f"{AS1}complete", "", "completed"),
        (f"{AS}complete", "", "completed"),
        ("http://vocab.xapi.fr/verbs/reset", "", "completion-retracted"),
        (f"{ADL}responded", f"{ADL_TYPE}cmi.interaction", "item-answered"),
        (f"{AS}submit", f"{TINCAN_TYPE}survey", "submitted"),
        (f"{AS1}create", "http://xapi.jisc.ac.uk/forum-post", "posted"),
        (f"{AS1}create", f"{AS1}note", "posted"),
        (f"{AS}create", f"{TINCAN_TYPE}book", "other"),
        (f"{DOD}created", f"{TINCAN_TYPE}forum-topic", "posted"),
        (f"{DOD}created", f"{ADL_TYPE}link", "other"),
        (f"{TINCAN}replied", f"{TINCAN_TYPE}forum-reply", "posted"),
        (f"{ADL}commented", f"{ADL_TYPE}lesson", "posted"),
        (f"{AS}send", f"{TINCAN_TYPE}chat-message", "posted"),
        (f"{DOD}updated", f"{TINCAN_TYPE}forum-reply", "posted-edited"),
        (f"{ACROSSX}edited", f"{ADL_TYPE}course", "other"),
        (f"{DOD}deleted", f"{TINCAN_TYPE}discussion", "posted-deleted"),
        (f"{DOD}deleted", f"{ADL_TYPE}meeting", "other"),
        (f"{ADL}experienced", f"{ADL_TYPE}module", "viewed"),
        (f"{AS1}access", "", "viewed"),
        ("https://w3id.org/xapi/netc/verbs/accessed", "", "viewed"),
        (f"{DOD}accessed", "", "viewed"),
        (f"{DOD}navigated", f"{ADL_TYPE}link", "viewed"),
        ("http://vocab.xapi.fr/verbs/navigated-in", "", "viewed"),
        (f"{ACROSSX}watched", "", "viewed"),
        (f"{AS}watch", "", "viewed"),
        ("https://w3id.org/xapi/netc/verbs/downloaded", f"{ADL_TYPE}file", "viewed"),
        (f"{TINCAN}downloaded", f"{ADL_TYPE}file", "viewed"),
        (f"{ADL}view", "", "viewed"),
        ("https://w3id.org/xapi/video/verbs/paused", "", "progressed"),
        ("https://w3id.org/xapi/video/verbs/seeked", "", "progressed"),
        (f"{ADL}playing", "", "progressed"),
        (f"{ADL}progress", "", "progressed"),
        (f"{ADL}attempted", f"{ADL_TYPE}course", "started"),
        (f"{ADL}launched", "", "started"),
        (f"{ADL}resumed", f"{ADL_TYPE}lesson", "started"),
        (f"{AS}start", f"{ADL_TYPE}module", "started"),
        (f"{AS1}start", f"{ADL_TYPE}attempt", "started"),
        ("https://w3id.org/xapi/tla/verbs/resumed", f"{TINCAN_TYPE}survey", "started"),
        (f"{ADL}suspended", f"{ADL_TYPE}lesson", "left-content"),
        ("https://w3id.org/xapi/adl/verbs/abandoned", "", "left-content"),
        ("https://w3id.org/xapi/tla/verbs/suspended", f"{TINCAN_TYPE}survey", "left-content"),
        (f"{AS1}like", f"{AS1}note", "voted"),
        (f"{TINCAN}rated", f"{ADL_TYPE}course", "voted"),
        (f"{ADL}registered", f"{ACROSSX_TYPE}face-to-face-discussion", "registered"),
        ("https://w3id.org/xapi/tla/verbs/registered", "", "registered"),
        ("https://brindlewaye.com/xAPITerms/verbs/loggedin/", "", "login"),
        (f"{EDLM}login", "", "login"),
        ("https://w3id.org/xapi/adl/verbs/logged-in", "", "login"),
        ("https://brindlewaye.com/xAPITerms/verbs/loggedout", "", "logout"),
        (f"{EDLM}logout", "", "logout"),
        ("https://w3id.org/xapi/adl/verbs/logged-out", "", "logout"),
        ("https://w3id.org/xapi/tla/verbs/forfeited", f"{EDLM_TYPE}badge", "credential"),
        ("https://w3id.org/xapi/tla/verbs/verified", "", "credential"),
        ("https://tool.example.org/verbs/pondered", "", "other"),
    ],
)
def test_a_verb_on_a_type_is_of_a_kind(verb: str, kind: str, expected: str) -> None:
    assert classified(plain(verb, kind)).kind == expected


def test_an_unknown_verb_is_still_engagement() -> None:
    found = classified(plain("https://tool.example.org/verbs/pondered"))
    assert (found.rule, found.kind in NO_ENGAGEMENT) == ("unknown", False)


def test_the_kinds_that_other_rules_rest_on_exist() -> None:
    kinds = set(get_args(RecordKind))
    assert {rule.kind for rule in TABLE.rules} | {"other"} == kinds
    assert kinds > NO_ENGAGEMENT | SCORING


def test_the_version_names_the_meaning_and_not_the_notes() -> None:
    table = read_table()
    first, *others = table.rules
    reworded = replace(table, rules=(replace(first, note="in other words"), *others))
    changed = replace(table, rules=(replace(first, kind="other"), *others))
    assert reworded.fingerprint() == in_force().version
    assert changed.fingerprint() != in_force().version
    assert in_force().version.startswith(f"{table.version}-")
