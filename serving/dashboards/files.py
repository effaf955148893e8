"""Everything that is written of boards, alerts and metrics: path from the root -> text."""

from collections.abc import Sequence
from typing import Any

import yaml

from serving.dashboards import learning, models, pages, pipeline, served
from serving.dashboards.board import Board
from serving.dashboards.grafana import DATASOURCE, dashboard_json
from serving.dashboards.rules import rules

BOARDS: Sequence[Board] = (pipeline.BOARD, models.BOARD, learning.BOARD, served.BOARD)
_MADE = "# Made by `make dashboards`: change serving/dashboards instead.\n"
_GRAFANA = "docker/grafana"
_PORT = 9100
_SERVICES = {"worker": "worker", "serve": "api", "archive": "archive", "recalibrate": "recalibrate"}
"""Job -> the service of docker/compose.yaml whose addresses are asked for."""


def files() -> dict[str, str]:
    """All of them."""
    return {
        **{f"{_GRAFANA}/dashboards/{one.name}.json": dashboard_json(one) for one in BOARDS},
        f"{_GRAFANA}/provisioning/datasources/prometheus.yaml": yaml_of(_datasource()),
        f"{_GRAFANA}/provisioning/dashboards/stepstream.yaml": yaml_of(_provider()),
        "docker/prometheus/rules.yaml": yaml_of(rules()),
        "docker/prometheus/prometheus.yaml": yaml_of(_prometheus()),
        "docs/metrics.md": pages.metrics_page(),
        "docs/runbook.md": pages.runbook_page(),
    }


def yaml_of(data: dict[str, Any]) -> str:
    """As YAML, in the order given."""
    return _MADE + yaml.safe_dump(data, sort_keys=False, width=100)


def _datasource() -> dict[str, Any]:
    source = {
        "name": "Prometheus",
        "uid": DATASOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": "http://prometheus:9090",
        "isDefault": True,
        "editable": False,
        "jsonData": {"timeInterval": "5s", "httpMethod": "POST"},
    }
    return {"apiVersion": 1, "datasources": [source]}


def _provider() -> dict[str, Any]:
    provider = {
        "name": "stepstream",
        "folder": "Stepstream",
        "type": "file",
        "disableDeletion": True,
        "allowUiUpdates": False,
        "options": {"path": "/var/lib/grafana/dashboards"},
    }
    return {"apiVersion": 1, "providers": [provider]}


def _prometheus() -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "5s", "scrape_timeout": "4s", "evaluation_interval": "5s"},
        "rule_files": ["rules.yaml"],
        "scrape_configs": [_job(job, service) for job, service in _SERVICES.items()],
    }


def _job(job: str, service: str) -> dict[str, Any]:
    found = {"names": [service], "type": "A", "port": _PORT, "refresh_interval": "10s"}
    return {"job_name": f"stepstream-{job}", "dns_sd_configs": [found]}
