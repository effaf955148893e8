import pytest

from schemas.errors import Unavailable
from stream.demo.readings import Lives, Readings, Sample, parsed, read_endpoint, read_registry
from stream.metrics import Metrics

TEXT = """\
# HELP stepstream_rejects_total Dead letters by reason code.
# TYPE stepstream_rejects_total counter
stepstream_rejects_total{reason="bad_iri"} 3.0
stepstream_rejects_total{reason="odd \\"quoted\\", and, commas"} 4.0
stepstream_rejects_total{reason="never"} 0.0
stepstream_prequential{model="success",measure="auc",window="500"} 0.75
stepstream_queue_age_seconds_bucket{le="0.001"} 10.0
stepstream_queue_age_seconds_bucket{le="0.01"} 90.0
stepstream_queue_age_seconds_bucket{le="1.0"} 100.0
stepstream_queue_age_seconds_bucket{le="+Inf"} 100.0
stepstream_events_applied_total 1.5e+03
"""


def test_the_text_of_an_endpoint_is_understood() -> None:
    found = Readings(parsed(TEXT))
    assert found.total("events_applied_total") == 1500
    assert found.total("rejects_total") == 7
    assert found.total("rejects_total", reason="bad_iri") == 3
    assert found.value("prequential", model="success", measure="auc", window="500") == 0.75
    assert found.value("prequential", model="success", measure="ece") is None
    assert list(found.by("rejects_total", "reason").values()) == [3, 4]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.05, 0.0005), (0.1, 0.001), (0.5, 0.0055), (0.95, 0.505), (1.0, 1.0)]
)
def test_quantiles_lie_within_their_bucket(share: float, expected: float) -> None:
    found = Readings(parsed(TEXT)).quantile("queue_age_seconds", share)
    assert found == pytest.approx(expected)


def test_a_histogram_without_observations_has_no_quantiles() -> None:
    assert Readings().quantile("queue_age_seconds", 0.5) is None
    assert read_registry(Metrics()).quantile("queue_age_seconds", 0.5) is None


def test_what_lies_above_the_last_bound_counts_as_the_bound() -> None:
    metrics = Metrics()
    metrics.queue_age.observe(1e6)
    bounds = [
        float(dict(sample.labels)["le"])
        for sample in read_registry(metrics).samples
        if sample.name == "queue_age_seconds_bucket"
    ]
    assert read_registry(metrics).quantile("queue_age_seconds", 0.5) == sorted(bounds)[-2]


def test_no_quantile_is_above_what_was_possible() -> None:
    found = Readings(parsed(TEXT))
    assert found.quantile("queue_age_seconds", 0.95, at_most=0.2) == pytest.approx(0.105)
    assert found.quantile("queue_age_seconds", 1.0, at_most=0.2) == pytest.approx(0.2)
    assert found.quantile("queue_age_seconds", 0.05, at_most=0.2) == pytest.approx(0.0005)


def test_endpoint_and_registry_say_the_same() -> None:
    metrics = Metrics()
    metrics.rejects.labels("bad_iri").inc(3)
    metrics.queue_age.observe(0.003)
    port = metrics.serve("127.0.0.1", 0)
    assert set(read_endpoint("127.0.0.1", port).samples) == set(read_registry(metrics).samples)


def test_a_silent_endpoint_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="do not answer"):
        read_endpoint("127.0.0.1", 1)


def reading(total: float, gauge: float) -> Readings:
    return Readings([Sample("x_total", (), total), Sample("outbox", (), gauge)])


def test_counters_go_on_growing_over_lives_and_gauges_do_not() -> None:
    lives = Lives()
    seen = [lives.join(reading(*pair)) for pair in [(5, 1), (9, 2), (2, 3), (4, 0), (1, 7)]]
    assert [one.total("x_total") for one in seen] == [5, 9, 11, 13, 14]
    assert [one.total("outbox") for one in seen] == [1, 2, 3, 0, 7]


def test_what_a_new_life_has_not_counted_yet_is_not_forgotten() -> None:
    rejected = Sample("rejects_total", (("reason", "bad_iri"),), 3.0)
    lives = Lives()
    lives.join(Readings([rejected]))
    assert lives.join(Readings()).total("rejects_total") == 3
    assert lives.join(Readings([rejected._replace(value=1.0)])).total("rejects_total") == 4
