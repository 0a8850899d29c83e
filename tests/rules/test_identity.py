"""Who is who: documents, equal mailboxes and recorded links, and nothing else."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from lrs.events import PeopleLinked, PersonUnlinked
from lrs.xapi.actor import mbox_sha1
from projections.rules.identity import Decision, Identities, decisions_after, links_after
from tests.rules.course import LOG, key, learner, plan

ACCOUNT = "https://lms.example.org::42"
FORUM_ACCOUNT = "https://forum.example.org::bo"
ACTORS = (key("ada"), mbox_sha1(key("ada")), key("bo"), ACCOUNT, FORUM_ACCOUNT, "openid:x")


def event(kind: Any, version: int = 1, **facts: Any) -> Any:
    return kind(
        originator_id=UUID(int=1), originator_version=version, principal="t", reason="r", **facts
    )


def test_a_learners_actors_are_one_person() -> None:
    known = Identities(LOG, [plan(learners=(learner("bo", actors=(ACCOUNT, key("bo"))),))])
    assert known.resolve(ACCOUNT) == known.resolve(key("bo"))
    assert known.resolve(ACCOUNT) != known.resolve(FORUM_ACCOUNT)


def test_plans_that_share_an_actor_join_their_learners() -> None:
    one = plan(slug="one", learners=(learner("bo", actors=(ACCOUNT, key("bo"))),))
    two = plan(slug="two", learners=(learner("bo", actors=(key("bo"), FORUM_ACCOUNT)),))
    known = Identities(LOG, [one, two])
    assert known.resolve(ACCOUNT) == known.resolve(FORUM_ACCOUNT)


def test_a_mailbox_and_its_sha1_are_one_person_when_the_plan_names_the_mailbox() -> None:
    known = Identities(LOG, [plan(learners=(learner("ada"),))])
    assert known.resolve(mbox_sha1(key("ada"))) == known.resolve(key("ada"))


def test_a_mailbox_and_its_sha1_are_one_person_when_the_plan_names_the_sha1() -> None:
    digest = mbox_sha1(key("ada"))
    known = Identities(LOG, [plan(learners=(learner("ada", actors=(digest, ACCOUNT)),))])
    assert known.resolve(key("ada")) == known.resolve(ACCOUNT)


def test_equal_names_join_nobody() -> None:
    ada, other = learner("ada"), learner("ada", actors=(ACCOUNT,))
    known = Identities(LOG, [plan(learners=(ada, other))])
    assert known.resolve(key("ada")) != known.resolve(ACCOUNT)


def test_a_persons_id_depends_on_the_log_and_on_the_smallest_actor_alone() -> None:
    alone = Identities(LOG)
    linked = Identities(LOG, [], [frozenset({ACCOUNT, key("bo")})])
    assert linked.resolve(key("bo")) == alone.resolve(ACCOUNT)
    assert Identities(uuid4()).resolve(ACCOUNT) != alone.resolve(ACCOUNT)


def test_unlinking_takes_an_actor_out_of_every_link_but_not_out_of_its_document() -> None:
    document = plan(learners=(learner("bo", actors=(ACCOUNT, key("bo"))),))
    links = links_after((), event(PeopleLinked, actors=(ACCOUNT, FORUM_ACCOUNT)))
    links = links_after(links, event(PeopleLinked, actors=(ACCOUNT, key("ada"))))
    links = links_after(links, event(PersonUnlinked, actor=ACCOUNT))
    known = Identities(LOG, [document], links)
    assert known.resolve(ACCOUNT) == known.resolve(key("bo"))
    assert len({known.resolve(actor) for actor in (ACCOUNT, FORUM_ACCOUNT, key("ada"))}) == 3


def test_unlinking_one_of_three_leaves_the_others_linked() -> None:
    links = links_after((), event(PeopleLinked, actors=(ACCOUNT, FORUM_ACCOUNT, key("bo"))))
    links = links_after(links, event(PersonUnlinked, actor=ACCOUNT))
    known = Identities(LOG, [], links)
    assert known.resolve(FORUM_ACCOUNT) == known.resolve(key("bo")) != known.resolve(ACCOUNT)


def test_those_who_moved_are_named_and_nobody_else() -> None:
    before = Identities(LOG, [plan(learners=(learner("ada"), learner("bo")))])
    document = plan(learners=(learner("ada"), learner("bo")))
    after = Identities(LOG, [document], [frozenset({key("bo"), ACCOUNT})])
    assert key("ada") not in before.moved(after)
    assert {key("bo")} <= before.moved(after)
    assert before.moved(before) == frozenset()


@given(st.lists(st.sets(st.sampled_from(ACTORS), min_size=2), max_size=6), st.randoms())
def test_the_order_of_links_does_not_matter(links: list[set[str]], random: Any) -> None:
    shuffled = random.sample(links, len(links))
    one, other = (Identities(LOG, [], map(frozenset, each)) for each in (links, shuffled))
    assert [one.resolve(actor) for actor in ACTORS] == [other.resolve(actor) for actor in ACTORS]


@given(st.lists(st.sets(st.sampled_from(ACTORS[3:]), min_size=2), max_size=4))
def test_linking_then_unlinking_restores(links: list[set[str]]) -> None:
    before = tuple(frozenset(link) for link in links)
    after = links_after(before, event(PeopleLinked, actors=(key("ada"), ACCOUNT)))
    after = links_after(after, event(PersonUnlinked, version=2, actor=key("ada")))
    one, other = Identities(LOG, [], before), Identities(LOG, [], after)
    assert [one.resolve(actor) for actor in ACTORS] == [other.resolve(actor) for actor in ACTORS]


@given(st.lists(st.sets(st.sampled_from(ACTORS), min_size=2), max_size=6))
def test_everyone_is_in_the_list_of_their_persons_actors(links: list[set[str]]) -> None:
    known = Identities(LOG, [], map(frozenset, links))
    for link in links:
        for actor in link:
            assert link <= known.actors_of(known.resolve(actor))


def test_a_mailbox_leaves_a_link_with_its_sha1_whichever_is_named() -> None:
    for named, unlinked in (
        (key("ada"), mbox_sha1(key("ada"))),
        (mbox_sha1(key("ada")), key("ada")),
    ):
        links = links_after((), event(PeopleLinked, actors=(named, ACCOUNT)))
        assert links_after(links, event(PersonUnlinked, actor=unlinked)) == ()


@given(st.lists(st.tuples(st.booleans(), st.sets(st.sampled_from(ACTORS), min_size=2)), max_size=6))
def test_decisions_in_force_are_the_links(decided: list[tuple[bool, set[str]]]) -> None:
    links: tuple[frozenset[str], ...] = ()
    decisions: tuple[Decision, ...] = ()
    for linked, actors in decided:
        named = sorted(actors)
        taken = event(PeopleLinked, actors=tuple(named)) if linked else None
        taken = taken or event(PersonUnlinked, actor=named[0])
        links, decisions = links_after(links, taken), decisions_after(decisions, taken)
    assert links == tuple(each.standing for each in decisions if each.standing)
    assert len(decisions) == sum(linked for linked, _ in decided)
