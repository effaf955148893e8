"""`evaluate`: how good the models are on answers that somebody has kept."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
from rich.table import Table

from offline.answers import Answers, Flags, read_answers, read_names
from offline.clocks import clock_of
from offline.cold_start import Stage, by_item, by_learner
from offline.evaluate import Evaluation, Judged, evaluate, interval_of
from offline.protocols import check_known, held_out_rows
from offline.replay import Layout
from stream.cli.answer_options import (
    EXISTING,
    clock_option,
    file_argument,
    merge_option,
    partitions_option,
    rows_option,
)
from stream.cli.evaluate_relevance import relevance_command
from stream.cli.evaluate_retention import retention_command
from stream.cli.output import (
    QUIET,
    count_progress,
    emit,
    err,
    examples,
    json_option,
    many,
    number,
    out,
    table,
)

_MEASURES = {
    "auc": "AUC",
    "log_loss": "log-loss",
    "rmse": "RMSE",
    "accuracy": "accuracy",
    "ece": "ECE",
}


@click.group("evaluate", epilog=examples("stepstream evaluate success answers.csv.gz"))
def evaluate_command() -> None:
    """Measure the models on a file of answers, without Kafka and Redis."""


evaluate_command.add_command(relevance_command)
evaluate_command.add_command(retention_command)


@evaluate_command.command(
    "success",
    epilog=examples(
        "stepstream evaluate success answers.csv.gz",
        "stepstream evaluate success answers.csv.gz --test-users users.txt --plots plots",
        "stepstream evaluate success answers.csv --rows 20000 --json",
    ),
)
@file_argument
@click.option("--test-users", type=EXISTING, help="Users to hold out, one a line.")
@click.option(
    "--held-out/--no-held-out",
    default=True,
    help="Also predict users whose answers the shared parameters have never seen.",
)
@clock_option
@partitions_option
@merge_option
@click.option(
    "--bundles",
    is_flag=True,
    help="Predict all answers of a learner at one moment before any of them is learned.",
)
@rows_option
@click.option(
    "--plots",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Draw calibration, and AUC by the number of answers before, into FOLDER.",
)
@json_option
def success_command(
    *,
    file: Path,
    test_users: Path | None,
    held_out: bool,
    clock: str,
    partitions: int,
    merge_every: int,
    bundles: bool,
    rows: int | None,
    plots: Path | None,
    as_json: bool,
) -> None:
    """Predict each answer in FILE before it is learned, with features and models of the stream.

    FILE is CSV, plain or gzip, one row an answer in the order in which they came:
    user_id,item_id,skill_ids,correct,timestamp_or_order. Skills are separated by `;`, correct lies
    in [0, 1]; the last column is seconds, days, or the place of the answer among those of its user.

    Prequential: each answer is predicted, then learned, from nothing. Held-out users: the shared
    parameters learn from all other users and are frozen; held out are the test users, else the
    last 20 % of users by first answer. Beside both stands the mean of the item so far. Intervals
    are 95 %, by bootstrap over learners.
    """
    answers = read_answers(file, rows)
    time = clock_of(answers, clock)
    err.print(f"clock: {time.meaning}", style=QUIET)
    test = _held_out(answers, test_users, whole=rows is None) if held_out else None
    layout = Layout(partitions, merge_every, bundles)
    with count_progress("predicting") as progress:
        task = progress.add_task("", total=len(answers) * (1 if test is None else 2))
        found = evaluate(answers, time, test, layout, lambda done: progress.advance(task, done))
    pictures = _drawn(found, plots) if plots else ()
    if as_json:
        emit(found.to_json())
    else:
        _show(file, found)
    for picture in pictures:
        err.print(str(picture), style=QUIET, markup=False)


def _held_out(answers: Answers, file: Path | None, *, whole: bool) -> Flags | None:
    names = None if file is None else read_names(file)
    if names is not None and whole:
        check_known(answers, names)
    return held_out_rows(answers, names)


def _drawn(found: Evaluation, folder: Path) -> Iterable[Path]:
    from offline.plots import draw  # noqa: PLC0415  matplotlib takes a second to load

    return draw(found, folder)


def _show(file: Path, found: Evaluation) -> None:
    answers, cost = found.answers, found.cost
    out.print(
        f"{file.name}: {many(len(answers), 'answer')} of {many(len(answers.users), 'learner')} to "
        f"{many(len(answers.items), 'item')}",
        markup=False,
    )
    out.print(_protocol("Prequential", answers, found.prequential))
    if found.held_out:
        out.print(_protocol("Held-out users", answers, found.held_out))
    of_learner, of_item = (by(answers, found.prequential) for by in (by_learner, by_item))
    out.print(_stages("AUC by answers of the learner before", of_learner))
    out.print(_stages("AUC by answers to the item before", of_item))
    out.print(
        f"{cost.microseconds_per_event:.0f} microseconds an event (all models, without queues), "
        f"{number(cost.state_bytes_per_learner)} bytes of state a learner, "
        f"{many(cost.parameters, 'shared weight')}",
        style=QUIET,
    )


def _protocol(name: str, answers: Answers, judged: Judged) -> Table:
    auc, *others = _MEASURES.values()
    columns = (auc, "95 %", *others)
    title = f"{name}, {many(len(judged.outcome), 'answer')}"
    shown = table("", *columns, right=columns, title=title)
    interval = interval_of(answers, judged)
    for who, of in (("model", judged.scores), ("item mean", judged.of_baseline)):
        known = interval if who == "model" else None
        auc, *others = (_decimal(getattr(of, measure)) for measure in _MEASURES)
        shown.add_row(who, auc, "-".join(map(_decimal, known or ())), *others)
    return shown


def _stages(title: str, stages: Sequence[Stage]) -> Table:
    columns = ("answers", "AUC", "item mean")
    shown = table("before", *columns, right=columns, title=title)
    for stage in stages:
        row = (number(stage.events), _decimal(stage.auc), _decimal(stage.auc_of_baseline))
        shown.add_row(stage.label, *row)
    return shown


def _decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"  # noqa: RUF001  (a dash means: none)
