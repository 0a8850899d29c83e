"""The real `tincan` client against a running server: save, batch, query, page, void.

Its `about()` is left out: the client refuses any list that names 2.0.0.
"""

import warnings
from uuid import uuid4

import pytest

from tests.conftest import KEY, SECRET, Server

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import tincan


@pytest.fixture
def lrs(server: Server) -> "tincan.RemoteLRS":
    return tincan.RemoteLRS(
        endpoint=f"{server.url}/xapi/", version="1.0.3", username=KEY, password=SECRET
    )


def statement(verb: str) -> "tincan.Statement":
    return tincan.Statement(
        actor=tincan.Agent(name="Ada Kaya", mbox="mailto:ada@example.org"),
        verb=tincan.Verb(id=f"https://example.org/verbs/{verb}"),
        object=tincan.Activity(id="https://example.org/activities/course"),
    )


def test_a_saved_statement_is_retrieved(lrs: "tincan.RemoteLRS") -> None:
    saved = lrs.save_statement(statement("saved"))
    assert saved.success, saved.data
    retrieved = lrs.retrieve_statement(saved.content.id)
    assert retrieved.success, retrieved.data
    assert retrieved.content.actor.mbox == "mailto:ada@example.org"
    assert retrieved.content.stored is not None


def test_a_statement_with_an_id_is_put_and_put_again(lrs: "tincan.RemoteLRS") -> None:
    known = statement("put")
    known.id = str(uuid4())
    assert lrs.save_statement(known).success
    assert lrs.save_statement(known).success
    known.verb = tincan.Verb(id="https://example.org/verbs/other")
    assert lrs.save_statement(known).response.status == 409


def test_a_batch_is_saved_queried_and_paged(lrs: "tincan.RemoteLRS") -> None:
    verb = uuid4().hex
    saved = lrs.save_statements([statement(verb) for _ in range(25)])
    assert saved.success, saved.data
    found = lrs.query_statements(
        {"verb": tincan.Verb(id=f"https://example.org/verbs/{verb}"), "limit": 10}
    )
    seen = [each.id for each in found.content.statements]
    while found.content.more:
        found = lrs.more_statements(found.content)
        assert found.success, found.data
        seen += [each.id for each in found.content.statements]
    assert sorted(map(str, seen)) == sorted(str(each.id) for each in saved.content)
    assert len(seen) == 25


def test_a_voided_statement_is_retrieved_only_as_voided(lrs: "tincan.RemoteLRS") -> None:
    saved = lrs.save_statement(statement("regretted")).content
    void = tincan.Statement(
        actor=tincan.Agent(mbox="mailto:admin@example.org"),
        verb=tincan.Verb(id="http://adlnet.gov/expapi/verbs/voided"),
        object=tincan.StatementRef(id=saved.id),
    )
    assert lrs.save_statement(void).success
    assert lrs.retrieve_statement(saved.id).response.status == 404
    assert lrs.retrieve_voided_statement(saved.id).success
