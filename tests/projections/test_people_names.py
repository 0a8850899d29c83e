"""Names as people write them: how like are two of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.rules.names import handles, same, short_form, words

LETTERS = st.text(st.characters(categories=("L",)), min_size=2, max_size=8)
NAMES = st.lists(LETTERS, min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ada Kaya", "Kaya, Ada"),
        ("José Díaz", "JOSE DIAZ"),
        ("Søren Łuk", "soren luk"),
        ("Ada Kaya (she/her)", "Ada Kaya"),
        ("Ada Kaya [Host]", "ada  kaya"),
        ("iPhone Ada Kaya", "Ada Kaya"),
        ("Jean-Pierre O'Neil", "jean pierre o neil"),
        ("Straße Weiß", "Strasse Weiss"),
        ("Ада Кая", "кая ада"),
    ],
)
def test_order_accents_capitals_and_what_tools_add_do_not_matter(one: str, other: str) -> None:
    assert same(one, other) is not None
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada Kaya", "Ada Kaye"), ("Ada", "Ada Kaya"), ("", ""), ("iPhone", "iPhone")],
)
def test_other_names_and_no_names_are_not_the_same(one: str, other: str) -> None:
    assert same(one, other) is None


@pytest.mark.parametrize(
    ("short", "score"),
    [("Ada K.", 75), ("K. Ada", 75), ("Ada Maria Kaya", 82), ("Ada", 50), ("A. K.", None)],
)
def test_a_name_may_be_cut_short(short: str, score: int | None) -> None:
    found = short_form(words(short), words("Ada Kaya"))
    assert (found and found.score) == score


def test_a_word_of_the_long_name_stands_for_one_of_the_short_one() -> None:
    assert short_form(words("Ada A."), words("Ada Kaya")) is None
    assert short_form(words("Bo Kaya"), words("Ada Kaya")) is None


def test_mailboxes_and_accounts_are_made_of_names() -> None:
    made = handles(words("Ada Kaya"))
    assert {"akaya", "adak", "kayaa", "adakaya", "kayaada"} == made.keys()
    assert made["adakaya"].score > made["akaya"].score
    assert handles(words("Ada")) == {}


@given(NAMES, st.randoms())
def test_the_words_of_a_name_are_the_same_in_any_order(name: list[str], random: object) -> None:
    shuffled = random.sample(name, len(name))  # type: ignore[attr-defined] # hypothesis' Random
    found = same(" ".join(name), " ".join(shuffled))
    assert found is not None or not words(" ".join(name))


@given(NAMES, NAMES)
def test_being_short_for_is_told_alike_from_both_sides(one: list[str], other: list[str]) -> None:
    mine, theirs = words(" ".join(one)), words(" ".join(other))
    assert short_form(mine, theirs) == short_form(theirs, mine)
