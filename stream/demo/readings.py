"""A worker's metrics as numbers, from its endpoint or from a registry in this process."""

import re
from collections.abc import Iterable, Iterator, Mapping
from http.client import HTTPConnection, HTTPException
from itertools import pairwise
from math import inf
from typing import NamedTuple, TypeAlias

from schemas.errors import Unavailable
from stream.metrics import Metrics

_TIMEOUT_SEC = 2.0
_LINE = re.compile(r"([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_GROWING = ("_total", "_bucket", "_count", "_sum")
_PREFIX = "stepstream_"
_Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]


class Sample(NamedTuple):
    """One number of a metric."""

    name: str
    """Without the prefix that all metrics share."""
    labels: tuple[tuple[str, str], ...]
    value: float


class Readings:
    """What a worker has counted since it started."""

    def __init__(self, samples: Iterable[Sample] = ()) -> None:
        self.samples = tuple(samples)

    def total(self, name: str, **labels: str) -> float:
        """Sum over the samples called `name` that carry `labels`."""
        return sum(sample.value for sample in self._found(name, labels))

    def value(self, name: str, **labels: str) -> float | None:
        """The first such sample; None where there is none yet."""
        return next((sample.value for sample in self._found(name, labels)), None)

    def by(self, name: str, label: str) -> dict[str, float]:
        """Values of the samples called `name`, by `label`; zeros are left out."""
        return {
            dict(sample.labels)[label]: sample.value
            for sample in self._found(name, {})
            if sample.value
        }

    def quantile(self, name: str, share: float, at_most: float = inf) -> float | None:
        """The value that `share` of what a histogram observed stays below, in the metric's unit.

        Taken as spread evenly within a bucket, as Prometheus's `histogram_quantile` does; what is
        above the last bound counts as the last bound. Nothing observed was above `at_most`.
        """
        buckets = sorted(
            (min(at_most, float(dict(sample.labels)["le"])), sample.value)
            for sample in self._found(f"{name}_bucket", {})
        )
        if not buckets or not buckets[-1][1]:
            return None
        return _interpolated(buckets, share * buckets[-1][1])

    def _found(self, name: str, labels: Mapping[str, str]) -> Iterator[Sample]:
        return (s for s in self.samples if s.name == name and labels.items() <= set(s.labels))


def _interpolated(buckets: list[tuple[float, float]], wanted: float) -> float:
    for (low, before), (high, upto) in pairwise([(0.0, 0.0), *buckets]):
        if upto >= wanted:
            inside = (wanted - before) / (upto - before) if upto > before else 1.0
            return low if high == inf else low + (high - low) * inside
    return buckets[-1][0]


class Lives:
    """Joins the readings of a worker that was started again: what grows goes on growing."""

    def __init__(self) -> None:
        self._now: dict[_Key, float] = {}
        self._before: dict[_Key, float] = {}

    def join(self, readings: Readings) -> Readings:
        """`readings` with what earlier lives had counted when they were last read."""
        growing = {s[:2]: s.value for s in readings.samples if s.name.endswith(_GROWING)}
        for key in self._now.keys() | growing:
            self._note(key, growing.get(key, 0.0))
        others = (s for s in readings.samples if s[:2] not in growing)
        return Readings((*others, *self._joined()))

    def _note(self, key: _Key, value: float) -> None:
        last = self._now.get(key, 0.0)
        if value < last:
            self._before[key] = self._before.get(key, 0.0) + last
        self._now[key] = value

    def _joined(self) -> Iterator[Sample]:
        for key, value in self._now.items():
            yield Sample(*key, value + self._before.get(key, 0.0))


def read_endpoint(host: str, port: int) -> Readings:
    """Readings of the worker whose metrics are served at `host`:`port`.

    Raises:
        Unavailable: where it does not answer.
    """
    connection = HTTPConnection(host, port, timeout=_TIMEOUT_SEC)
    try:
        connection.request("GET", "/metrics")
        return Readings(parsed(connection.getresponse().read().decode()))
    except (OSError, HTTPException) as error:
        raise Unavailable(f"the worker's metrics at {host}:{port} do not answer") from error
    finally:
        connection.close()


def parsed(text: str) -> Iterator[Sample]:
    """Samples of Prometheus's text format (version 0.0.4)."""
    for line in text.splitlines():
        if found := _LINE.match(line):
            labels = tuple(_LABEL.findall(found[2] or ""))
            yield Sample(found[1].removeprefix(_PREFIX), labels, float(found[3]))


def read_registry(metrics: Metrics) -> Readings:
    """Readings of `metrics` in this process."""
    return Readings(
        Sample(sample.name.removeprefix(_PREFIX), tuple(sample.labels.items()), sample.value)
        for family in metrics.registry.collect()
        for sample in family.samples
    )
