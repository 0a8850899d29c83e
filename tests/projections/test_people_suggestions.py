"""Suggestions: whom an unmatched actor may be, how sure that is, and why."""

from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.xapi.actor import mbox_sha1
from projections.suggestions import (
    CAP_OF_HOMONYMS,
    CERTAIN,
    LEAST,
    Candidate,
    Meetings,
    Stranger,
    Suggester,
    Suggestion,
    ranked,
)

BBB = "https://bbb.example.org"
LMS = "https://lms.example.org"


def candidate(person: str, name: str, *actors: str) -> Candidate:
    return Candidate(person, name, actors or (f"mailto:{person}@example.org",))


ADA = candidate("a1", "Ada Kaya", "mailto:ada.kaya@example.org", f"{LMS}::kaya77")
BO = candidate("b1", "Bo Lind", "mailto:bo@example.org")
JOSE = candidate("j1", "José Díaz")


def suggest(stranger: Stranger, *candidates: Candidate) -> list[Suggestion]:
    return Suggester(candidates or (ADA, BO, JOSE)).suggest(stranger)


def by_name(name: str) -> Stranger:
    return Stranger(f"{BBB}/meetings/1::x", (name,))


@pytest.mark.parametrize(
    ("name", "person", "reason"),
    [
        ("Ada Kaya", "a1", "same name"),
        ("KAYA Ada", "a1", "same name but for accents, capitals or order"),
        ("jose diaz", "j1", "same name but for accents, capitals or order"),
        ("Ada K.", "a1", "same name, cut short to an initial"),
        ("Ada Maria Kaya", "a1", "same name but for a further word"),
        ("Ada Kya", "a1", "names alike to 93 %"),
    ],
)
def test_a_name_suggests_its_learner_with_the_reason(name: str, person: str, reason: str) -> None:
    (found,) = suggest(by_name(name))
    assert (found.candidate.person, found.reasons) == (person, (reason,))
    assert LEAST <= found.score < CERTAIN


def test_nearer_names_score_higher() -> None:
    names = ("Ada Kaya", "KAYA Ada", "Ada Maria Kaya", "Ada K.", "Ada")
    scores = [suggest(by_name(name))[0].score for name in names]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)


@pytest.mark.parametrize(
    ("actor", "names", "reason"),
    [
        ("mailto:ada.kaya@mail.example.net", (), "same mailbox name, ada.kaya@, at another domain"),
        (
            "mailto:ada.kaya+zoom@example.org",
            (),
            "same mailbox but for what follows a plus sign",
        ),
        (f"{BBB}::kaya77", (), f"same account name as at {LMS}"),
        (f"{BBB}::Ada.Kaya", (), "account named as the learner's mailbox"),
        (f"{BBB}::Ada.Kaya@example.org", (), "bears the learner's mailbox as a name"),
        (f"{BBB}::17", ("ada.kaya@example.org",), "bears the learner's mailbox as a name"),
        ("mailto:kaya77@example.net", (), "mailbox named as the learner's account"),
        ("mailto:akaya@example.net", (), "mailbox or account may be short for the name"),
        (f"{BBB}::kaya_ada", (), "mailbox or account spells the name"),
        (f"{BBB}::Kaya Ada", (), "same name but for accents, capitals or order"),
        (
            f"sha1:{sha1(b'ada.kaya@example.org').hexdigest()}",
            (),
            "digest of the learner's address without mailto:",
        ),
    ],
)
def test_mailboxes_and_accounts_suggest_their_learner(
    actor: str, names: tuple[str, ...], reason: str
) -> None:
    found = suggest(Stranger(actor, names))
    assert found[0].candidate is ADA
    assert reason in found[0].reasons


def test_a_learner_known_by_digest_is_found_by_the_address() -> None:
    secret = candidate("s1", "S.", mbox_sha1("mailto:eve@example.org"))
    (found,) = suggest(Stranger(f"{BBB}::eve@example.org"), secret, BO)
    assert found.candidate is secret


