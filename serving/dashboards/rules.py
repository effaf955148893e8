"""Alerts as Prometheus reads them."""

from collections.abc import Sequence
from typing import Any

from serving.dashboards.alerts import ALERTS, Alert, Pace

RUNBOOK = "docs/runbook.md"


def rules(alerts: Sequence[Alert] = ALERTS, pace: Pace | None = None) -> dict[str, Any]:
    """A file of rules."""
    pace = pace or Pace()
    return {"groups": [{"name": "stepstream", "rules": [_rule(one, pace) for one in alerts]}]}


def _rule(alert: Alert, pace: Pace) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr(pace),
        "for": pace.seconds(alert.for_sec) if alert.for_sec else "0s",
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary,
            "description": alert.means,
            "runbook": f"{RUNBOOK}#{alert.anchor}",
        },
    }
