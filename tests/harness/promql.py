"""What a query in PromQL names: enough of the grammar for those of dashboards and alerts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_SELECTOR = re.compile(r"\b((?:stepstream_\w+)|up)\b(?:\{([^}]*)\})?")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPING = re.compile(r"\b(?:by|on)\s*\(([^)]*)\)")


class Selector(NamedTuple):
    metric: str
    labels: frozenset[str]


def selectors(expr: str) -> Iterator[Selector]:
    """Metrics and the labels that they are chosen by."""
    for metric, chosen in _SELECTOR.findall(expr):
        yield Selector(metric, frozenset(_LABEL.findall(chosen)))


def grouped(expr: str) -> set[str]:
    """Labels that something is summed or joined by."""
    lists = _GROUPING.findall(expr)
    return {label.strip() for one in lists for label in one.split(",") if label.strip()}


def legend_labels(legend: str) -> set[str]:
    """Labels that series are called by."""
    return set(re.findall(r"\{\{(\w+)\}\}", legend))
