"""The views for analysts on both engines: what docs/sql.md says of them holds."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from lrs.main import open_store, open_views
from lrs.settings import Settings
from lrs.store import Store
from projections.analysis import ANALYSIS
from projections.database import Database
from projections.runner import Runner, rebuild_views
from projections.vocabulary import in_force
from tests.projections import course
from tests.store.statements import record

GUIDE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```sql\n(select.*?)```", GUIDE, re.DOTALL)
Ask = Callable[[str], list[dict[str, Any]]]


class House:
    """A store with its views, read as analysts read them: by their own connection."""

    def __init__(self, settings: Settings, store: Store, views: Database) -> None:
        self.settings, self.store, self.views = settings, store, views

    def follow(self) -> None:
        Runner(self.store.log, self.views).catch_up()

    def ask(self, query: str) -> list[dict[str, Any]]:
        path = self.settings.sqlite_path
        if path is None:
            with psycopg.connect(self.settings.database_url) as connection:
                connection.execute("set search_path = views")
                connection.execute("set timezone = 'UTC'")
                cursor = connection.execute(query.encode())
                names = [column.name for column in cursor.description or ()]
                return [dict(zip(names, row, strict=True)) for row in cursor]
        file = path.with_name(f"{path.stem}-views{path.suffix}")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            found = connection.execute(query)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found]


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    with open_store(settings) as store, open_views(settings) as views:
        store.programs.plan(course.document(), by="test")
        record(
            store,
            course.completed("ada"),
            course.scored("ada", 9),
            course.attended("ada", 55),
            course.posted("bo"),
            course.completed("stranger"),
        )
        house = House(settings, store, views)
        house.follow()
        yield house


def test_every_view_and_column_is_documented(house: House) -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^##|\Z)", GUIDE, re.DOTALL | re.MULTILINE))
    assert list(sections) == list(ANALYSIS)
    for view, text in sections.items():
        told = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
        path = house.settings.sqlite_path
        if path is None:
            columns = f"""select column_name as name from information_schema.columns
                where table_schema = 'views' and table_name = '{view}' order by ordinal_position"""
        else:
            columns = f"select name from pragma_table_info('{view}')"
        assert told == [column["name"] for column in house.ask(columns)], view


def test_a_record_is_told_in_words(house: House) -> None:
    scored, attended = house.ask(
        "select * from learning_record where name = 'Ada' and kind <> 'completed' order by position"
    )
    assert (scored["kind"], scored["score"], scored["mode"]) == ("quiz-scored", 0.9, "async")
    assert (scored["step"], scored["step_title"], scored["relation"]) == (
        course.QUIZ,
        "Quiz",
        "parent",
    )
    assert (attended["kind"], attended["minutes"], attended["mode"]) == (
        "attended",
        55,
        "live-online",
    )
    assert attended["rule"] == "attended-adapter"
    assert str(attended["happened"])[:16].replace("T", " ") == "2026-10-09 14:00"
    assert str(attended["stored"]) > str(attended["happened"])


def test_every_learner_is_on_every_step(house: House) -> None:
    rows = house.ask("select * from learner_step order by name, number")
    assert len(rows) == 5 * 4
    ada = rows[:4]
    assert [row["records"] for row in ada] == [1, 1, 0, 1]
    assert (ada[1]["best_score"], ada[3]["minutes"], ada[2]["last"]) == (0.9, 55, None)
    assert sum(row["records"] for row in rows) == 4


def test_what_is_planned_follows_the_document(house: House) -> None:
    assert [row["title"] for row in house.ask("select * from step order by number")] == [
        "Page",
        "Quiz",
        "Forum",
        "Lab",
    ]
    changed = course.document(title="Changed")
    changed["cohorts"][0]["learners"].pop()
    house.store.programs.plan(changed, by="test")
    house.follow()
    (program,) = house.ask("select * from program")
    assert (program["title"], len(house.ask("select * from learner"))) == ("Changed", 4)
    house.store.programs.withdraw("course", by="test")
    house.follow()
    for view in ("program", "learner", "step", "learning_record", "learner_step"):
        assert house.ask(f"select * from {view}") == []


def test_a_link_makes_one_person_of_two(house: House) -> None:
    pair = ["mailto:bo@example.org", "mailto:stranger@example.org"]
    assert len(house.ask("select * from unmatched_participant")) == 1
    house.store.people.link(pair, reason="asked him", by="test")
    house.follow()
    kinds = house.ask("select kind from learning_record where name = 'Bo' order by kind")
    assert [row["kind"] for row in kinds] == ["completed", "posted"]
    assert house.ask("select * from unmatched_participant") == []
    assert [row["name"] for row in house.ask("select name from learner order by name")] == [
        name.title() for name in course.NAMES
    ]
    pair = ["mailto:bo@example.org", "mailto:cem@example.org"]
    house.store.people.link(pair, reason="two entries, one man", by="test")
    house.follow()
    assert len(house.ask("select * from learner")) == 4


def test_a_void_takes_a_record_out(house: House) -> None:
    sent = course.completed("cem")
    record(house.store, sent)
    house.follow()
    query = f"select * from learning_record where statement = '{sent['id']}'"
    assert len(house.ask(query)) == 1
    record(house.store, course.voiding(sent))
    house.follow()
    assert house.ask(query) == []


def test_the_views_tell_how_fresh_they_are_and_survive_a_rebuild(house: House) -> None:
    before = house.ask("select * from learning_record order by position")
    rebuild_views(house.store.log, house.views, lambda *_: None)
    assert house.ask("select * from learning_record order by position") == before
    (fresh,) = house.ask("select * from freshness")
    assert fresh == {"position": house.store.log.head().position, "rules": in_force().version}


def test_incremental_is_rebuilt_in_sql_too(house: House) -> None:
    pair = ["mailto:bo@example.org", "mailto:stranger@example.org"]
    void = course.completed("dan")
    house.store.people.link(pair, reason="asked him", by="test")
    house.store.programs.plan(course.document("second", title="Again"), by="test")
    record(house.store, void, course.joined("eva", "2026-10-09T14:10:00Z"))
    house.follow()
    house.store.people.unlink(pair[1], reason="mistaken", by="test")
    house.store.programs.plan(course.document(timezone="Europe/Berlin"), by="test")
    record(house.store, course.voiding(void), course.posted("cem"))
    house.follow()

    def shown() -> dict[str, list[str]]:
        return {view: sorted(map(str, house.ask(f"select * from {view}"))) for view in ANALYSIS}

    incremental = shown()
    assert len(incremental["learner"]) == 10
    rebuild_views(house.store.log, house.views, lambda *_: None)
    assert shown() == incremental


def test_there_are_three_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("number", range(3))
def test_an_example_of_the_guide_runs(house: House, number: int) -> None:
    rows = house.ask(EXAMPLES[number].replace("new-manager-2026", "course"))
    assert rows
    assert any(any(value for value in row.values()) for row in rows)


def test_a_reader_sees_the_views_alone_and_keeps_them_through_rebuilds(
    new_settings: Callable[[str], Settings],
) -> None:
    settings = new_settings("postgresql")
    owner = psycopg.connect(settings.database_url, autocommit=True)
    with open_store(settings) as store, open_views(settings) as views, closing(owner):
        store.programs.plan(course.document(), by="test")
        (grants,) = re.findall(r"```sql\n(create role.*?)```", GUIDE, re.DOTALL)
        database = owner.info.dbname
        owner.execute(re.sub(r"database \w+", f"database {database}", grants).encode())
        owner.execute("create view public.of_their_own as select name from views.learner")
        Runner(store.log, views).catch_up()
        rebuild_views(store.log, views, lambda *_: None)
        owner.execute("set role analyst")
        owner.execute("select * from views.learning_record")
        for forbidden in ("views.record", "views.trace", "views.planned_learner"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                owner.execute(f"select * from {forbidden}")
        owner.execute("reset role")
        assert len(owner.execute("select * from public.of_their_own").fetchall()) == 5
        # Tables of another version are made anew, and are read by the same roles.
        owner.execute("comment on schema views is 'bichron views, version 0'")
        with open_views(settings):
            owner.execute("set role analyst")
            assert owner.execute("select * from views.learner").fetchall() == []
        owner.execute("reset role")
        owner.execute("drop owned by analyst")
        owner.execute("drop role analyst")
