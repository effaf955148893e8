from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from harness.archives import DAY_SEC, START, event_row, put
from harness.generated_archive import Plan, generate

from offline.archive.listing import Archive
from offline.archive.schemas import EVENT, SCHEMAS, Column
from offline.places import Place
from offline.warehouse import relations
from offline.warehouse.duck import Memory, Warehouse, WrongQuery
from schemas.errors import Corrupt, Unavailable


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    made = Archive(Place(str(tmp_path / "archive")))
    put(made, [event_row(n, START + n * DAY_SEC / 10) for n in range(30)])
    return made


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    return Memory("512MiB", tmp_path / "spill")


def test_what_changes_something_is_refused(
    archive: Archive, memory: Memory, tmp_path: Path
) -> None:
    with Warehouse(archive, memory) as warehouse:
        for query in (
            "CREATE TABLE a (i INTEGER)",
            "DROP VIEW events",
            f"COPY (SELECT 1) TO '{tmp_path}/x.csv'",
            "ATTACH 'x.db'",
            "SET memory_limit = '10GB'",
            "INSTALL httpfs",
            "WITH a AS (SELECT 1) DELETE FROM events",
        ):
            with pytest.raises(WrongQuery, match=r"read only|Parser Error"):
                warehouse.ask(query)
        with pytest.raises(WrongQuery, match="one query at a time, not 2"):
            warehouse.ask("SELECT 1; SELECT 2")
        with pytest.raises(WrongQuery, match="one query at a time, not 0"):
            warehouse.ask(" ")
        assert list(warehouse.ask("SELECT COUNT(*) FROM events").rows) == [(30,)]
    assert not (tmp_path / "x.csv").exists()


def test_what_is_no_query_is_told_as_the_engine_has_it(archive: Archive, memory: Memory) -> None:
    with Warehouse(archive, memory) as warehouse:
        with pytest.raises(WrongQuery, match="syntax error"):
            warehouse.ask("SELEC 1")
        with pytest.raises(WrongQuery, match="nowhere"):
            warehouse.ask("SELECT * FROM nowhere")
        with pytest.raises(WrongQuery, match="mine"):
            warehouse.ask("SELECT * FROM 'mine.parquet'")
    with pytest.raises(WrongQuery, match="Memory"):
        Warehouse(archive, replace(memory, limit="lots"))


def test_an_answer_becomes_a_file(archive: Archive, memory: Memory, tmp_path: Path) -> None:
    file = tmp_path / "it's.parquet"
    with Warehouse(archive, memory) as warehouse:
        assert warehouse.save("SELECT learner, outcome FROM attempts;", file) == 30
        with pytest.raises(WrongQuery, match="read only"):
            warehouse.save("DROP VIEW events", file)
    assert pq.read_table(file).column_names == ["learner", "outcome"]


def test_a_file_that_rots_is_named(archive: Archive, memory: Memory) -> None:
    with Warehouse(archive, memory) as warehouse:
        name = archive.place.names()[1]
        archive.place.put(name, b"rotten" * 100)
        with pytest.raises(Corrupt, match="archive check --deep"):
            list(warehouse.ask("SELECT SUM(outcome) FROM attempts").rows)


def test_files_that_do_not_count_are_not_read(archive: Archive, memory: Memory) -> None:
    name = archive.place.names()[1]
    archive.place.put(name, b"rotten" * 100)
    with Warehouse(Archive(archive.place), memory) as warehouse:
        assert list(warehouse.ask("SELECT COUNT(*) FROM events").rows) == [(20,)]


def test_another_filesystem(memory: Memory, tmp_path: Path) -> None:
    place = Place(f"memory://warehouse-{tmp_path.name}")
    put(Archive(place), [event_row(n) for n in range(8)])
    with Warehouse(Archive(place), memory) as warehouse:
        assert list(warehouse.ask("SELECT COUNT(*) FROM statements").rows) == [(8,)]


def test_older_files_have_null_where_they_lack_a_column(
    archive: Archive, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = (
        Column("mood", "text", "later", since=3),
        Column(
            "hints", (Column("text", "text", ""), Column("since_sec", "real", "")), "later", since=3
        ),
    )
    later = replace(EVENT, version=3, typed=(*EVENT.typed, *columns))
    monkeypatch.setitem(SCHEMAS, EVENT.topic, later)
    monkeypatch.setitem(relations.RELATIONS, "archive_events", later)
    with Warehouse(archive, memory) as warehouse:
        query = "SELECT COUNT(*), COUNT(mood), COUNT(hints) FROM archive_events"
        assert list(warehouse.ask(query).rows) == [(30, 0, 0)]
        assert list(warehouse.ask("SELECT COUNT(*) FROM attempts").rows) == [(30,)]


def test_files_from_before_there_was_feedback(archive: Archive, memory: Memory) -> None:
    for live in archive.listing(EVENT.topic).each():
        path = archive.place.path(live.name.text)
        table = pq.read_table(path, partitioning=None).drop_columns(["decision", "rating"])
        facts = table.schema.metadata | {b"stepstream.version": b"1"}
        pq.write_table(table.replace_schema_metadata(facts), path)
    put(archive, [event_row(30, START + 4 * DAY_SEC)])
    assert {live.footer.version for live in archive.listing(EVENT.topic).each()} == {1, 2}
    with Warehouse(archive, memory) as warehouse:
        query = "SELECT COUNT(*), COUNT(decision), COUNT(rating) FROM events"
        assert list(warehouse.ask(query).rows) == [(31, 0, 0)]
        assert list(warehouse.ask("SELECT COUNT(*) FROM statements").rows) == [(31,)]


def test_memory_is_bounded_and_a_query_that_needs_more_goes_on_on_disk(tmp_path: Path) -> None:
    archive = generate(Place(str(tmp_path / "archive")), Plan(60_000, learners=500, days=3))
    query = "SELECT COUNT(*), SUM(attempt), SUM(seconds_since) FROM attempts"
    answers = []
    for limit in ("40MiB", "1GiB"):
        with Warehouse(archive, Memory(limit, tmp_path / "spill"), threads=1) as warehouse:
            answers.append(next(warehouse.ask(query).rows))
    assert answers[0][:2] == answers[1][:2]
    assert answers[0][2] == pytest.approx(answers[1][2])
    with (
        Warehouse(archive, Memory("2MiB", tmp_path / "spill"), threads=1) as warehouse,
        pytest.raises(Unavailable, match="more memory"),
    ):
        list(warehouse.ask(query).rows)
