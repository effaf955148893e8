"""Dashboards, rules and pages: committed as generated, and as Grafana and Prometheus want them."""

import json
import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from harness.prometheus import MISSING, REQUIRED, grafana_types, promtool, tool
from harness.promql import grouped, legend_labels, selectors
from harness.workers import ROOT

from serving.dashboards.alerts import ALERTS, Pace
from serving.dashboards.board import Query
from serving.dashboards.files import BOARDS, files, yaml_of
from serving.dashboards.grafana import DATASOURCE, read_dashboard
from serving.dashboards.rules import rules
from stream.cli.commands import COMMANDS
from stream.metrics import Metrics

GENERATED = files()
DASHBOARDS = [name for name in GENERATED if name.endswith(".json")]
DECLARED = {name: one for one in Metrics().declared for name in one.samples}
TARGET_LABELS = {"job", "instance"}
QUERIES = [
    pytest.param(query, id=f"{board.name}: {panel.title}")
    for board in BOARDS
    for panel in board.panels
    for query in panel.queries
]
ASKED = [pytest.param(Query(alert.expr(Pace())), id=alert.name) for alert in ALERTS]


@pytest.fixture(scope="module")
def _has_prometheus() -> None:
    if tool("promtool") is None:
        assert not REQUIRED, MISSING
        pytest.skip(MISSING)


@pytest.mark.parametrize("name", GENERATED)
def test_what_is_committed_is_what_is_generated(name: str) -> None:
    assert (ROOT / name).read_text() == GENERATED[name], "run `make dashboards`"


def test_nothing_else_lies_beside_it() -> None:
    names = {Path(name) for name in GENERATED if name.startswith("docker/")}
    beside = {path for name in names for path in (ROOT / name).parent.iterdir() if path.is_file()}
    assert beside == {ROOT / name for name in names}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_the_sdk_understands_all_that_is_in_a_dashboard(name: str) -> None:
    told = json.loads(GENERATED[name])
    assert json.loads(read_dashboard(told)) == told


def test_grafanas_own_types_accept_the_dashboards() -> None:
    """By the Go SDK, which refuses what is unknown and what is missing, also within panels."""
    told = grafana_types(ROOT / name for name in DASHBOARDS)
    if not told:
        pytest.skip("no Go is here to read the dashboards by Grafana's own types")
    assert told == f"{len(DASHBOARDS)} dashboards read, 0 wrong\n"


def test_grafanas_own_types_refuse_what_is_wrong(tmp_path: Path) -> None:
    wrong = json.loads(GENERATED[DASHBOARDS[0]]) | {"refreshed": "30s"}
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(wrong))
    told = grafana_types([path])
    if not told:
        pytest.skip("no Go is here to read the dashboards by Grafana's own types")
    assert "unexpected field 'refreshed'" in told
    assert "1 dashboards read, 1 wrong" in told


def panels(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(GENERATED[name])["panels"]
    return found


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_have_ids_of_their_own_and_do_not_overlap(name: str) -> None:
    found = panels(name)
    assert max(Counter(one["id"] for one in found).values()) == 1
    areas = [one["gridPos"] for one in found]
    assert all(area["x"] + area["w"] <= 24 for area in areas)
    for one, other in combinations(areas, 2):
        apart_x = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        apart_y = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert apart_x or apart_y, (one, other)


@pytest.mark.parametrize("name", DASHBOARDS)
def test_every_panel_says_what_it_shows_and_asks_the_provisioned_source(name: str) -> None:
    provisioned = GENERATED["docker/grafana/provisioning/datasources/prometheus.yaml"]
    (source,) = yaml.safe_load(provisioned)["datasources"]
    for one in panels(name):
        if one["type"] != "row":
            assert one["description"].endswith(".")
            assert one["datasource"]["uid"] == source["uid"] == DATASOURCE
            assert {target["datasource"]["uid"] for target in one["targets"]} == {DATASOURCE}


@pytest.mark.parametrize("query", [*QUERIES, *ASKED])
def test_queries_name_metrics_and_labels_that_exist(query: Query) -> None:
    chosen = list(selectors(query.expr))
    assert chosen
    known: set[str] = set(TARGET_LABELS)
    for selector in chosen:
        own = set() if selector.metric == "up" else set(DECLARED[selector.metric].labels)
        assert selector.labels <= own | TARGET_LABELS, selector
        known |= own
    assert grouped(query.expr) <= known | {"le"}
    assert legend_labels(query.legend) <= grouped(query.expr)


def test_every_metric_is_documented_and_its_labels_too() -> None:
    page = GENERATED["docs/metrics.md"]
    for one in Metrics().declared:
        name = one.name if one.kind == "histogram" else one.samples[0]
        assert f"| `{name}` | {one.kind} | {', '.join(one.labels)} | {one.meaning} |" in page
        assert one.meaning.endswith(".")


def test_every_alert_has_its_page_in_the_runbook() -> None:
    page = GENERATED["docs/runbook.md"]
    anchors = {line.removeprefix("## ").lower() for line in page.splitlines() if line[:3] == "## "}
    (group,) = rules()["groups"]
    pages = [rule["annotations"]["runbook"] for rule in group["rules"]]
    assert {one.partition("#")[0] for one in pages} == {"docs/runbook.md"}
    assert {one.partition("#")[2] for one in pages} == anchors
    assert all(alert.look and alert.do and alert.means for alert in ALERTS)


def test_the_runbook_names_commands_and_panels_that_exist() -> None:
    page = GENERATED["docs/runbook.md"].replace("\n   ", " ").replace("\n", " ")
    assert set(re.findall(r"`stepstream (\w+)", page)) <= set(COMMANDS)
    rows = [row for board in BOARDS for row in board.rows]
    titles = {row.title for row in rows} | {panel.title for row in rows for panel in row.panels}
    named = re.findall(r"\w+ dashboard, (?:row )?([A-Z][\w -]*?)[:,;?.]", page)
    assert len(named) >= 8
    for one in named:
        assert set(re.split(r" and (?=By)", one.partition(" with ")[0])) <= titles, one


@pytest.mark.usefixtures("_has_prometheus")
def test_prometheus_accepts_its_files(tmp_path: Path) -> None:
    for name in ("rules.yaml", "prometheus.yaml"):
        (tmp_path / name).write_text(GENERATED[f"docker/prometheus/{name}"])
    assert f"{len(ALERTS)} rules found" in promtool("check", "rules", tmp_path / "rules.yaml")
    promtool("check", "config", tmp_path / "prometheus.yaml")


@pytest.mark.usefixtures("_has_prometheus")
def test_prometheus_can_read_every_query(tmp_path: Path) -> None:
    asked = [query.expr for board in BOARDS for panel in board.panels for query in panel.queries]
    recorded = [
        {"record": f"query:number:{number}", "expr": runnable(expr)}
        for number, expr in enumerate(asked)
    ]
    path = tmp_path / "rules.yaml"
    path.write_text(yaml_of({"groups": [{"name": "queries", "rules": recorded}]}))
    assert f"{len(asked)} rules found" in promtool("check", "rules", path)


def runnable(expr: str) -> str:
    """As Grafana would send it."""
    return expr.replace("$__rate_interval", "20s").replace("$window", "5000")
