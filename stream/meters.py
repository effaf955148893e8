"""Counters, gauges and histograms of one process. The only door to prometheus-client."""

from collections.abc import Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from schemas.errors import ConfigurationError

__all__ = ["Counter", "Declared", "Gauge", "Histogram", "Meters"]

_MS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500)
LATENCY_SEC = (*(ms / 1000 for ms in _MS), 1, 2, 5, 10, 60)


class Declared(NamedTuple):
    """A metric as it was declared."""

    name: str
    kind: str
    """counter, gauge or histogram."""
    labels: tuple[str, ...]
    meaning: str

    @property
    def samples(self) -> tuple[str, ...]:
        """The names under which Prometheus keeps it."""
        if self.kind == "counter":
            return (f"{self.name}_total",)
        if self.kind == "histogram":
            return tuple(f"{self.name}_{end}" for end in ("bucket", "sum", "count"))
        return (self.name,)


class Meters:
    """What is measured, in a registry of its own; names are led by `stepstream_`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.declared: list[Declared] = []
        """Everything, in the order in which it was declared."""

    def _declare(self, name: str, kind: str, labels: tuple[str, ...], meaning: str) -> str:
        declared = Declared(f"stepstream_{name}", kind, labels, meaning)
        self.declared.append(declared)
        return declared.name

    def counter(self, name: str, meaning: str, *labels: str) -> Counter:
        """What only grows; Prometheus puts `_total` behind the name."""
        full = self._declare(name, "counter", labels, meaning)
        return Counter(full, meaning, labels, registry=self.registry)

    def gauge(self, name: str, meaning: str, *labels: str) -> Gauge:
        """What goes up and down."""
        full = self._declare(name, "gauge", labels, meaning)
        return Gauge(full, meaning, labels, registry=self.registry)

    def histogram(
        self, name: str, meaning: str, buckets: Sequence[float] = LATENCY_SEC, *labels: str
    ) -> Histogram:
        """How values are distributed over `buckets` (upper bounds)."""
        full = self._declare(name, "histogram", labels, meaning)
        return Histogram(full, meaning, labels, buckets=buckets, registry=self.registry)

    def serve(self, host: str, port: int) -> int:
        """Answer Prometheus at `host`:`port` (0 takes a free one); returns the port.

        Raises:
            ConfigurationError: where the port cannot be had.
        """
        try:
            server, _ = start_http_server(port, host, self.registry)
        except OSError as error:
            raise ConfigurationError(
                f"no metrics endpoint at {host}:{port} ({error.strerror}): set "
                "STEPSTREAM_METRICS_PORT to a free port, or -1 for none"
            ) from error
        return int(server.server_port)
