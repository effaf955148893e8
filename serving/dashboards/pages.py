"""Pages of the documentation that are made of declarations: the metrics, and the runbook."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import fill

from serving.dashboards.alerts import ALERTS, Alert, Pace
from stream.metrics import Metrics

_METRICS_HEAD = """\
# Metrics, dashboards and alerts

`docker/compose.yaml` starts Prometheus and Grafana with all of it in place
([`containers.md`](containers.md)); elsewhere give Prometheus `docker/prometheus/rules.yaml` and the
jobs of `prometheus.yaml`, and Grafana the four files of `docker/grafana/dashboards`:

| dashboard | answers |
|---|---|
| pipeline | does it keep up, is it fresh, what does it refuse, which partition stands still |
| models | how good predictions are, drift, which version is live, pinned or refused |
| learning | what learners master, near-term transfer, duties, what becomes of queues, for whom |
| serving | latency, errors, fallbacks, who is refused, statements received |

Prometheus shows which alerts fire; who is to be woken is your Alertmanager's. Each alert names its
section of [`runbook.md`](runbook.md). All are code in `serving/dashboards`: `make dashboards`
writes them anew.

`pytest tests/serving/dashboards` checks that what is committed is what is made; that Grafana's own
types, in Go, accept each dashboard strictly; that a real Prometheus accepts the rules; and, on a
running installation, that every query has data and every alert fires when its fault is there and
clears after. No Grafana ran where they were made, so nobody has seen them drawn yet.

## Metrics

Made by `make dashboards` of the declarations in `stream/metrics.py` and
`stream/learning_meters.py`; a test sees to it that it is up to date.

Workers, `serve`, `openedx`, `simulate`, `archive run` and `recalibrate --every` tell all of them at
STEPSTREAM_METRICS_HOST:STEPSTREAM_METRICS_PORT under `/metrics`; what a process has nothing to do
with stays 0 or away. Seconds are seconds, shares lie in [0, 1]. Counters start anew with the
process. No label has more values than a closed list, the catalogue of an installation's parts
(topics, partitions, models) or STEPSTREAM_SLICE_MOST allows; no metric names a person.

Slices: STEPSTREAM_SLICE_BY makes groups of learners by role or by cohort; STEPSTREAM_SLICES and
STEPSTREAM_SLICE_MOST say which and how many have a label of their own. All others are `other`, and
who has no role or cohort is `none`. What is counted by slice is counted for people to look into:
a difference between slices says that something is different, not why.

What is seen of learning is counted once, by the worker that applies the event, beside the batch
(`processors/witness.py`); nothing depends on it. A statement that is voided later stays counted.
"""
_RUNBOOK_HEAD = """\
# Runbook

Made by `make dashboards` of `serving/dashboards/alerts.py`, as are Prometheus's rules; each alert's
annotation `runbook` names its section here. `page` cannot wait till the morning, `ticket` can.
"""


def metrics_page() -> str:
    """docs/metrics.md."""
    lines = ["", "| metric | kind | labels | meaning |", "|---|---|---|---|"]
    lines += [
        f"| `{one.name if one.kind == 'histogram' else one.samples[0]}` | {one.kind} "
        f"| {', '.join(one.labels)} | {one.meaning} |"
        for one in Metrics().declared
    ]
    return _METRICS_HEAD + "\n".join(lines) + "\n"


def runbook_page() -> str:
    """docs/runbook.md."""
    ordered = sorted(ALERTS, key=lambda alert: alert.severity)
    parts = [_RUNBOOK_HEAD]
    for severity, alerts in groupby(ordered, key=lambda alert: alert.severity):
        parts += [
            f"\n`{severity}`: " + ", ".join(f"[{a.name}](#{a.anchor})" for a in alerts) + "\n"
        ]
    return "".join([*parts, *("\n".join(_section(alert)) for alert in ALERTS)])


def _section(alert: Alert) -> Iterator[str]:
    pace = Pace()
    wait = f"for {pace.seconds(alert.for_sec)}" if alert.for_sec else "at once"
    yield from ("", f"## {alert.name}", "", _wrapped(alert.means), "")
    yield from (f"It fires {wait} where this has a value:", "", "```", alert.expr(pace), "```", "")
    yield from ("Look:", "", *_list(alert.look), "", "Do:", "", *_list(alert.do), "")


def _list(lines: Sequence[str]) -> list[str]:
    return [_wrapped(f"{number}. {line}", "   ") for number, line in enumerate(lines, 1)]


def _wrapped(text: str, indent: str = "") -> str:
    return fill(text, 100, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
