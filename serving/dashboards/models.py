"""The models: how good, since when not, and which version is live."""

from serving.dashboards.board import Board, Panel, Query, Row, quantile, rate


def _measured(measure: str) -> str:
    """Mean over the workers, each of them weighing as many partitions as it owns."""
    selection = f'{{measure="{measure}", window="$window"}}'
    owned = "on (instance) group_left () stepstream_partitions"
    weighed = f"sum by (model) (stepstream_prequential{selection} * {owned})"
    return f"{weighed} / sum by (model) (0 * stepstream_prequential{selection} + {owned})"


QUALITY = Row(
    "Quality of predictions, each made before its outcome was learned",
    (
        Panel(
            title="AUC",
            meaning="How often a success was predicted higher than a failure; 0.5 is a guess.",
            queries=(Query(_measured("auc"), "{{model}}"),),
        ),
        Panel(
            title="Log-loss",
            meaning="In nats; below the baseline's, or the model is put aside.",
            queries=(
                Query(_measured("log_loss"), "{{model}}"),
                Query(_measured("baseline_log_loss"), "{{model}}, baseline"),
            ),
        ),
        Panel(
            title="Calibration error",
            meaning="By how much what was predicted differs from what came out, on average.",
            queries=(Query(_measured("ece"), "{{model}}"),),
        ),
        Panel(
            title="Error of what is no probability",
            meaning="Root mean square; in log minutes or differences.",
            queries=(
                Query(_measured("rmse"), "{{model}}"),
                Query(_measured("baseline_rmse"), "{{model}}, baseline"),
            ),
        ),
        Panel(
            title="Coverage",
            meaning="Share of outcomes between the predicted 10 % and 90 % quantiles; 0.8 is fair.",
            queries=(Query(_measured("coverage"), "{{model}}"),),
            unit="percentunit",
        ),
        Panel(
            title="Predictions scored",
            meaning="A second.",
            queries=(Query(rate("predictions_scored", "model"), "{{model}}"),),
        ),
    ),
)
DRIFT = Row(
    "Drift",
    (
        Panel(
            title="Drift signals",
            meaning="Times in an hour that a model's loss has risen against its baseline's.",
            queries=(
                Query("sum by (model) (increase(stepstream_drift_signals_total[1h]))", "{{model}}"),
            ),
        ),
        Panel(
            title="Drifts ever",
            meaning="Over all partitions.",
            queries=(Query("sum by (model) (stepstream_model_drifts)", "{{model}}"),),
        ),
        Panel(
            title="Put aside",
            meaning="Partitions in which the baseline serves in place of the model, by reason.",
            queries=(
                Query(
                    "sum by (model, reason) (stepstream_models_put_aside)", "{{model}}: {{reason}}"
                ),
            ),
        ),
        Panel(
            title="Put aside and back",
            meaning="Changes in an hour, all models; by what it was.",
            queries=(
                Query(
                    "sum by (change) (increase(stepstream_model_changes_total[1h])) or vector(0)",
                    "{{change}}",
                ),
            ),
        ),
    ),
)
VERSIONS = Row(
    "Versions",
    (
        Panel(
            title="Live",
            meaning="The version of each model; without one it is what the stream has learned.",
            queries=(
                Query(
                    "max by (model, version) (stepstream_model_version)", "{{model}} {{version}}"
                ),
            ),
        ),
        Panel(
            title="Promotions and rollbacks",
            meaning="As many as are remembered.",
            queries=(Query("max by (action) (stepstream_version_changes)", "{{action}}"),),
        ),
        Panel(
            title="Age of what is live",
            meaning="Since the newest promotion or rollback; nothing where there was none.",
            queries=(
                Query(
                    "time() - max(stepstream_version_changed_timestamp_seconds > 0) "
                    "or 0 * max(stepstream_version_changed_timestamp_seconds)"
                ),
            ),
            unit="s",
            single=True,
        ),
        Panel(
            title="Pinned",
            meaning="1: nothing is promoted until `stepstream models unpin`.",
            queries=(Query("max(stepstream_models_pinned)"),),
            single=True,
        ),
        Panel(
            title="Refused",
            meaning="1: the version that was judged last was not proved better.",
            queries=(Query("max(stepstream_version_refused)"),),
            single=True,
            warn_above=0.5,
        ),
    ),
)
MERGING = Row(
    "Learning together",
    (
        Panel(
            title="Merges",
            meaning="Of all partitions' parameters, and adoptions by partitions, in an hour.",
            queries=(
                Query("sum(increase(stepstream_merges_total[1h]))", "merges"),
                Query("sum(increase(stepstream_adoptions_total[1h]))", "adoptions"),
                Query("sum(increase(stepstream_merge_failures_total[1h]))", "failures"),
            ),
        ),
        Panel(
            title="Time",
            meaning="99 % take no longer: a merge beside the stream, and events that wait for one.",
            queries=(
                Query(quantile(0.99, "merge_seconds"), "merge"),
                Query(quantile(0.99, "rebase_seconds"), "events wait"),
            ),
            unit="s",
        ),
        Panel(
            title="Parameters",
            meaning="Names in the shared parameters, by model.",
            queries=(Query("max by (model) (stepstream_parameters)", "{{model}}"),),
        ),
    ),
)

BOARD = Board(
    name="models",
    title="Stepstream: models",
    meaning="How good the models are, on predictions made before each outcome was learned.",
    rows=(QUALITY, DRIFT, VERSIONS, MERGING),
    chooses_window=True,
)
