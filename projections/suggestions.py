"""Whom an unmatched actor may be: learners with a score and the reasons for it in words. Pure.

A suggestion links nobody; only a decision does. A score is no probability: it puts candidates in
order. What names say and what mailboxes and accounts say count once each (the best of it), together
as `100 − (100 − a)(100 − b) / 100`. Where several learners are as near by name, nothing but a mailbox
or an account tells them apart, and no score exceeds `CAP_OF_HOMONYMS`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha1
from typing import NamedTuple

from rapidfuzz import fuzz, process

from lrs.xapi.actor import mbox_sha1
from projections.rules.names import Likeness, handles, ordered, same, short_form, words

MAILBOX, DIGEST, ACCOUNT = "mailto:", "sha1:", "::"
CERTAIN = 99
"""Never 100: nothing here is proof."""
CAP_OF_HOMONYMS = 60
LEAST = 40
MOST = 5
ALIKE = 85
"""From so many per cent of equal letters on, two names are alike."""
_TOGETHER = -5
_APART = 5
_SHARED_MAILBOXES = frozenset(
    {"admin", "contact", "hello", "hr", "info", "learning", "mail", "office", "student", "support"}
)


class Stranger(NamedTuple):
    """An actor who is no learner, under every display name that its records bear."""

    actor: str
    names: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """A learner who may be meant, under every actor key that is known; the first is the main one."""

    person: str
    name: str
    actors: tuple[str, ...]


class Meetings(NamedTuple):
    """In how many of a stranger's sessions a learner was (`together`) or was not (`apart`)."""

    together: int
    apart: int


class Suggestion(NamedTuple):
    """A learner whom a stranger may be; `score` is from 0 to `cap`."""

    candidate: Candidate
    score: int
    reasons: tuple[str, ...]
    cap: int = CERTAIN

    def weighed(self, meetings: Meetings | None) -> "Suggestion":
        """Return the suggestion with regard to who met whom: nobody is in one place twice."""
        if meetings is None or meetings == (0, 0):
            return self
        if meetings.together:
            reason = f"the learner is recorded beside them in {_sessions(meetings.together)}"
            return self._with(self.score + _TOGETHER, reason)
        reason = f"present in {_sessions(meetings.apart)} where the learner was missing"
        return self._with(self.score + _APART, reason)

    def _with(self, score: int, reason: str) -> "Suggestion":
        bounded = max(0, min(score, self.cap))
        return self._replace(score=bounded, reasons=(*self.reasons, reason))