@pytest.mark.parametrize(
    "stranger",
    [
        Stranger(f"{BBB}::x", ("Zoe Quist",)),
        Stranger(f"{BBB}::x", ("iPhone",)),
        Stranger(f"{BBB}::x", ("",)),
        Stranger(mbox_sha1("mailto:nobody@example.net")),
        Stranger("openid:https://id.example.org/1"),
    ],
    ids=str,
)
def test_nobody_is_suggested_without_a_likeness(stranger: Stranger) -> None:
    assert suggest(stranger) == []


def test_shared_mailboxes_and_short_numbers_tell_nobody() -> None:
    info = candidate("i1", "Info Desk", "mailto:info@example.org", f"{LMS}::42")
    assert suggest(Stranger("mailto:info@example.net"), info) == []
    assert suggest(Stranger("https://forum.example.org::42"), info) == []


def test_mailbox_and_name_together_are_surer_than_each() -> None:
    name = suggest(by_name("Ada Kaya"))[0].score
    mailbox = suggest(Stranger("mailto:ada.kaya@example.net"))[0].score
    both = suggest(Stranger("mailto:ada.kaya@example.net", ("Ada Kaya",)))[0].score
    assert max(name, mailbox) < both <= CERTAIN


def test_homonyms_are_all_suggested_and_none_above_the_cap() -> None:
    twin = candidate("a2", "Ada KAYA")
    found = suggest(by_name("Ada Kaya"), ADA, twin, BO)
    assert {each.candidate.person for each in found} == {"a1", "a2"}
    for each in found:
        assert each.score <= CAP_OF_HOMONYMS
        assert "2 learners are as near by name" in each.reasons
        assert each.weighed(Meetings(together=0, apart=9)).score <= CAP_OF_HOMONYMS


def test_a_name_cut_short_that_fits_two_is_capped_too() -> None:
    found = suggest(by_name("Ada K."), ADA, candidate("a2", "Ada Kim"))
    assert [each.score for each in found] == [CAP_OF_HOMONYMS] * 2


def test_a_mailbox_tells_homonyms_apart() -> None:
    twin = candidate("a2", "Ada Kaya", "mailto:other@example.org")
    first, second = suggest(Stranger("mailto:ada.kaya@example.net", ("Ada Kaya",)), ADA, twin)
    assert (first.candidate, second.candidate) == (ADA, twin)
    assert first.score > CAP_OF_HOMONYMS >= second.score


def test_who_was_elsewhere_gains_and_who_was_beside_them_loses() -> None:
    (found,) = suggest(by_name("Ada K."))
    apart, together = found.weighed(Meetings(0, 2)), found.weighed(Meetings(1, 1))
    assert together.score < found.score < apart.score
    assert apart.reasons[-1] == "present in 2 sessions where the learner was missing"
    assert together.reasons[-1] == "the learner is recorded beside them in 1 session"
    assert found.weighed(None) == found.weighed(Meetings(0, 0)) == found


def test_a_frequent_first_name_alone_suggests_nobody() -> None:
    many = [candidate(str(n), f"Ada {letter * 5}") for n, letter in enumerate("bcdfgh")]
    assert suggest(by_name("Ada"), *many) == []
    assert len(suggest(by_name("Ada"), *many[:3])) == 3


NAMES = st.lists(st.sampled_from(["ada", "adá", "a.", "kaya", "kay", "bo", "lind"]), max_size=3)
PEOPLE = st.lists(
    st.builds(
        lambda n, name, box: candidate(str(n), " ".join(name), f"mailto:{box}@example.org"),
        st.integers(0, 9),
        NAMES,
        st.sampled_from(["ada", "ada.kaya", "bo", "b+x"]),
    ),
    max_size=6,
    unique_by=lambda each: each.person,
)


@given(PEOPLE, NAMES, st.sampled_from([f"{BBB}::ada", "mailto:ada.kaya@example.net"]), st.randoms())
def test_suggestions_are_bounded_reasoned_ranked_and_the_same_in_any_order(
    people: list[Candidate], name: list[str], actor: str, random: object
) -> None:
    stranger = Stranger(actor, (" ".join(name),))
    found = suggest(stranger, *people) if people else []
    for each in found:
        assert LEAST <= each.score <= each.cap <= CERTAIN
        assert each.reasons
    assert found == ranked(found)
    shuffled = random.sample(people, len(people))  # type: ignore[attr-defined] # hypothesis' Random
    assert (suggest(stranger, *shuffled) if shuffled else []) == found
