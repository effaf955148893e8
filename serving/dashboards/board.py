"""What a dashboard shows, in plain words: rows of panels, each with queries in PromQL."""

from dataclasses import dataclass

WINDOWS = ("5000", "500", "total")
"""Windows of the models' quality that can be chosen on a dashboard, as `$window`."""
RATE = "[$__rate_interval]"
"""Grafana puts in what fits to the zoom and the scrape interval."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query and what its series are called, with labels as `{{label}}`."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One graph, or one number where it is `single`."""

    title: str
    meaning: str
    queries: tuple[Query, ...]
    unit: str = "short"
    """As Grafana calls it."""
    single: bool = False
    from_zero: bool = True
    """Whether a graph starts at 0; its values are at least that."""
    warn_above: float | None = None
    """Where a single number turns red."""


@dataclass(frozen=True, slots=True)
class Row:
    """Panels that belong together."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard."""

    name: str
    """Of its file, and what its address ends with."""
    title: str
    meaning: str
    rows: tuple[Row, ...]
    chooses_window: bool = False
    """Whether it asks for one of `WINDOWS`."""

    @property
    def panels(self) -> tuple[Panel, ...]:
        """All of them."""
        return tuple(panel for row in self.rows for panel in row.panels)


def name_of(metric: str) -> str:
    """A metric as Prometheus has it."""
    return f"stepstream_{metric}"


def rate(metric: str, *by: str) -> str:
    """How often a second, all processes together; `metric` may end with a selection in braces."""
    name, brace, rest = metric.partition("{")
    return f"{total(by)} (rate({name_of(name)}_total{brace}{rest}{RATE}))"


def quantile(share: float, metric: str, *by: str) -> str:
    """The value that `share` of what a histogram has observed lately stays below."""
    labels = ", ".join((*by, "le"))
    inner = f"sum by ({labels}) (rate({name_of(metric)}_bucket{RATE}))"
    return f"histogram_quantile({share}, {inner})"


def quantiles(metric: str, *shares: float) -> tuple[Query, ...]:
    """Several of them, each called by its share."""
    return tuple(Query(quantile(share, metric), f"{share:.0%}") for share in shares)


def total(by: tuple[str, ...] = ()) -> str:
    """`sum`, by labels."""
    return f"sum by ({', '.join(by)})" if by else "sum"


def share(part: str, whole: str) -> str:
    """`part` of `whole`, both rates; a part that nobody has seen yet is none."""
    return f"({part} or vector(0)) / {whole}"