class Suggester:
    """Knows the learners of one programme by everything that strangers may share with them."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._candidates = list(candidates)
        self._ordered = [ordered(words(each.name)) for each in self._candidates]
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._by_handle: dict[str, dict[int, Likeness]] = defaultdict(dict)
        self._by_mark: dict[str, dict[int, Likeness]] = defaultdict(dict)
        self._by_order: dict[str, list[int]] = defaultdict(list)
        for number, candidate in enumerate(self._candidates):
            name = words(candidate.name)
            self._by_order[ordered(name)].append(number)
            for word in name:
                self._by_word[word].add(number)
            for handle, likeness in handles(name).items():
                self._by_handle[handle][number] = likeness
            for mark, likeness in _marks_of(candidate):
                _keep_best(self._by_mark[mark], number, likeness)

    def suggest(self, stranger: Stranger) -> list[Suggestion]:
        """Return everybody who may be meant, best first; who met whom is not regarded yet."""
        named = self._by_names(stranger)
        marked: dict[int, Likeness] = {}
        for mark in _marks_of_stranger(stranger):
            for number, likeness in self._by_mark.get(mark, {}).items():
                _keep_best(marked, number, likeness)
        found = [self._suggestion(number, named, marked) for number in sorted({*named, *marked})]
        return ranked(found)

    def _suggestion(
        self, number: int, named: Mapping[int, Likeness], marked: Mapping[int, Likeness]
    ) -> Suggestion:
        name, mark = named.get(number), marked.get(number)
        reasons = [each.reason for each in (mark, name) if each]
        cap = CERTAIN
        rivals = _rivals(number, named)
        if rivals and not _told_apart(number, rivals, marked):
            cap = CAP_OF_HOMONYMS
            reasons.append(f"{len(rivals) + 1} learners are as near by name")
        doubt = 1.0
        for likeness in (mark, name):
            doubt *= 1 - likeness.score / 100 if likeness else 1
        score = min(cap, round(100 * (1 - doubt)))
        return Suggestion(self._candidates[number], score, tuple(reasons), cap)

    def _by_names(self, stranger: Stranger) -> dict[int, Likeness]:
        found: dict[int, Likeness] = {}
        written = list(_written_names(stranger))
        for name in (*stranger.names, *(text for text in written if " " in text)):
            for number, likeness in self._by_name(name):
                _keep_best(found, number, likeness)
        for text in written:
            for number, likeness in self._by_handle.get("".join(words(text)), {}).items():
                _keep_best(found, number, likeness)
        alone = [n for n, each in found.items() if each.kind == "alone"]
        if len(alone) > MOST:  # a frequent first name says nothing
            found = {n: each for n, each in found.items() if n not in alone}
        return found

    def _by_name(self, name: str) -> Iterator[tuple[int, Likeness]]:
        mine = words(name)
        if not mine:
            return
        for number in self._by_order.get(ordered(mine), ()):
            if likeness := same(name, self._candidates[number].name):
                yield number, likeness
        for number in set().union(*(self._by_word.get(word, ()) for word in mine)):
            if likeness := short_form(mine, words(self._candidates[number].name)):
                yield number, likeness
        near = process.extract(
            ordered(mine), self._ordered, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=2 * MOST
        )
        for _, ratio, number in near:
            yield number, Likeness(round(0.85 * ratio), "alike", f"names alike to {ratio:.0f} %")


def ranked(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    """Return suggestions best first, each learner once, without those below `LEAST`."""
    best: dict[str, Suggestion] = {}
    for each in suggestions:
        known = best.get(each.candidate.person)
        if each.score >= LEAST and (known is None or each.score > known.score):
            best[each.candidate.person] = each
    return sorted(best.values(), key=lambda s: (-s.score, s.candidate.name, s.candidate.person))


def _keep_best(found: dict[int, Likeness], number: int, likeness: Likeness) -> None:
    known = found.get(number)
    if known is None or likeness.score > known.score:
        found[number] = likeness


def _rivals(number: int, named: Mapping[int, Likeness]) -> list[int]:
    """Return who else is as near by name, where the name is the same or cut short."""
    mine = named.get(number)
    if mine is None or mine.kind == "alike":
        return []
    return [n for n, each in named.items() if n != number and each.kind == mine.kind]


def _told_apart(number: int, rivals: Sequence[int], marked: Mapping[int, Likeness]) -> bool:
    mine = marked.get(number)
    others = [marked[rival].score for rival in rivals if rival in marked]
    return mine is not None and mine.score > max(others, default=0)


def _marks_of(candidate: Candidate) -> Iterator[tuple[str, Likeness]]:
    """Yield what of a learner's mailboxes and accounts others may bear too, and what it tells."""
    for actor in candidate.actors:
        if actor.startswith(DIGEST):
            yield actor, _mark(95, "bears the learner's mailbox as a name")
        elif actor.startswith(MAILBOX):
            yield from _marks_of_mailbox(actor)
        elif ACCOUNT in actor:
            home, _, name = actor.partition(ACCOUNT)
            short = len(name) < 4 or name.isdigit()
            yield (
                f"account:{name.casefold()}",
                _mark(35 if short else 75, f"same account name as at {home}"),
            )
            yield f"box:{name.casefold()}", _mark(70, "mailbox named as the learner's account")


def _marks_of_mailbox(actor: str) -> Iterator[tuple[str, Likeness]]:
    local, _, domain = actor.removeprefix(MAILBOX).rpartition("@")
    plain = local.partition("+")[0]
    yield mbox_sha1(actor), _mark(95, "bears the learner's mailbox as a name")
    bare = sha1(actor.removeprefix(MAILBOX).encode(), usedforsecurity=False).hexdigest()
    yield DIGEST + bare, _mark(95, "digest of the learner's address without mailto:")
    yield f"at:{plain}@{domain}", _mark(90, "same mailbox but for what follows a plus sign")
    if len(plain) > 2 and plain not in _SHARED_MAILBOXES:
        yield f"box:{plain}", _mark(80, f"same mailbox name, {plain}@, at another domain")
        yield f"account:{plain}", _mark(70, "account named as the learner's mailbox")


def _marks_of_stranger(stranger: Stranger) -> Iterator[str]:
    actor = stranger.actor
    addresses = [name.strip().lower() for name in stranger.names if "@" in name]
    if actor.startswith(DIGEST):
        yield actor
    elif actor.startswith(MAILBOX):
        local, _, domain = actor.removeprefix(MAILBOX).rpartition("@")
        yield from (f"at:{local.partition('+')[0]}@{domain}", f"box:{local.partition('+')[0]}")
    elif ACCOUNT in actor:
        name = actor.partition(ACCOUNT)[2].casefold()
        yield f"account:{name}"
        if "@" in name:
            addresses.append(name)
    for address in addresses:
        yield mbox_sha1(MAILBOX + address)
        yield f"box:{address.partition('@')[0]}"


def _written_names(stranger: Stranger) -> Iterator[str]:
    """Yield what of mailbox and account may spell a name."""
    actor = stranger.actor
    if actor.startswith(MAILBOX):
        yield actor.removeprefix(MAILBOX).partition("@")[0].partition("+")[0]
    elif ACCOUNT in actor:
        yield actor.partition(ACCOUNT)[2].partition("@")[0]


def _mark(score: int, reason: str) -> Likeness:
    return Likeness(score, "same", reason)


def _sessions(number: int) -> str:
    return "1 session" if number == 1 else f"{number} sessions"
