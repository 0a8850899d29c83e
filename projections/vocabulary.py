"""From statements to records: what a statement says about learning, by a table of rules.

The table is data, `vocabulary.toml`; a verb alone is never enough. Rules are indexed by verb, so a
statement is held against the handful that speak of its verb. An operator's own rules may stand
before ours; a process has one vocabulary, which `adopt` sets when it starts.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from lrs.errors import InvalidStatement
from lrs.xapi.actor import actor_key
from lrs.xapi.rules.actors import identified
from lrs.xapi.statement import VOIDED
from lrs.xapi.values import parse_duration, parse_timestamp
from projections.conditions import Test, compiled
from projections.facts import FOR, JSON, Facts
from projections.record import Record, RecordKind
from projections.vocabulary_additions import extended
from projections.vocabulary_table import ModeRule, Rule, Table, read_table

SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
HELD = "https://w3id.org/bichron/extensions/held"
COUNT = "https://w3id.org/bichron/extensions/count"
COUNTED_AT_MOST = 10_000
"""More acts of one person in one statement are not believed."""

Row = TypeVar("Row", Rule, ModeRule)
Choices = Sequence[tuple[tuple[Test, ...], Row]]
"""Rows with their tests, in the table's order."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_OF_MEETINGS: frozenset[RecordKind] = frozenset({"session-open", "session-close"})
_NO_ACTIVITIES = frozenset({"Agent", "Group", "StatementRef", "SubStatement"})
_NOT_AN_ACTIVITY = Rule(id="not-an-activity", kind="other", note="about a statement or an actor")
_UNKNOWN = Rule(id="unknown", kind="other", note="no rule speaks of it, yet something was done")
_MODELESS = ModeRule(id="none", mode="unknown", note="the table ends without a last resort")


def classify(statement: JSON, position: int, stored: datetime) -> Record | None:
    """Return what a valid statement, completed by the LRS, says about learning.

    `position` is its place in the log, `stored` when it was accepted (aware). None for a voiding
    statement and for one whose actor is nobody (an anonymous group, `<unknown>`, H5P's
    `not-trackable-…`), unless it tells when a meeting began or ended: its actor may be empty then.
    """
    verb = statement["verb"]["id"]
    if verb == VOIDED:
        return None
    facts = Facts(statement)
    rule = _rule_for(facts, verb)
    facts.kind = rule.kind
    learner = _learner(facts, rule)
    actor = actor_key(learner)
    if rule.kind not in _OF_MEETINGS and (actor is None or _is_nobody(learner)):
        return None
    mode = _first(_InForce.vocabulary.modes, facts, _MODELESS)
    activity = rule is not _NOT_AN_ACTIVITY
    return Record(
        position=position,
        statement=statement["id"].lower(),  # references may be written in another case
        stored=_micros(stored),
        timestamp=_micros(parse_timestamp(statement["timestamp"])),
        actor=actor or "",
        name=learner.get("name"),
        kind=rule.kind,
        rule=rule.id,
        mode=mode.mode,
        mode_rule=mode.id,
        object=facts.object["id"] if activity else "",
        parents=tuple([each["id"] for each in facts.parents]),
        groupings=tuple([each["id"] for each in facts.groupings]),
        registration=_registration(facts),
        session=_session(facts),
        score=facts.score,
        success=facts.result.get("success"),
        completion=facts.result.get("completion"),
        duration=_duration(facts, rule),
        held=_held(facts),
        count=_count(facts),
    )


def _rule_for(facts: Facts, verb: str) -> Rule:
    if facts.object.get("objectType") in _NO_ACTIVITIES:
        return _NOT_AN_ACTIVITY
    return _first(_InForce.vocabulary.rules.get(verb, ()), facts, _UNKNOWN)


def _first(choices: Choices[Row], facts: Facts, otherwise: Row) -> Row:
    for tests, row in choices:
        for test in tests:
            if not test(facts):
                break
        else:
            return row
    return otherwise


def _learner(facts: Facts, rule: Rule) -> JSON:
    """Return whose record it is: the actor, or whom the actor acted on."""
    actor: JSON = facts.statement["actor"]
    if rule.learner == "actor" or FOR not in facts.extensions:
        return actor
    other: JSON = facts.extensions[FOR]
    try:
        identified(other)
    except InvalidStatement:
        return actor
    return other


def _is_nobody(agent: JSON) -> bool:
    name: str = agent.get("account", {}).get("name", "")
    return name == "<unknown>" or name.startswith("not-trackable-")


def _registration(facts: Facts) -> str | None:
    # Moodle's comes from the cron run that sends: no attempt, no enrolment, another at each retry.
    found: str | None = None if facts.platform == "moodle" else facts.context.get("registration")
    return found


def _session(facts: Facts) -> str | None:
    found = facts.extensions.get(SESSION_ID)
    return found if isinstance(found, str) else None


def _duration(facts: Facts, rule: Rule) -> int | None:
    text = facts.result.get("duration")
    return parse_duration(text) if text and rule.duration else None


def _held(facts: Facts) -> tuple[int, int] | None:
    """Return when the meeting took place; what is no pair of times in order is as good as nothing."""
    found = facts.extensions.get(HELD)
    if not isinstance(found, dict):
        return None
    try:
        starts, ends = (_micros(parse_timestamp(str(found[key]))) for key in ("starts", "ends"))
    except (KeyError, ValueError):
        return None
    return (starts, ends) if starts < ends else None


def _count(facts: Facts) -> int:
    """Return how many acts the statement sums up; what is no such number counts as one."""
    extensions = facts.result.get("extensions") or {}
    found = extensions.get(COUNT, facts.extensions.get(COUNT))
    if not isinstance(found, int) or isinstance(found, bool):
        return 1
    return found if 1 <= found <= COUNTED_AT_MOST else 1


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _rules_by_verb(table: Table) -> dict[str, Choices[Rule]]:
    by_verb: defaultdict[str, list[tuple[tuple[Test, ...], Rule]]] = defaultdict(list)
    for rule in table.rules:
        tests = compiled(rule, table)
        for verb in rule.verbs:
            by_verb[table.iri(verb)].append((tests, rule))
    return dict(by_verb)


class Vocabulary:
    """A table, ready to be asked."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.version = table.fingerprint()
        """Names the rules in every report: a number for people and a digest of the table."""
        self.rules = _rules_by_verb(table)
        self.modes: Choices[ModeRule] = [(compiled(row, table), row) for row in table.modes]


class _InForce:
    """Holds the vocabulary of this process, and the file that it has rules from."""

    vocabulary = Vocabulary(read_table())
    file: Path | None = None


def in_force() -> Vocabulary:
    """Return the vocabulary by which this process classifies."""
    return _InForce.vocabulary


def adopt(file: Path | None) -> Vocabulary:
    """Classify by our rules from now on, after those of an operator's file if there is one.

    For the start of a process: records made before keep what they were made by, and projections
    refuse to mix (`projections.runner`). Raises `InvalidSettings`, which names line and rule.
    """
    if file is not None or _InForce.file is not None:
        table = read_table()
        _InForce.vocabulary = Vocabulary(table if file is None else extended(table, file))
        _InForce.file = file
    return _InForce.vocabulary
