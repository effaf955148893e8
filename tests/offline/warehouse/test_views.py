"""What views say, against plain Python, and the same text on a second engine."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from harness.archives import DAY_SEC, START, event_row, put, put_at, queue_row
from harness.second_engine import rows_of, second_engine
from harness.told_archive import Told, tell

from offline.archive.listing import Archive
from offline.archive.schemas import QUEUE
from offline.places import Place
from offline.warehouse.duck import Memory, Warehouse
from offline.warehouse.views import ORDER, views
from schemas.event import LearningEvent
from schemas.kinds import FEEDBACK

HORIZON = 604_800.0
DIALECTS = ("spark", "bigquery", "snowflake", "trino")
Item = tuple[str, int, float, str]


@pytest.fixture(params=range(4))
def told(request: pytest.FixtureRequest, archive: Archive) -> Told:
    return tell(archive, request.param)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Place(str(tmp_path / "archive")))


def ask(archive: Archive, query: str, spill: Path) -> list[tuple[Any, ...]]:
    with Warehouse(archive, Memory("512MiB", spill), threads=1) as warehouse:
        return list(warehouse.ask(query).rows)


def named(archive: Archive, view: str, spill: Path) -> list[dict[str, Any]]:
    with Warehouse(archive, Memory("512MiB", spill), threads=1) as warehouse:
        answer = warehouse.ask(f"SELECT * FROM {view}")  # noqa: S608  our own views
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def statements(told: Told) -> list[tuple[int, int, LearningEvent]]:
    """(partition, offset, event): each once, without those withdrawn, those that withdraw and
    feedback."""
    found = []
    every = [one for events in told.events.values() for _, one in events]
    gone = {(one.tenant, one.voids) for one in every if one.voids}
    for partition, events in told.events.items():
        seen: set[tuple[str, str]] = set()
        for offset, one in events:
            name = (one.tenant, one.id)
            counts = not one.voids and one.kind not in FEEDBACK
            if name not in seen | gone and counts:
                found.append((partition, offset, one))
            seen.add(name)
    return found


def test_every_view_names_and_explains_its_columns(archive: Archive, tmp_path: Path) -> None:
    put(archive, [event_row(0)])
    assert {path.stem for path in Path("offline/warehouse/views").glob("*.sql")} == set(ORDER)
    for view in views():
        described = ask(archive, f"DESCRIBE {view.name}", tmp_path)
        assert [row[0] for row in described] == [name for name, _ in view.columns]
        assert view.meaning.endswith(".")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("view", views(), ids=ORDER)
def test_the_text_is_sql_of_other_engines_too(view: Any, dialect: str) -> None:
    parsed = sqlglot.parse(view.sql, dialect=dialect)
    assert len(parsed) == 1
    (query,) = parsed
    assert query is not None
    assert query.named_selects == [name for name, _ in view.columns]
    assert not list(query.find_all(sqlglot.exp.Command, sqlglot.exp.Anonymous))


@pytest.mark.usefixtures("told")
def test_a_second_engine_finds_the_same_rows(archive: Archive, tmp_path: Path) -> None:
    other = second_engine(archive)
    with Warehouse(archive, Memory("512MiB", tmp_path), threads=1) as warehouse:
        for view in ORDER:
            query = f"SELECT * FROM {view}"  # noqa: S608  our own views
            mine = sorted(map(rounded, warehouse.ask(query).rows))
            assert mine, view
            assert mine == sorted(map(rounded, rows_of(other, query))), view


def rounded(row: tuple[Any, ...]) -> str:
    return repr([float(f"{v:.9g}") if isinstance(v, float) else v for v in row])


@pytest.mark.usefixtures("told")
def test_an_empty_archive_has_the_same_views(tmp_path: Path) -> None:
    empty = Archive(Place(str(tmp_path / "empty")))
    for view in ORDER:
        assert ask(empty, f"SELECT * FROM {view}", tmp_path) == []  # noqa: S608  our own views


def test_events_are_all_that_could_be_read(archive: Archive, told: Told, tmp_path: Path) -> None:
    found = named(archive, "events", tmp_path)
    assert {(one["log_partition"], one["log_offset"], one["statement"]) for one in found} == {
        (partition, offset, one.id)
        for partition, events in told.events.items()
        for offset, one in events
    }
    (one,) = (o for o in found if (o["log_partition"], o["log_offset"]) == (0, 0))
    expected = told.events[0][0][1]
    assert one["happened_at"] == expected.at
    assert one["happened_time"].timestamp() - one["happened_at"] == pytest.approx(0, abs=1e-5)
    assert one["course"] == (expected.course or None)


def test_statements_count_once_and_not_when_withdrawn(
    archive: Archive, told: Told, tmp_path: Path
) -> None:
    found = named(archive, "statements", tmp_path)
    key = [(one["log_partition"], one["log_offset"], one["statement"]) for one in found]
    assert sorted(key) == sorted((p, offset, one.id) for p, offset, one in statements(told))


def test_attempts_are_numbered_as_they_happened(
    archive: Archive, told: Told, tmp_path: Path
) -> None:
    expected = []
    before: dict[tuple[str, str], list[LearningEvent]] = defaultdict(list)
    for _, _, one in sorted(statements(told), key=lambda found: (found[2].at, found[1])):
        if one.outcome is not None:
            earlier = before[one.learner, one.activity]
            last = earlier[-1] if earlier else None
            earlier.append(one)
            expected.append(
                (
                    one.id,
                    len(earlier),
                    one.outcome,
                    int(one.outcome >= one.pass_mark),
                    last.outcome if last else None,
                    one.at - last.at if last else None,
                )
            )
    names = ["statement", "attempt", "outcome", "passed", "previous_outcome", "seconds_since"]
    found = [tuple(one[name] for name in names) for one in named(archive, "attempts", tmp_path)]
    assert sorted(found) == sorted(expected)


def test_learner_days_add_up(archive: Archive, told: Told, tmp_path: Path) -> None:
    days: dict[tuple[str, int], list[LearningEvent]] = defaultdict(list)
    for _, _, one in statements(told):
        days[one.learner, int(one.at // DAY_SEC)].append(one)
    found = named(archive, "learner_days", tmp_path)
    assert len(found) == len(days)
    for one in found:
        day = (one["happened_on"].toordinal() - 719_163, one["learner"])
        done = days[day[1], day[0]]
        outcomes = [e.outcome for e in done if e.outcome is not None]
        assert one["actions"] == len(done)
        assert one["activities"] == len({e.activity for e in done})
        assert (one["attempts"], one["passed"]) == (len(outcomes), sum(o >= 0.6 for o in outcomes))
        assert one["mean_outcome"] == pytest.approx(
            sum(outcomes) / len(outcomes) if outcomes else None
        )
        assert (one["first_at"], one["last_at"]) == (
            min(e.at for e in done),
            max(e.at for e in done),
        )
        earlier = [d for (who, d) in days if who == one["learner"] and d < day[0]]
        assert one["active_day"] == len(earlier) + 1
        assert one["actions_so_far"] == len(done) + sum(len(days[day[1], d]) for d in earlier)


def test_feedback_is_there_once(archive: Archive, told: Told, tmp_path: Path) -> None:
    said = {
        (one.id, one.learner): (one.activity, one.kind, one.rating, one.decision, one.at)
        for events in told.events.values()
        for _, one in events
        if one.kind in FEEDBACK
    }
    columns = ("activity", "said", "rating", "decision", "happened_at")
    found = named(archive, "feedback", tmp_path)
    assert len(found) == len(said) > 0
    told_of = {
        (one["statement"], one["learner"]): tuple(one[name] for name in columns) for one in found
    }
    assert told_of == said


def test_recommendations_are_followed_by_what_the_learner_did(
    archive: Archive, told: Told, tmp_path: Path
) -> None:
    found = {
        (one["learner"], one["version"], one["generated_at"], one["activity"]): one
        for one in named(archive, "followed", tmp_path)
    }
    done = sorted(statements(told), key=lambda one: one[1])
    count = 0
    for queue in told.queues:
        who, version, at = queue["learner"], queue["version"], queue["generated_at"]
        later = [e for _, offset, e in done if e.learner == who and offset > version]
        times = [o["generated_at"] for o in told.queues if o["learner"] == who]
        replaced = min((time for time in times if time > at), default=None)
        for rank, item in enumerate(queue["items"], 1):
            count += 1
            one = found[who, version, at, item["activity"]]
            hits = [
                e for e in later if e.activity == item["activity"] and at < e.at <= at + HORIZON
            ]
            assert (one["item_rank"], one["propensity"]) == (rank, item["propensity"])
            assert one["next_activity"] == (later[0].activity if later else None)
            assert one["next_after_sec"] == (later[0].at - at if later else None)
            assert one["in_force_sec"] == (replaced - at if replaced else None)
            is_next = bool(later) and later[0].activity == item["activity"]
            assert one["was_next"] == int(is_next and later[0].at <= at + HORIZON)
            assert one["was_followed"] == bool(hits)
            assert one["followed_after_sec"] == (min(e.at for e in hits) - at if hits else None)
            outcomes = [e.outcome for e in hits if e.outcome is not None]
            assert one["best_outcome"] == max(outcomes, default=None)
            assert one["horizon_is_over"] == 0, "all that was told is within sixty hours"
    assert count == len(found) > 100


def test_a_horizon_that_is_over(archive: Archive, tmp_path: Path) -> None:
    put(archive, [event_row(n, START + n * DAY_SEC) for n in range(12)])
    put(
        archive, [queue_row(n, n, START + n * DAY_SEC + 1) for n in (0, 3, 4, 5)], topic=QUEUE.topic
    )
    found = ask(archive, "SELECT DISTINCT version, horizon_is_over FROM followed", tmp_path)
    assert sorted(found) == [(0, 1), (3, 1), (4, 0), (5, 0)]


def test_rejects_say_why_and_whether_they_were_sent_again(
    archive: Archive, told: Told, tmp_path: Path
) -> None:
    found = named(archive, "rejects", tmp_path)
    assert len(found) == 4 * len(told.events)
    assert {(one["log_offset"], one["was_redriven"]) for one in found} == {
        (0, 0),
        (1, 0),
        (2, 1),
        (3, 0),
    }
    assert {one["origin_offset"] for one in found} == {70, 71, 72, 73}


def test_messages_that_are_there_twice_count_once(archive: Archive, tmp_path: Path) -> None:
    log = [event_row(n) for n in range(30)]
    for start, stop in ((0, 20), (10, 30), (5, 8)):
        put_at(archive, log[start:stop])
    count = "SELECT COUNT(*), COUNT(DISTINCT log_offset) FROM events"
    assert ask(archive, count, tmp_path) == [(30, 30)]
