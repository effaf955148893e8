"""Boards as Grafana reads them. The only door to grafana-foundation-sdk, a tool of development."""

from importlib.metadata import version
from itertools import count

from grafana_foundation_sdk.builders import common, stat, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus as prometheus_build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as words
from grafana_foundation_sdk.models import dashboard as model

from schemas.errors import ConfigurationError
from serving.dashboards.board import WINDOWS, Board, Panel, Query

SDK = "1769699379!11.6.0"
"""The version that the JSON is of; others write other fields."""
DATASOURCE = "stepstream-prometheus"
_GRAPH_WIDTH, _GRAPH_HEIGHT = 8, 8
_SINGLE_WIDTH, _SINGLE_HEIGHT = 4, 4
"""Of the 24 columns, and in rows of 30 pixels."""
_GOOD, _BAD = "green", "red"


def dashboard_json(board: Board) -> str:
    """The dashboard's JSON, the same bytes for the same board.

    Raises:
        ConfigurationError: where another version of the SDK is installed.
    """
    if version("grafana-foundation-sdk") != SDK:
        raise ConfigurationError(
            f"dashboards are written with grafana-foundation-sdk {SDK}, which requirements/dev.txt "
            "names: `make setup` installs it"
        )
    made = (
        build.Dashboard(board.title)
        .uid(f"stepstream-{board.name}")
        .description(board.meaning)
        .tags(["stepstream"])
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .editable()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
    )
    if board.chooses_window:
        made = made.with_variable(_window())
    ids = count(1)
    for row in board.rows:
        made = made.with_row(build.Row(row.title).id(next(ids)))
        for panel in row.panels:
            wide = _SINGLE_WIDTH if panel.single else _GRAPH_WIDTH
            made = made.with_panel(_panel(panel, next(ids), wide))
    return f"{JSONEncoder(sort_keys=True, indent=1).encode(made.build())}\n"


def read_dashboard(text: dict[str, object]) -> str:
    """What the SDK understands of a dashboard's JSON, as JSON."""
    found = model.Dashboard.from_json(text)
    return f"{JSONEncoder(sort_keys=True, indent=1).encode(found)}\n"


def _window() -> build.CustomVariable:
    first, *_ = WINDOWS
    return (
        build.CustomVariable("window")
        .label("Outcomes that count")
        .values(",".join(WINDOWS))
        .current(model.VariableOption(selected=True, text=first, value=first))
        .options(
            [model.VariableOption(selected=one == first, text=one, value=one) for one in WINDOWS]
        )
    )


def _panel(panel: Panel, number: int, width: int) -> stat.Panel | timeseries.Panel:
    kind = _stat(panel) if panel.single else _graph(panel)
    made = (
        kind.id(number)
        .title(panel.title)
        .description(panel.meaning)
        .unit(panel.unit)
        .datasource(_datasource())
        .span(width)
        .height(_SINGLE_HEIGHT if panel.single else _GRAPH_HEIGHT)
    )
    for place, query in enumerate(panel.queries):
        made = made.with_target(_target(query, chr(ord("A") + place)))
    return made


def _stat(panel: Panel) -> stat.Panel:
    steps = [model.Threshold(value=None, color=_GOOD)]
    if panel.warn_above is not None:
        steps.append(model.Threshold(value=panel.warn_above, color=_BAD))
    limits = build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps)
    newest = common.ReduceDataOptions().calcs(["lastNotNull"]).values(False)
    return (
        stat.Panel()
        .thresholds(limits)
        .reduce_options(newest)
        .color_mode(words.BigValueColorMode.VALUE)
    )


def _graph(panel: Panel) -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(words.LegendDisplayMode.LIST)
        .placement(words.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
    made = timeseries.Panel().legend(legend).fill_opacity(10).line_width(1)
    return made.min(0) if panel.from_zero else made


def _datasource() -> model.DataSourceRef:
    return model.DataSourceRef(type_val="prometheus", uid=DATASOURCE)


def _target(query: Query, ref_id: str) -> prometheus_build.Dataquery:
    made = prometheus_build.Dataquery().expr(query.expr).ref_id(ref_id).range()
    return made.datasource(_datasource()).legend_format(query.legend or "__auto")
