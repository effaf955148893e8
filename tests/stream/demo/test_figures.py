from collections import Counter

import pytest

from stream.dead_letters import REASON, TOPIC
from stream.demo.figures import Summary, figures
from stream.demo.place import Counted, counted
from stream.demo.readings import Readings, read_registry
from stream.metrics import Metrics
from stream.records import Record
from stream.settings import Settings


def summary(published: int, accepted: int, rejected: int, **changes: bool | int) -> Summary:
    known = Counted(accepted, Counter({"bad_iri": rejected}))
    return Summary(
        kafka="embedded",
        published=published,
        counted=known,
        worker=figures(Readings()),
        best_auc=None,
        seconds=2.0,
        **changes,  # type: ignore[arg-type]  # restarts and is_settled, by name
    )


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (summary(10, 8, 2), True),
        (summary(10, 8, 1), False),
        (summary(10, 9, 2), False),
        (summary(10, 8, 2, is_settled=False), False),
        (summary(10, 9, 2, restarts=1), True),
        (summary(10, 7, 2, restarts=1), False),
    ],
)
def test_every_statement_must_be_accounted_for(told: Summary, *, expected: bool) -> None:
    assert told.adds_up is expected
    assert told.to_json()["adds_up"] is expected


def test_programs_read_plain_numbers() -> None:
    told = summary(10, 8, 2).to_json()
    assert (told["published"], told["accepted"], told["rejected"]) == (10, 8, 2)
    assert told["reasons"] == {"bad_iri": 2}
    assert told["statements_per_second"] == 5.0
    assert told["queue_age_p50_ms"] is None


def test_figures_come_from_the_metrics_that_a_worker_has() -> None:
    metrics = Metrics()
    metrics.statements.labels("accepted").inc(7)
    metrics.statements.labels("rejected").inc(2)
    metrics.applied.inc(6)
    metrics.duplicates.inc(1)
    metrics.voided.inc(3)
    metrics.conflicts.inc(4)
    metrics.repairs.labels("home_page_added").inc(5)
    metrics.queues.labels("event").inc(5)
    metrics.queues.labels("refresh").inc(6)
    metrics.predictions.labels("success").inc(8)
    metrics.queue_age.observe(0.5)
    before = figures(read_registry(metrics))
    assert before.lacks_quality
    metrics.quality.labels("success", "auc", "500").set(0.75)
    found = figures(read_registry(metrics))
    assert (found.accepted, found.rejected, found.handled, found.events) == (7, 2, 9, 6)
    assert (found.duplicates, found.voided, found.conflicts, found.repairs) == (1, 3, 4, 5)
    assert (found.queues, found.predictions, found.auc) == (11, 8, 0.75)
    assert found.queue_age_p50_ms is not None
    assert 200 <= found.queue_age_p50_ms <= 500
    assert not found.lacks_quality


def letter(reason: str, topic: str) -> Record:
    headers = ((REASON, reason.encode()), (TOPIC, topic.encode()))
    return Record("p.learning.rejected", 0, 0, 1.0, b"x", b"k", headers)


def test_copies_of_voidings_and_letters_of_events_are_no_statements() -> None:
    events = [Record("e", 0, n, 1.0, b'{"kind":"answered"}', b"k") for n in range(5)]
    events += [Record("e", n, 9, 1.0, b'{"kind":"voided"}', b"k") for n in range(4)]
    letters = [
        letter("bad_iri", "p.xapi.statements"),
        letter("not_json", "p.xapi.statements"),
        letter("bad_iri", "p.xapi.statements"),
        letter("id_conflict", "p.learning.events"),
    ]
    found = counted(events, letters, Settings(prefix="p.", partitions=4))
    assert found.accepted == 6
    assert found.reasons == {"bad_iri": 2, "not_json": 1}
    assert found.rejected == 3
